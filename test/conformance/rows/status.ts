/** The status subresource, generations, scale. */
import { said } from "../normal.ts"
import { row, type Theme } from "../row.ts"
import { deployment, pod, widget } from "../things.ts"

// biome-ignore lint/suspicious/noExplicitAny: any object
const state = ({ body }: { body: any }) => ({
  generation: body.metadata.generation,
  spec: body.spec,
  status: body.status,
})

export const status: Theme = {
  theme: "status",
  rows: [
    row(
      "a create drops it",
      async ({ admin, own }) =>
        state(await admin.post(`${own}/widgets`, { ...widget("a", { size: 1 }), status: { message: "x" } })),
      { generation: 1, spec: { on: false, size: 1 } },
    ),
    row(
      "a main write keeps it as it was",
      async ({ admin, own }) => {
        await admin.post(`${own}/widgets`, widget("a", { size: 1 }))
        await admin.merge(`${own}/widgets/a/status`, { status: { message: "x" } })
        return state(await admin.merge(`${own}/widgets/a`, { spec: { size: 2 }, status: { message: "y" } }))
      },
      { generation: 2, spec: { on: false, size: 2 }, status: { message: "x" } },
    ),
    row(
      "a status write takes nothing else",
      async ({ admin, own }) => {
        await admin.post(`${own}/widgets`, widget("a", { size: 1 }))
        const answer = await admin.merge(`${own}/widgets/a/status`, {
          spec: { size: 5 },
          status: { message: "x" },
          metadata: { labels: { l: "1" }, annotations: { n: "1" } },
        })
        return {
          ...state(answer),
          labels: answer.body.metadata.labels,
          annotations: answer.body.metadata.annotations,
        }
      },
      { generation: 1, spec: { on: false, size: 1 }, status: { message: "x" } },
    ),
    row(
      "a status write of a Deployment takes annotations, but no labels",
      async ({ admin, apps }) => {
        await admin.post(`${apps}/deployments`, deployment("a"))
        const { body } = await admin.merge(`${apps}/deployments/a/status`, {
          spec: { replicas: 5 },
          status: { replicas: 2 },
          metadata: { labels: { l: "1" }, annotations: { n: "1" } },
        })
        return {
          replicas: body.spec.replicas,
          status: body.status,
          labels: body.metadata.labels,
          annotations: body.metadata.annotations,
        }
      },
      { replicas: 1, status: { replicas: 2 }, annotations: { n: "1" } },
    ),
    row(
      "a status write by PUT wants a version of a custom resource",
      async ({ admin, own }) => {
        await admin.post(`${own}/widgets`, widget("a"))
        return said(await admin.put(`${own}/widgets/a/status`, { ...widget("a"), status: { message: "x" } }))
      },
      '422 Invalid widgets.conformance.example "a" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update',
    ),
    row(
      "a status that the schema refuses",
      async ({ admin, own }) => {
        await admin.post(`${own}/widgets`, widget("a"))
        return said(await admin.merge(`${own}/widgets/a/status`, { status: { message: 7 } }))
      },
      '422 Invalid Widget.conformance.example "a" is invalid: status.message: Invalid value: "integer": message in body must be of type string: "integer"',
      {
        why: "left out, because it differs in naming the field from the top",
        gives:
          '422 Invalid Widget.conformance.example "a" is invalid: status.message: Invalid value: "integer": status.message in body must be of type string: "integer"',
      },
    ),
    row(
      "a stale status write is a conflict",
      async ({ admin, own }) => {
        const { body } = await admin.post(`${own}/widgets`, widget("a"))
        await admin.merge(`${own}/widgets/a`, { spec: { size: 3 } })
        return said(await admin.put(`${own}/widgets/a/status`, { ...body, status: { message: "x" } }))
      },
      '409 Conflict Operation cannot be fulfilled on widgets.conformance.example "a": the object has been modified; please apply your changes to the latest version and try again',
    ),
    row(
      "generations: the spec bumps, labels and status do not",
      async ({ admin, own }) => {
        const seen = [await admin.post(`${own}/widgets`, widget("a", { size: 1 }))]
        seen.push(await admin.merge(`${own}/widgets/a`, { metadata: { labels: { l: "1" } } }))
        seen.push(await admin.merge(`${own}/widgets/a/status`, { status: { message: "x" } }))
        seen.push(await admin.merge(`${own}/widgets/a`, { spec: { size: 2 } }))
        seen.push(await admin.merge(`${own}/widgets/a`, { spec: { size: 2 } }))
        return seen.map((it) => it.body.metadata.generation)
      },
      [1, 1, 1, 2, 2],
    ),
    row(
      "generations of a Deployment",
      async ({ admin, apps }) => {
        const seen = [await admin.post(`${apps}/deployments`, deployment("a"))]
        seen.push(await admin.merge(`${apps}/deployments/a`, { metadata: { annotations: { l: "1" } } }))
        seen.push(await admin.merge(`${apps}/deployments/a/status`, { status: { replicas: 1 } }))
        seen.push(await admin.merge(`${apps}/deployments/a`, { spec: { replicas: 2 } }))
        return seen.map((it) => it.body.metadata.generation)
      },
      [1, 2, 2, 3],
    ),
    row(
      "generations: a pod has one, a ConfigMap and a Service have none",
      async ({ admin, core }) => {
        const made = [
          await admin.post(`${core}/pods`, pod("a")),
          await admin.post(`${core}/configmaps`, { metadata: { name: "a" } }),
          await admin.post(`${core}/services`, { metadata: { name: "a" }, spec: { ports: [{ port: 1 }] } }),
          await admin.post(`${core}/secrets`, { metadata: { name: "a" } }),
        ]
        return made.map((it) => it.body.metadata.generation ?? null)
      },
      [1, null, null, null],
    ),
    row(
      "GET of the status is the whole object",
      async ({ admin, own }) => {
        await admin.post(`${own}/widgets`, widget("a", { size: 1 }))
        const { body } = await admin.get(`${own}/widgets/a/status`)
        return { kind: body.kind, spec: body.spec }
      },
      { kind: "Widget", spec: { on: false, size: 1 } },
    ),
    row(
      "scale reads and writes replicas",
      async ({ admin, apps }) => {
        await admin.post(`${apps}/deployments`, deployment("a"))
        const { body: read } = await admin.get(`${apps}/deployments/a/scale`)
        const { body: written } = await admin.merge(`${apps}/deployments/a/scale`, { spec: { replicas: 3 } })
        const { body } = await admin.get(`${apps}/deployments/a`)
        return {
          read,
          written: written.spec,
          replicas: body.spec.replicas,
          generation: body.metadata.generation,
        }
      },
      {
        read: {
          kind: "Scale",
          apiVersion: "autoscaling/v1",
          metadata: {
            name: "a",
            namespace: "NS",
            uid: "UID",
            resourceVersion: "RV",
            creationTimestamp: "TIME",
          },
          spec: { replicas: 1 },
          status: { replicas: 0, selector: "app=a" },
        },
        written: { replicas: 3 },
        replicas: 3,
        generation: 2,
      },
    ),
    row(
      "scale below zero",
      async ({ admin, apps }) => {
        await admin.post(`${apps}/deployments`, deployment("a"))
        return said(await admin.merge(`${apps}/deployments/a/scale`, { spec: { replicas: -1 } }))
      },
      '422 Invalid Scale.autoscaling "a" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    ),
    row(
      "a pod's status is merged by condition type",
      async ({ admin, core }) => {
        await admin.post(`${core}/pods`, pod("a"))
        const of = (type: string) => ({ status: { conditions: [{ type, status: "True" }] } })
        await admin.strategic(`${core}/pods/a/status`, of("Ready"))
        const { body } = await admin.strategic(`${core}/pods/a/status`, of("Initialized"))
        return body.status.conditions.map((it: { type: string }) => it.type).sort()
      },
      ["Initialized", "Ready"],
    ),
  ],
}
