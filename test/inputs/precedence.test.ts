import { expect, test } from "vitest"
import { emptyLayer, type Layer, layerOf } from "../../lib/inputs/layers.ts"
import { isPermanent, ORDER_OF_SOURCES } from "../../lib/inputs/precedence.ts"
import { resolveInputs } from "../../lib/inputs/resolve.ts"
import type { Origin } from "../../lib/notebook/federation.ts"
import { mirrors } from "../example/notebook.ts"

const STRONGEST_FIRST: readonly Origin[] = ["flag", "variable", "file", "prompt", "earlier answer"]

const saying = (origin: Origin, greeting: string): Layer => {
  const layer = emptyLayer()
  layer.values.set("greeting", { value: greeting, where: origin })
  return layerOf(origin, layer)
}

const resolved = (layers: readonly Layer[]) => {
  const { values, origins } = resolveInputs(mirrors, layers, { name: "trial", files: false }).federation
  return [values.greeting, origins.greeting]
}

test.each(STRONGEST_FIRST)("%s wins over all weaker sources, in whichever order they come", (origin) => {
  const layers = STRONGEST_FIRST.slice(STRONGEST_FIRST.indexOf(origin)).map((one) => saying(one, one))
  expect(resolved(layers)).toEqual([origin, origin])
  expect(resolved(layers.toReversed())).toEqual([origin, origin])
})

test("what no source says is the default", () => {
  expect(resolved([])[1]).toBe("default")
})

test("what was changed in a walk wins over every source, the last change over the one before", () => {
  const change = (text: string): Layer => ({ ...saying("prompt", text), overrides: true })
  expect(resolved([change("second"), change("first"), saying("flag", "flag")])).toEqual(["second", "prompt"])
})

test("flag, variable and file say the same at the next call", () => {
  expect(STRONGEST_FIRST.filter(isPermanent)).toEqual(["flag", "variable", "file"])
  expect(isPermanent(undefined)).toBe(false)
})

test("help tells the order", () => {
  expect(ORDER_OF_SOURCES).toBe("flag, variable, file, earlier answer, default")
})
