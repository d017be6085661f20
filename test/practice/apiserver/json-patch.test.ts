import { expect, test } from "vitest"
import { jsonPatch } from "../../../lib/practice/apiserver/json-patch.ts"

const DOCUMENT = { a: { b: 1, "c/d": "x", "e~f": null }, list: [1, 2, 3] }
const patched = (...operations: object[]) => jsonPatch(DOCUMENT, operations)

test.each([
  [{ op: "add", path: "/a/g", value: [] }, { a: { ...DOCUMENT.a, g: [] } }],
  [{ op: "add", path: "/a/b", value: 2 }, { a: { ...DOCUMENT.a, b: 2 } }],
  [{ op: "add", path: "/list/1", value: 9 }, { list: [1, 9, 2, 3] }],
  [{ op: "add", path: "/list/3", value: 9 }, { list: [1, 2, 3, 9] }],
  [{ op: "add", path: "/list/-", value: 9 }, { list: [1, 2, 3, 9] }],
  [{ op: "remove", path: "/list/0" }, { list: [2, 3] }],
  [{ op: "remove", path: "/a/e~0f" }, { a: { b: 1, "c/d": "x" } }],
  [{ op: "replace", path: "/a/c~1d", value: "y" }, { a: { ...DOCUMENT.a, "c/d": "y" } }],
  // A real server adds it.
  [{ op: "replace", path: "/a/new", value: 1 }, { a: { ...DOCUMENT.a, new: 1 } }],
  [{ op: "copy", from: "/list", path: "/a/list" }, { a: { ...DOCUMENT.a, list: [1, 2, 3] } }],
  [{ op: "move", from: "/list/0", path: "/list/2" }, { list: [2, 3, 1] }],
  [{ op: "test", path: "/a", value: { "e~f": null, "c/d": "x", b: 1 } }, {}],
])("%j", (operation, changes) => {
  expect(patched(operation)).toEqual({ ...DOCUMENT, ...changes })
})

test.each([
  { op: "add", path: "/nowhere/x", value: 1 },
  { op: "add", path: "/list/4", value: 1 },
  { op: "add", path: "/list/01", value: 1 },
  { op: "add", path: "a", value: 1 },
  { op: "add", path: "/a/__proto__", value: {} },
  { op: "add", path: "/a/x" },
  { op: "remove", path: "/a/x" },
  { op: "remove", path: "/list/-" },
  { op: "replace", path: "/list/3", value: 1 },
  { op: "copy", from: "/x", path: "/a/x" },
  { op: "move", path: "/a/x" },
  { op: "test", path: "/a/b", value: 2 },
  { op: "increment", path: "/a/b" },
])("does not apply: %j", (operation) => {
  expect(() => patched(operation)).toThrow()
})

test("operations follow each other; the document stays as it is", () => {
  const before = structuredClone(DOCUMENT)
  const value = { deep: [] as number[] }
  const result = patched(
    { op: "add", path: "/a/v", value },
    { op: "add", path: "/a/v/deep/-", value: 1 },
    { op: "copy", from: "/a/v", path: "/a/w" },
    { op: "add", path: "/a/w/deep/-", value: 2 },
  )
  expect(result).toMatchObject({ a: { v: { deep: [1] }, w: { deep: [1, 2] } } })
  expect([DOCUMENT, value]).toEqual([before, { deep: [] }])
})
