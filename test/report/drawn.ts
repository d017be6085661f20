/** A picture read back: what is drawn in it and where. */
import { expect } from "vitest"
import { textWidth } from "../../lib/report/picture.ts"

type Attributes = Readonly<Record<string, string>>

interface Box {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
  readonly what: string
}

export interface Drawn {
  readonly width: number
  readonly height: number
  /** Elements of a name whose class begins so. */
  all(name: string, className: string): Attributes[]
  texts(): string[]
  /** Everything lies inside the picture, texts with the width that is reckoned with. */
  expectInside(): void
  /** No text lies on another. */
  expectApart(): void
}

const attributesOf = (text: string): Attributes =>
  Object.fromEntries([...text.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, name, value]) => [name!, value!]))

const plain = (text: string): string =>
  text.replace(/&(lt|gt|amp|quot|#39);/g, (_, name: string) => ENTITIES[name]!)
const ENTITIES: Record<string, string> = { lt: "<", gt: ">", amp: "&", quot: '"', "#39": "'" }

export function drawnIn(svg: string): Drawn {
  const frame = attributesOf(/<svg [^>]*>/.exec(svg)![0])
  const [width, height] = [Number(frame.width), Number(frame.height)]
  const inner = svg.replace(/<defs>.*?<\/defs>/s, "")
  const texts = [...inner.matchAll(/<text ([^>]*)>([^<]*)/g)].map(([, attributes, words]) => ({
    ...attributesOf(attributes!),
    words: plain(words!),
  })) as (Attributes & { words: string })[]
  const textBoxes = texts.map((text): Box => {
    const size = Number(text["font-size"])
    const long = textWidth(text.words, size)
    const left = Number(text.x) - (text["text-anchor"] === "end" ? long : 0)
    return {
      left,
      right: left + long,
      top: Number(text.y) - size * 0.8,
      bottom: Number(text.y) + size * 0.2,
      what: text.words,
    }
  })
  const rects = [...inner.matchAll(/<rect ([^>]*)>/g)].map(([what, text]): Box => {
    const { x, y, width: wide, height: high } = attributesOf(text!)
    return {
      left: Number(x),
      right: Number(x) + Number(wide),
      top: Number(y),
      bottom: Number(y) + Number(high),
      what,
    }
  })
  const points = [...inner.matchAll(/<path [^>]*d="M([\d.]+)[ ]?([\d.]+)H([\d.]+)V([\d.]+)/g)].map(
    ([what, ...numbers]): Box => {
      const [x, y, to, down] = numbers.map(Number)
      return {
        left: Math.min(x!, to!),
        right: Math.max(x!, to!),
        top: Math.min(y!, down!),
        bottom: Math.max(y!, down!),
        what,
      }
    },
  )
  return {
    width,
    height,
    all: (name, className) =>
      [...inner.matchAll(new RegExp(`<${name} ([^>]*)>`, "g"))]
        .map(([, text]) => attributesOf(text!))
        .filter((each) => each.class?.startsWith(className)),
    texts: () => texts.map(({ words }) => words),
    expectInside() {
      expect(textBoxes.length + rects.length).toBeGreaterThan(2)
      const out = [...textBoxes, ...rects, ...points].filter(
        ({ left, right, top, bottom }) =>
          !(left >= 0 && right <= width + 0.5 && top >= 0 && bottom <= height + 0.5),
      )
      expect(out).toEqual([])
    },
    expectApart() {
      const on = textBoxes.flatMap((a, index) =>
        textBoxes
          .slice(index + 1)
          .filter((b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
          .map((b) => `${a.what} / ${b.what}`),
      )
      expect(on).toEqual([])
    },
  }
}
