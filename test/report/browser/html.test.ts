import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { htmlReport } from "../../../lib/report/html.ts"
import { failed, killed, manySites, undone, walkOf } from "../scene.ts"
import { type Browser, chromium, startChromium } from "./chromium.ts"

if (chromium === undefined) console.log("skipped: no Chromium on PATH (Debian: apt-get install chromium)")

const [twelve, fifty] = [manySites(12), manySites(49)]
const scenes: [string, string][] = [
  ["a killed run, one that failed, a teardown", htmlReport(walkOf([...killed(), ...failed(), ...undone()]))],
  ["1 + 12 sites", htmlReport(walkOf(twelve.lines, { names: twelve.names }))],
  ["1 + 49 sites", htmlReport(walkOf(fifty.lines, { names: fifty.names }))],
  ["nothing run yet", htmlReport(walkOf([]))],
]

/** Texts of the pictures that do not fit where they should, or lie on each other, with the fonts that are there. */
const MISFITS = `[...document.querySelectorAll("svg")].flatMap((svg) => {
  const frame = svg.getBoundingClientRect()
  const texts = [...svg.querySelectorAll("text")].map((text) => ({
    words: text.firstChild.data, box: text.getBoundingClientRect(),
    over: text.dataset.room !== undefined && text.getComputedTextLength() > Number(text.dataset.room) + 0.5,
  }))
  const meets = (a, b) => a.left < b.right - 0.5 && b.left < a.right - 0.5 && a.top + 2 < b.bottom - 2 && b.top + 2 < a.bottom - 2
  return texts.flatMap(({ words, box, over }, index) => [
    ...(over ? ["too long: " + words] : []),
    ...(box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1 ? ["outside: " + words] : []),
    ...texts.slice(index + 1).filter((other) => meets(box, other.box)).map((other) => words + " on " + other.words),
  ])
})`

describe.skipIf(chromium === undefined)("the HTML report in Chromium", () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await startChromium(chromium!)
  })
  afterAll(() => browser.close())

  it.each(scenes)("%s: loads nothing, and nothing is wrong", async (_, html) => {
    const page = await browser.open(html, { width: 1100 })
    expect(page.requests).toHaveLength(1)
    expect(page.complaints).toEqual([])
    expect(await page.evaluate(MISFITS)).toEqual([])
    const sizes = await page.evaluate<number[][]>(
      `[...document.querySelectorAll("svg")].map((svg) => [svg.getBoundingClientRect().width, svg.getBoundingClientRect().height])`,
    )
    expect(sizes.length).toBeGreaterThanOrEqual(1)
    for (const [width, height] of sizes) {
      expect(width).toBeGreaterThan(400)
      expect(height).toBeGreaterThan(60)
    }
  })

  it.each(scenes)("%s: a phone scrolls down only; what is wider has a frame of its own", async (_, html) => {
    const page = await browser.open(html, { width: 360 })
    await page.evaluate(`document.querySelectorAll("details").forEach((each) => { each.open = true })`)
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(360)
    const frames = `[...document.querySelectorAll("figure .wide")].map((each) => each.scrollWidth > each.clientWidth && each.tabIndex === 0)`
    expect(new Set(await page.evaluate<boolean[]>(frames))).toEqual(new Set([true]))
  })

  it("is light or dark as its reader has it, and light on paper", async () => {
    const ground = `getComputedStyle(document.body).backgroundColor`
    const page = await browser.open(scenes[0]![1], { width: 1100 })
    expect(await page.evaluate(ground)).toBe("rgb(255, 255, 255)")
    await page.look({ width: 1100, dark: true })
    expect(await page.evaluate(ground)).toBe("rgb(15, 19, 24)")
    await page.look({ width: 1100, dark: true, media: "print" })
    expect(await page.evaluate(ground)).toBe("rgb(255, 255, 255)")
  })

  it("shows on paper what is folded on a screen, and no picture wider than the paper", async () => {
    const page = await browser.open(scenes[0]![1], { width: 700 })
    const hidden = `[...document.querySelectorAll("details:not([open]) > :not(summary)")].filter((each) => !each.checkVisibility() || each.getBoundingClientRect().height === 0).length`
    expect(await page.evaluate(hidden)).toBeGreaterThan(5)
    await page.look({ width: 700, media: "print" })
    expect(await page.evaluate(hidden)).toBe(0)
    const wide = `[...document.querySelectorAll("svg")].filter((svg) => svg.getBoundingClientRect().right > 700).length`
    expect(await page.evaluate(wide)).toBe(0)
    expect((await page.print()).subarray(0, 5).toString()).toBe("%PDF-")
  })

  it("tells a screen reader its landmarks, headings in order, pictures in words and tables with headers", async () => {
    const page = await browser.open(scenes[0]![1], { width: 1100 })
    const tree = await page.accessible()
    const named = (role: string) => tree.filter((node) => node.role === role).map(({ name }) => name)
    expect(named("main")).toHaveLength(1)
    expect(named("navigation")).toEqual(["Parts of this report"])
    expect(named("image")).toEqual(["Topology", "Timeline"])
    expect(named("region")).toEqual(
      expect.arrayContaining(["Summary", "Topology", "Timeline", "Steps", "Runs"]),
    )
    expect(named("columnheader")).toEqual(
      expect.arrayContaining(["Site", "Role", "Cluster", "Step", "State"]),
    )
    expect(named("rowheader")).toEqual(expect.arrayContaining(["superlink", "3 Create the Skupper site"]))
    const levels = await page.evaluate<number[]>(
      `[...document.querySelectorAll("h1,h2,h3,h4,h5,h6")].map((each) => Number(each.tagName[1]))`,
    )
    expect(levels[0]).toBe(1)
    levels.slice(1).forEach((level, index) => {
      expect(level - levels[index]!).toBeLessThanOrEqual(1)
    })
  })
})
