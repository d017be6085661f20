/** Tables, metadata alone, other content types. */
import { names, said } from "../normal.ts"
import { row, type Theme } from "../row.ts"
import { configMap, deployment, pod, secret, service, widget } from "../things.ts"

const TABLE = "application/json;as=Table;v=v1;g=meta.k8s.io"

const METADATA = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"

const METADATA_LIST = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"

// biome-ignore lint/suspicious/noExplicitAny: any table
const tableOf = (body: any) => ({
  kind: body.kind,
  apiVersion: body.apiVersion,
  columns: body.columnDefinitions?.map(
    (it: { name: string; type: string; format: string; priority: number }) =>
      `${it.name} ${it.type} ${it.format} ${it.priority}`,
  ),
  // Ages differ by the second.
  cells: body.rows?.map((it: { cells: unknown[] }) =>
    it.cells.map((cell) => (/^\d+m?s$/.test(String(cell)) ? "AGE" : cell)),
  ),
  object:
    body.rows?.[0]?.object === undefined
      ? undefined
      : [body.rows[0].object.kind, body.rows[0].object.apiVersion],
})

export const tables: Theme = {
  theme: "tables and representations",
  rows: [
    row(
      "a table of Deployments",
      async ({ admin, apps }) => {
        await admin.post(`${apps}/deployments`, deployment("a"))
        return tableOf((await admin.get(`${apps}/deployments`, { accept: TABLE })).body)
      },
      {
        kind: "Table",
        apiVersion: "meta.k8s.io/v1",
        columns: [
          "Name string name 0",
          "Ready string  0",
          "Up-to-date string  0",
          "Available string  0",
          "Age string  0",
          "Containers string  1",
          "Images string  1",
          "Selector string  1",
        ],
        cells: [["a", "0/1", 0, 0, "AGE", "app", "app:1", "app=a"]],
        object: ["PartialObjectMetadata", "meta.k8s.io/v1"],
      },
    ),
    row(
      "the state of a pod whose init containers are not done",
      async ({ admin, core }) => {
        const container = (name: string) => ({ name, image: "app:1" })
        await admin.post(`${core}/pods`, pod("a", { initContainers: [container("one"), container("two")] }))
        const waiting = (reason: string) => ({ waiting: { reason } })
        const ended = (exitCode: number, reason: string) => ({ terminated: { exitCode, reason } })
        const [starting, running, done] = [waiting("PodInitializing"), { running: {} }, ended(0, "Completed")]
        const words: unknown[] = []
        for (const [one, two] of [
          [starting, starting],
          [running, starting],
          [done, running],
          [waiting("CrashLoopBackOff"), starting],
          [ended(1, "Error"), starting],
          [done, done],
        ]) {
          const status = (name: string, state: unknown) => ({
            ...{ ...container(name), imageID: "", ready: false, restartCount: 0 },
            state,
          })
          const initContainerStatuses = [status("one", one), status("two", two)]
          const containerStatuses = [status("app", starting)]
          await admin.merge(`${core}/pods/a/status`, { status: { initContainerStatuses, containerStatuses } })
          const { body } = await admin.get(`${core}/pods/a`, { accept: TABLE })
          words.push(body.rows[0].cells[2])
        }
        return words
      },
      ["Init:0/2", "Init:0/2", "Init:1/2", "Init:CrashLoopBackOff", "Init:Error", "PodInitializing"],
    ),
    row(
      "a table of Services",
      async ({ admin, core }) => {
        await admin.post(`${core}/services`, service("a", { clusterIP: "None" }))
        return tableOf((await admin.get(`${core}/services`, { accept: TABLE })).body)
      },
      {
        kind: "Table",
        apiVersion: "meta.k8s.io/v1",
        columns: [
          "Name string name 0",
          "Type string  0",
          "Cluster-IP string  0",
          "External-IP string  0",
          "Port(s) string  0",
          "Age string  0",
          "Selector string  1",
        ],
        cells: [["a", "ClusterIP", "None", "<none>", "80/TCP", "AGE", "<none>"]],
        object: ["PartialObjectMetadata", "meta.k8s.io/v1"],
      },
    ),
    row(
      "a table of Secrets",
      async ({ admin, core }) => {
        await admin.post(`${core}/secrets`, { ...secret("a"), stringData: { x: "1" } })
        return tableOf((await admin.get(`${core}/secrets`, { accept: TABLE })).body)
      },
      {
        kind: "Table",
        apiVersion: "meta.k8s.io/v1",
        columns: ["Name string name 0", "Type string  0", "Data string  0", "Age string  0"],
        cells: [["a", "Opaque", 1, "AGE"]],
        object: ["PartialObjectMetadata", "meta.k8s.io/v1"],
      },
    ),
    row(
      "a table of ConfigMaps",
      async ({ admin, core }) => {
        await admin.post(`${core}/configmaps`, configMap("a", { x: "1", y: "2" }))
        return tableOf((await admin.get(`${core}/configmaps/a`, { accept: TABLE })).body)
      },
      {
        kind: "Table",
        apiVersion: "meta.k8s.io/v1",
        columns: ["Name string name 0", "Data string  0", "Age string  0"],
        cells: [["a", 2, "AGE"]],
        object: ["PartialObjectMetadata", "meta.k8s.io/v1"],
      },
    ),
    row(
      "a table of a namespace",
      async ({ admin, ns }) => tableOf((await admin.get(`/api/v1/namespaces/${ns}`, { accept: TABLE })).body),
      {
        kind: "Table",
        apiVersion: "meta.k8s.io/v1",
        columns: ["Name string name 0", "Status string  0", "Age string  0"],
        cells: [["NS", "Active", "AGE"]],
        object: ["PartialObjectMetadata", "meta.k8s.io/v1"],
      },
    ),
    row(
      "a table of custom resources",
      async ({ admin, own }) => {
        await admin.post(`${own}/widgets`, widget("a", { size: 3 }))
        return tableOf((await admin.get(`${own}/widgets`, { accept: TABLE })).body)
      },
      {
        kind: "Table",
        apiVersion: "meta.k8s.io/v1",
        columns: ["Name string name 0", "Size integer  0", "Message string  0"],
        cells: [["a", 3, null]],
        object: ["PartialObjectMetadata", "meta.k8s.io/v1"],
      },
    ),
    row(
      "a table of none",
      async ({ admin, core }) => {
        const { body } = await admin.get(`${core}/secrets`, { accept: TABLE })
        return { rows: body.rows, columns: body.columnDefinitions.length }
      },
      { rows: [], columns: 4 },
    ),
    row(
      "a table with whole objects, or none",
      async ({ admin, core }) => {
        await admin.post(`${core}/configmaps`, configMap("a"))
        const of = async (it: string) =>
          (await admin.get(`${core}/configmaps/a?includeObject=${it}`, { accept: TABLE })).body.rows[0].object
            ?.kind ?? null
        return [await of("Object"), await of("None"), await of("Metadata")]
      },
      ["ConfigMap", null, "PartialObjectMetadata"],
    ),
    row(
      "metadata alone, of an object",
      async ({ admin, core }) => {
        await admin.post(`${core}/configmaps`, configMap("a"))
        const { body } = await admin.get(`${core}/configmaps/a`, { accept: METADATA })
        return {
          kind: body.kind,
          apiVersion: body.apiVersion,
          fields: Object.keys(body).sort(),
          name: body.metadata.name,
        }
      },
      {
        kind: "PartialObjectMetadata",
        apiVersion: "meta.k8s.io/v1",
        fields: ["apiVersion", "kind", "metadata"],
        name: "a",
      },
    ),
    row(
      "metadata alone, of a list",
      async ({ admin, core }) => {
        await admin.post(`${core}/secrets`, secret("a"))
        const answer = await admin.get(`${core}/secrets`, { accept: METADATA_LIST })
        const { body } = answer
        return {
          kind: body.kind,
          apiVersion: body.apiVersion,
          names: names(answer),
          fields: Object.keys(body.items[0]).sort(),
        }
      },
      {
        kind: "PartialObjectMetadataList",
        apiVersion: "meta.k8s.io/v1",
        names: ["a"],
        fields: ["apiVersion", "kind", "metadata"],
      },
    ),
    row(
      "an answer as YAML",
      async ({ admin, core }) => {
        await admin.post(`${core}/configmaps`, configMap("a"))
        const { headers, text } = await admin.get(`${core}/configmaps/a`, { accept: "application/yaml" })
        return { type: headers["content-type"], begins: text.slice(0, 14) }
      },
      { type: "application/yaml", begins: "apiVersion: v1" },
      {
        why: "left out, because nobody asks for it",
        gives: {
          type: "application/json",
          begins: '{"apiVersion":',
        },
      },
    ),
    row(
      "a body as YAML",
      async ({ admin, core }) => {
        return said(
          await admin.post(`${core}/configmaps`, "metadata:\n  name: a\ndata:\n  x: '1'\n", {
            "content-type": "application/yaml",
          }),
        )
      },
      "201 ConfigMap",
    ),
    row(
      "an Accept of several: the first that is known",
      async ({ admin, core }) => {
        const { headers } = await admin.get(`${core}/configmaps`, {
          accept: "application/vnd.kubernetes.protobuf;q=0.1,application/json",
        })
        return headers["content-type"]
      },
      "application/json",
    ),
    row(
      "answers are JSON, uncached, and carry a request's id",
      async ({ admin, core }) => {
        const { headers } = await admin.get(`${core}/configmaps`)
        return {
          type: headers["content-type"],
          cache: headers["cache-control"],
          audit: typeof headers["audit-id"],
        }
      },
      { type: "application/json", cache: "no-cache, private", audit: "string" },
    ),
  ],
}
