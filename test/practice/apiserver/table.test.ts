/** Tables, as `kubectl get` asks for them. */
import { once } from "node:events"
import { get } from "node:https"
import { createInterface } from "node:readline"
import { afterAll, beforeAll, expect, test } from "vitest"
import { skupperCrds } from "../../../lib/practice/skupper-crds.ts"
import { configMap, NAMESPACE, namespace, type Setup, setup } from "./harness.ts"

const accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
let west: Setup
beforeAll(async () => {
  west = await setup()
  await west.admin("POST", "/api/v1/namespaces", namespace("p"))
  await west.admin("POST", `${NAMESPACE}/configmaps`, configMap("a", { k: "v" }))
})
afterAll(() => west.close())

const table = async (path: string) => (await west.admin("GET", path, undefined, { accept })).body
const titles = ({ columnDefinitions }: { columnDefinitions: { name: string }[] }) =>
  columnDefinitions.map((it) => it.name)

test("a list, with what each row is about", async () => {
  const found = await table(`${NAMESPACE}/configmaps?limit=1`)
  expect(found).toMatchObject({ kind: "Table", apiVersion: "meta.k8s.io/v1" })
  expect(Number(found.metadata.resourceVersion)).toBeGreaterThan(0)
  expect(titles(found)).toEqual(["Name", "Data", "Age"])
  expect(found.rows).toMatchObject([
    {
      cells: ["a", 1, expect.stringMatching(/^\d+s$/)],
      object: { kind: "PartialObjectMetadata", metadata: { name: "a", namespace: "p" } },
    },
  ])
})

test("one object, whole if that is asked for", async () => {
  const { rows } = await table(`${NAMESPACE}/configmaps/a?includeObject=Object`)
  expect(rows).toMatchObject([{ object: { kind: "ConfigMap", data: { k: "v" } } }])
  const { rows: bare } = await table(`${NAMESPACE}/configmaps/a?includeObject=None`)
  expect(bare[0].object).toBeUndefined()
})

test("a custom resource has the columns of its definition", async () => {
  for (const crd of skupperCrds()) {
    await west.admin("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", crd)
  }
  const found = await table("/apis/skupper.io/v2alpha1/sites")
  expect(titles(found)).toEqual(["Name", "Status", "Sites In Network", "Message"])
})

test("a project is a row too", async () => {
  const found = await table("/apis/project.openshift.io/v1/projects/p")
  expect(found.rows[0].cells).toEqual(["p", "", "Active"])
})

test("a watch tells each change as a table", async () => {
  const outgoing = get({
    host: "127.0.0.1",
    port: west.server.port,
    ca: west.server.ca.certificate,
    path: `${NAMESPACE}/configmaps?watch=true`,
    headers: { authorization: "Bearer admin-token", accept },
  })
  const [answer] = await once(outgoing, "response")
  const lines = createInterface({ input: answer })[Symbol.asyncIterator]()
  const event = JSON.parse((await lines.next()).value ?? "")
  expect(event).toMatchObject({
    type: "ADDED",
    object: { kind: "Table", rows: [{ cells: ["a", 1, expect.any(String)] }] },
  })
  answer.destroy()
})
