/** Create, read, update, delete. */
import { plain, said } from "../normal.ts"
import { row, type Theme } from "../row.ts"
import { configMap, deployment, secret, service, widget } from "../things.ts"
export const objects: Theme = {
  theme: "objects",
  rows: [
    row(
      "a created object has uid, time, version and namespace",
      async ({ admin, core }) => {
        const { status, body } = await admin.post(`${core}/configmaps`, configMap("a", { x: "1" }))
        const { managedFields, ...metadata } = body.metadata
        return { status, body: { ...body, metadata } }
      },
      {
        status: 201,
        body: {
          kind: "ConfigMap",
          apiVersion: "v1",
          metadata: {
            name: "a",
            namespace: "NS",
            uid: "UID",
            resourceVersion: "RV",
            creationTimestamp: "TIME",
          },
          data: { x: "1" },
        },
      },
    ),
    row(
      "it is read as it was answered",
      async ({ admin, core }) => {
        const made = await admin.post(`${core}/configmaps`, configMap("a", { x: "1" }))
        const read = await admin.get(`${core}/configmaps/a`)
        return JSON.stringify(made.body) === JSON.stringify(read.body)
      },
      true,
    ),
    row(
      "a list's items carry no kind, the list does",
      async ({ admin, core }) => {
        await admin.post(`${core}/secrets`, secret("a"))
        const { body } = await admin.get(`${core}/secrets`)
        return { kind: body.kind, apiVersion: body.apiVersion, item: Object.keys(body.items[0]).sort() }
      },
      { kind: "SecretList", apiVersion: "v1", item: ["metadata", "type"] },
    ),
    row(
      "a list of custom resources: its items carry their kind",
      async ({ admin, own }) => {
        await admin.post(`${own}/widgets`, widget("a"))
        const { body } = await admin.get(`${own}/widgets`)
        return {
          kind: body.kind,
          apiVersion: body.apiVersion,
          item: [body.items[0].apiVersion, body.items[0].kind],
        }
      },
      {
        kind: "WidgetList",
        apiVersion: "conformance.example/v1",
        item: ["conformance.example/v1", "Widget"],
      },
    ),
    row(
      "an empty list has items",
      async ({ admin, core, own }) => {
        const lists = [await admin.get(`${core}/secrets`), await admin.get(`${own}/widgets`)]
        return lists.map((it) => it.body.items)
      },
      [[], []],
    ),
    row(
      "generateName makes a name of five letters more",
      async ({ admin, core }) => {
        const { body } = await admin.post(`${core}/configmaps`, { metadata: { generateName: "gen-" } })
        return {
          matches: /^gen-[bcdfghjklmnpqrstvwxz2456789]{5}$/.test(body.metadata.name),
          generateName: body.metadata.generateName,
        }
      },
      { matches: true, generateName: "gen-" },
    ),
    row(
      "a name wins over generateName",
      async ({ admin, core }) => {
        const { body } = await admin.post(`${core}/configmaps`, {
          metadata: { name: "given", generateName: "gen-" },
        })
        return body.metadata.name
      },
      "given",
    ),
    row(
      "update replaces: what is not sent is gone, names and uid stay",
      async ({ admin, core }) => {
        await admin.post(`${core}/configmaps`, configMap("a", { x: "1" }, { labels: { l: "1" } }))
        return plain(await admin.put(`${core}/configmaps/a`, configMap("a", { y: "2" })))
      },
      { kind: "ConfigMap", apiVersion: "v1", metadata: { name: "a" }, data: { y: "2" } },
    ),
    row(
      "an update without resourceVersion is taken (built-in kind)",
      async ({ admin, core }) => {
        await admin.post(`${core}/configmaps`, configMap("a"))
        return said(await admin.put(`${core}/configmaps/a`, configMap("a", { x: "1" })))
      },
      "200 ConfigMap",
    ),
    row(
      "an update without resourceVersion is refused (custom resource)",
      async ({ admin, own }) => {
        await admin.post(`${own}/widgets`, widget("a"))
        return (await admin.put(`${own}/widgets/a`, widget("a", { size: 2 }))).body
      },
      {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        message:
          'widgets.conformance.example "a" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update',
        reason: "Invalid",
        details: {
          name: "a",
          group: "conformance.example",
          kind: "widgets",
          causes: [
            {
              reason: "FieldValueInvalid",
              message: "Invalid value: 0: must be specified for an update",
              field: "metadata.resourceVersion",
            },
          ],
        },
        code: 422,
      },
    ),
    row(
      "update of a missing ConfigMap creates nothing",
      async ({ admin, core }) => {
        return said(await admin.put(`${core}/configmaps/a`, configMap("a")))
      },
      '404 NotFound configmaps "a" not found',
    ),
    row(
      "update of a missing Deployment creates nothing",
      async ({ admin, apps }) => {
        return said(await admin.put(`${apps}/deployments/a`, deployment("a")))
      },
      '404 NotFound deployments.apps "a" not found',
    ),
    row(
      "an update that changes nothing keeps the version",
      async ({ admin, core }) => {
        const { body } = await admin.post(`${core}/configmaps`, configMap("a", { x: "1" }))
        const same = await admin.put(`${core}/configmaps/a`, body)
        return same.body.metadata.resourceVersion === body.metadata.resourceVersion
      },
      true,
    ),
    row(
      "a patch that changes nothing keeps the version",
      async ({ admin, core }) => {
        const { body } = await admin.post(`${core}/configmaps`, configMap("a", { x: "1" }))
        const same = await admin.merge(`${core}/configmaps/a`, { data: { x: "1" } })
        return same.body.metadata.resourceVersion === body.metadata.resourceVersion
      },
      true,
    ),
    row(
      "a wrong uid in an update is a conflict",
      async ({ admin, core }) => {
        const { body } = await admin.post(`${core}/configmaps`, configMap("a"))
        const uid = "00000000-0000-4000-8000-000000000000"
        return said(await admin.put(`${core}/configmaps/a`, { ...body, metadata: { ...body.metadata, uid } }))
      },
      '409 Conflict Operation cannot be fulfilled on configmaps "a": StorageError: invalid object, Code: 4, Key: /registry/configmaps/NS/a, ResourceVersion: N, AdditionalErrorMsg: Precondition failed: UID in precondition: UID, UID in object meta: UID',
    ),
    row(
      "creationTimestamp and generation cannot be written",
      async ({ admin, apps }) => {
        const { body: made } = await admin.post(`${apps}/deployments`, {
          ...deployment("a"),
          metadata: { name: "a", generation: 7, creationTimestamp: "2001-01-01T00:00:00Z", uid: "x" },
        })
        const year = made.metadata.creationTimestamp.slice(0, 4)
        const { body } = await admin.merge(`${apps}/deployments/a`, { metadata: { generation: 9 } })
        return {
          sameYear: year !== "2001",
          generations: [made.metadata.generation, body.metadata.generation],
          uid: made.metadata.uid,
        }
      },
      { sameYear: true, generations: [1, 1], uid: "UID" },
    ),
    row(
      "HEAD answers as GET without a body",
      async ({ admin, core }) => {
        await admin.post(`${core}/configmaps`, configMap("a"))
        const { status, text } = await admin.send("HEAD", `${core}/configmaps/a`)
        return { status, text }
      },
      { status: 405, text: "" },
    ),
    row(
      "delete answers what went: a ConfigMap is a Status",
      async ({ admin, core }) => {
        await admin.post(`${core}/configmaps`, configMap("a"))
        const { status, body } = await admin.delete(`${core}/configmaps/a`)
        return { status, body }
      },
      {
        status: 200,
        body: {
          kind: "Status",
          apiVersion: "v1",
          metadata: {},
          status: "Success",
          details: { name: "a", kind: "configmaps", uid: "UID" },
        },
      },
    ),
    row(
      "delete answers what went: a Deployment is a Status",
      async ({ admin, apps }) => {
        await admin.post(`${apps}/deployments`, deployment("a"))
        return (await admin.delete(`${apps}/deployments/a`)).body
      },
      {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Success",
        details: { name: "a", group: "apps", kind: "deployments", uid: "UID" },
      },
    ),
    row(
      "delete answers what went: a custom resource is a Status",
      async ({ admin, own }) => {
        await admin.post(`${own}/widgets`, widget("a"))
        return (await admin.delete(`${own}/widgets/a`)).body
      },
      {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Success",
        details: { name: "a", group: "conformance.example", kind: "widgets", uid: "UID" },
      },
    ),
    row(
      "delete answers what went: a Service is itself",
      async ({ admin, core }) => {
        await admin.post(`${core}/services`, service("a"))
        return said(await admin.delete(`${core}/services/a`))
      },
      "200 Service",
    ),
    row(
      "delete answers what went: a ServiceAccount is itself",
      async ({ admin, core }) => {
        await admin.post(`${core}/serviceaccounts`, { metadata: { name: "a" } })
        return said(await admin.delete(`${core}/serviceaccounts/a`))
      },
      "200 ServiceAccount",
    ),
    row(
      "delete of a missing object is 404",
      async ({ admin, core }) => said(await admin.delete(`${core}/configmaps/a`)),
      '404 NotFound configmaps "a" not found',
    ),
    row(
      "delete of a collection answers its list",
      async ({ admin, core }) => {
        for (const name of ["a", "b", "c"])
          await admin.post(`${core}/secrets`, secret(name, { keep: name === "c" ? "yes" : "no" }))
        const { status, body } = await admin.delete(`${core}/secrets?labelSelector=keep%3Dno`)
        const left = await admin.get(`${core}/secrets`)
        return { status, kind: body.kind, count: body.items?.length, left: left.body.items.length }
      },
      { status: 200, kind: "SecretList", count: 2, left: 1 },
    ),
  ],
}
