import { expect, test } from "vitest"
import type { KubeObject } from "../../../lib/cluster/types.ts"
import { applyConfiguration } from "../../../lib/practice/apiserver/apply.ts"
import { readManaged, trackUpdate, writeManaged } from "../../../lib/practice/apiserver/fields.ts"

const pod = (containers: object[], labels?: Record<string, string>): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "a", ...(labels === undefined ? {} : { labels }) },
  spec: { containers },
})
const apply = (current: KubeObject | undefined, config: KubeObject, manager: string, force = false) =>
  applyConfiguration(current, config, { manager, force, builtin: true, now: "2026-01-01T00:00:00Z" })
const update = (current: KubeObject, next: KubeObject, manager: string): KubeObject => {
  const entries = trackUpdate(current, next, { manager }, true, "2026-01-01T00:00:00Z")
  return { ...next, metadata: { ...next.metadata, managedFields: writeManaged(entries, "v1") } as never }
}

test("what a manager stops applying goes; what another applies stays", () => {
  const first = apply(
    undefined,
    pod([{ name: "c", image: "x:1", env: [{ name: "A", value: "1" }] }], { a: "1" }),
    "one",
  )
  const both = apply(
    first,
    pod(
      [
        { name: "c", image: "x:1" },
        { name: "d", image: "y" },
      ],
      { b: "2" },
    ),
    "two",
  )
  const less = apply(both, pod([{ name: "c", image: "x:1" }]), "one")
  expect(less.spec.containers).toEqual([
    { name: "c", image: "x:1" },
    { name: "d", image: "y" },
  ])
  expect(less.metadata.labels).toEqual({ b: "2" })
  const none = apply(less, pod([{ name: "c", image: "x:1" }]), "two")
  expect(none.spec.containers).toEqual([{ name: "c", image: "x:1" }])
  expect(none.metadata.labels).toBeUndefined()
})

test("another's differing value conflicts, its equal value is shared, force takes it", () => {
  const first = apply(undefined, pod([{ name: "c", image: "x:1" }]), "one")
  expect(() => apply(first, pod([{ name: "c", image: "x:2" }]), "two")).toThrow(
    'Apply failed with 1 conflict: conflict with "one": .spec.containers[name="c"].image',
  )
  const shared = apply(first, pod([{ name: "c", image: "x:1" }]), "two")
  expect(readManaged(shared).map((it) => it.manager)).toEqual(["one", "two"])
  const forced = apply(first, pod([{ name: "c", image: "x:2" }]), "two", true)
  expect(forced.spec.containers[0].image).toBe("x:2")
  const again = apply(forced, pod([{ name: "c", image: "x:2" }]), "two")
  expect(readManaged(again)).toEqual(readManaged(forced))
})

test("what two apply stays until both stop", () => {
  const first = apply(undefined, pod([{ name: "c", image: "x" }], { shared: "1" }), "one")
  const both = apply(first, pod([{ name: "c", image: "x" }], { shared: "1" }), "two")
  const one = apply(both, pod([]), "two")
  expect(one.metadata.labels).toEqual({ shared: "1" })
  expect(one.spec.containers).toEqual([{ name: "c", image: "x" }])
  const none = apply(one, pod([]), "one")
  expect(none.metadata.labels).toBeUndefined()
  expect(none.spec?.containers ?? []).toEqual([])
})

test("what was empty is filled, and stays", () => {
  const volume = (emptyDir: object): KubeObject => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "a" },
    spec: { containers: [], volumes: [{ name: "v", emptyDir }] },
  })
  const empty = apply(undefined, volume({}), "one")
  const filled = apply(empty, volume({ medium: "Memory" }), "one")
  expect(filled.spec.volumes).toEqual([{ name: "v", emptyDir: { medium: "Memory" } }])
})

test("a list without keys belongs to one manager whole", () => {
  const command = (...words: string[]) => pod([{ name: "c", command: words }])
  const first = apply(undefined, command("a", "b"), "one")
  expect(() => apply(first, command("c"), "two")).toThrow(
    'conflict with "one": .spec.containers[name="c"].command',
  )
})

test("conditions are told by their type, in custom resources too", () => {
  const site = (type: string): KubeObject => ({
    apiVersion: "skupper.io/v2alpha1",
    kind: "Site",
    metadata: { name: "a" },
    status: { conditions: [{ type, status: "True" }] },
  })
  const options = { force: false, builtin: false, subresource: "status", now: "2026-01-01T00:00:00Z" }
  const first = applyConfiguration(undefined, site("Configured"), { manager: "one", ...options })
  const both = applyConfiguration(first, site("Running"), { manager: "two", ...options })
  expect(both.status.conditions.map((it: { type: string }) => it.type)).toEqual(["Configured", "Running"])
})

test("an update owns what it changes, and applying over it conflicts", () => {
  const first = apply(undefined, pod([{ name: "c", image: "x:1" }]), "one")
  const updated = update(first, { ...first, spec: { containers: [{ name: "c", image: "x:9" }] } }, "edit")
  const owns = (manager: string) =>
    [...readManaged(updated).find((it) => it.manager === manager)!.paths].join()
  expect(owns("edit")).toContain("f:image")
  expect(owns("one")).not.toContain("f:image")
  expect(() => apply(updated, pod([{ name: "c", image: "x:1" }]), "one")).toThrow(
    'conflict with "edit" using v1: .spec.containers[name="c"].image',
  )
  const forced = apply(updated, pod([{ name: "c", image: "x:1" }]), "one", true)
  expect(readManaged(forced).map((it) => it.manager)).toEqual(["one"])
})

test("owners survive their FieldsV1 form", () => {
  const made = apply(
    undefined,
    pod([{ name: "c", ports: [{ containerPort: 80 }], command: ["a", "b"] }]),
    "one",
  )
  const fields = (made.metadata as { managedFields?: { fieldsV1: Record<string, object> }[] })
    .managedFields![0]!
  expect(fields.fieldsV1).toEqual({
    "f:spec": {
      "f:containers": {
        'k:{"name":"c"}': {
          ".": {},
          "f:name": {},
          "f:command": {},
          "f:ports": {
            'k:{"containerPort":80,"protocol":"TCP"}': { ".": {}, "f:containerPort": {} },
          },
        },
      },
    },
  })
  expect(writeManaged(readManaged(made), "v1")).toEqual(
    (made.metadata as { managedFields?: object[] }).managedFields,
  )
})
