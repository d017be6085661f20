import { expect, test } from "vitest"
import { applyJsonPatch, mergePatch, strategicMerge } from "../../../lib/practice/apiserver/patch.ts"

test("merge patch: null deletes, lists are replaced, the target stays", () => {
  const target = { a: { b: 1, c: [1, 2] }, d: 1 }
  expect(mergePatch(target, { a: { b: null, c: [3] }, e: { f: null } })).toEqual({
    a: { c: [3] },
    d: 1,
    e: {},
  })
  expect(target.a.b).toBe(1)
})

test("JSON patch: applies, or is refused whole", () => {
  const target = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data: { x: "1" } }
  const patched = applyJsonPatch(target, [{ op: "replace", path: "/data/x", value: "2" }])
  expect(patched.data).toEqual({ x: "2" })
  expect(target.data).toEqual({ x: "1" })
  expect(() => applyJsonPatch(target, [{ op: "remove", path: "/data/nope" }])).toThrow("rejected")
  expect(() => applyJsonPatch(target, [{ op: "test", path: "/data/x", value: "9" }])).toThrow("rejected")
})

test("strategic merge: list items are told by name, ports by number", () => {
  const target = {
    containers: [
      {
        name: "a",
        image: "a:1",
        env: [{ name: "X", value: "1" }],
        ports: [{ containerPort: 80, name: "web" }],
      },
      { name: "b", image: "b:1" },
    ],
    finalizers: ["x"],
    tolerations: [{ key: "k" }],
  }
  const patch = {
    containers: [
      { name: "a", env: [{ name: "Y", value: "2" }], ports: [{ containerPort: 80, protocol: "TCP" }] },
      { name: "b", $patch: "delete" },
      { name: "c", image: "c:1" },
    ],
    $setElementOrder: undefined,
    "$setElementOrder/containers": [{ name: "c" }, { name: "a" }],
    finalizers: ["y"],
    tolerations: [{ key: "l" }],
  }
  expect(strategicMerge(target, patch)).toMatchObject({
    containers: [
      { name: "c", image: "c:1" },
      {
        name: "a",
        image: "a:1",
        env: [
          { name: "Y", value: "2" },
          { name: "X", value: "1" },
        ],
        ports: [{ containerPort: 80, name: "web", protocol: "TCP" }],
      },
    ],
    finalizers: ["y", "x"],
    tolerations: [{ key: "l" }],
  })
})

test("strategic merge: replace, retainKeys and items taken from lists of words", () => {
  expect(strategicMerge({ a: { b: 1, c: 2 } }, { a: { $patch: "replace", d: 3 } })).toEqual({ a: { d: 3 } })
  expect(strategicMerge({ s: { type: "A", x: 1 } }, { s: { $retainKeys: ["type"], type: "B" } })).toEqual({
    s: { type: "B" },
  })
  expect(
    strategicMerge({ finalizers: ["x", "y"] }, { "$deleteFromPrimitiveList/finalizers": ["x"] }),
  ).toEqual({
    finalizers: ["y"],
  })
})
