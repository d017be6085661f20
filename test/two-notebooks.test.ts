import { afterAll, beforeAll, expect, it } from "vitest"
import {
  clusterInputs,
  type KubeObject,
  login,
  missing,
  notebook,
  type PracticeWorld,
  practice,
  ready,
  run,
  type StepContext,
  step,
} from "../lib/index.ts"

/** Two notebooks that keep a key each in one ConfigMap of one cluster. */
const PLACE = { apiVersion: "v1", kind: "ConfigMap", name: "shared", namespace: "default" }

type Apply = (context: StepContext, object: KubeObject) => Promise<unknown>

const keeper = (name: string, key: string, apply: Apply) => {
  const keep = step<StepContext>({
    id: "keep",
    title: "Keep a key",
    on: "every site",
    needs: ["login"],
    prose: "",
    check: async ({ cluster }) =>
      (await cluster.get(PLACE))?.data?.[key] === undefined
        ? missing("no such key")
        : ready("the key exists"),
    apply: async (context) => {
      const { name, namespace, ...type } = PLACE
      await apply(context, { ...type, metadata: { name, namespace }, data: { [key]: "1" } })
    },
  })
  return notebook({ name, title: "", roles: { hub: "one" }, inputs: clusterInputs, steps: [login(), keep] })
}

let world: PracticeWorld
beforeAll(async () => {
  const first = keeper("first", "a", async () => undefined)
  world = await practice({ notebook: first, version: "1", practiceImages: [] })
})
afterAll(() => world.close())

it.each<[string, Apply]>([
  ["through the cluster", ({ cluster }, object) => cluster.apply(object)],
  [
    "with oc",
    ({ $, notebook }, object) =>
      $.with({
        input: JSON.stringify(object),
      })`oc apply --server-side --field-manager=${notebook} -f -`,
  ],
])("two notebooks apply one object, and neither loses its fields: %s", async (how, apply) => {
  for (const [name, key] of [
    ["first", "a"],
    ["second", "b"],
  ] as const) {
    const options = { ...world.options, folder: `${world.options.folder} ${name} ${how}` }
    const { code } = await run(keeper(name, key, apply), world.inputs, options)
    expect(code).toBe(0)
  }
  const object = await world.cluster("hub").get(PLACE)
  expect(object?.data).toEqual({ a: "1", b: "1" })
  expect(object?.metadata.managedFields?.map(({ manager }) => manager).toSorted()).toEqual([
    "first",
    "second",
  ])
  await world.cluster("hub").remove(PLACE)
})
