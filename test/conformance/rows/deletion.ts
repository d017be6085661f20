/** How objects go: finalizers and grace. */
import { events, said } from "../normal.ts"
import { row, type Theme } from "../row.ts"
import { configMap, pod, secret } from "../things.ts"

const policy = (propagationPolicy: string) => ({ apiVersion: "v1", kind: "DeleteOptions", propagationPolicy })

const bound = (name: string, spec: object = {}) => pod(name, { nodeName: "somewhere", ...spec })

export const deletion: Theme = {
  theme: "deletion",
  rows: [
    row(
      "a finalizer holds an object: the answer is itself, going",
      async ({ admin, core }) => {
        await admin.post(`${core}/configmaps`, configMap("a", {}, { finalizers: ["a.example/x"] }))
        const { status, body } = await admin.delete(`${core}/configmaps/a`)
        const { managedFields, ...metadata } = body.metadata
        await admin.merge(`${core}/configmaps/a`, { metadata: { finalizers: null } })
        return { status, kind: body.kind, metadata, after: (await admin.get(`${core}/configmaps/a`)).status }
      },
      {
        status: 200,
        kind: "ConfigMap",
        metadata: {
          name: "a",
          namespace: "NS",
          uid: "UID",
          resourceVersion: "RV",
          creationTimestamp: "TIME",
          deletionTimestamp: "TIME",
          deletionGracePeriodSeconds: 0,
          finalizers: ["a.example/x"],
        },
        after: 404,
      },
    ),
    row(
      "a finalizer cannot be added to what is going",
      async ({ admin, core }) => {
        await admin.post(`${core}/configmaps`, configMap("a", {}, { finalizers: ["a.example/x"] }))
        await admin.delete(`${core}/configmaps/a`)
        const answer = await admin.merge(`${core}/configmaps/a`, {
          metadata: { finalizers: ["a.example/x", "a.example/y"] },
        })
        await admin.merge(`${core}/configmaps/a`, { metadata: { finalizers: null } })
        return said(answer)
      },
      '422 Invalid ConfigMap "a" is invalid: metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"a.example/y"}',
    ),
    row(
      "what is going can still be written",
      async ({ admin, core }) => {
        await admin.post(`${core}/configmaps`, configMap("a", {}, { finalizers: ["a.example/x"] }))
        await admin.delete(`${core}/configmaps/a`)
        const { body } = await admin.merge(`${core}/configmaps/a`, { data: { x: "1" } })
        await admin.merge(`${core}/configmaps/a`, { metadata: { finalizers: null } })
        return body.data
      },
      { x: "1" },
    ),
    row(
      "create while one of the name is going",
      async ({ admin, core }) => {
        await admin.post(`${core}/configmaps`, configMap("a", {}, { finalizers: ["a.example/x"] }))
        await admin.delete(`${core}/configmaps/a`)
        const answer = await admin.post(`${core}/configmaps`, configMap("a"))
        await admin.merge(`${core}/configmaps/a`, { metadata: { finalizers: null } })
        return said(answer)
      },
      '409 AlreadyExists object is being deleted: configmaps "a" already exists',
    ),
    row(
      "its events: MODIFIED when it begins to go, DELETED when it is released",
      async ({ admin, core }) => {
        const { body } = await admin.post(`${core}/secrets`, secret("a", {}, { finalizers: ["a.example/x"] }))
        const stream = await admin.watch(
          `${core}/secrets?watch=true&resourceVersion=${body.metadata.resourceVersion}`,
        )
        await admin.delete(`${core}/secrets/a`)
        await admin.merge(`${core}/secrets/a`, { metadata: { finalizers: null } })
        const seen = events(await stream.take(2))
        stream.close()
        return seen
      },
      ["MODIFIED a", "DELETED a"],
    ),
    row(
      "a pod of no node goes at once",
      async ({ admin, core }) => {
        await admin.post(`${core}/pods`, pod("a"))
        const answer = await admin.delete(`${core}/pods/a`)
        return { said: said(answer), after: (await admin.get(`${core}/pods/a`)).status }
      },
      { said: "200 Pod", after: 404 },
    ),
    row(
      "a pod of a node has its grace period",
      async ({ admin, core }) => {
        await admin.post(`${core}/pods`, bound("a"))
        const { status, body } = await admin.delete(`${core}/pods/a`)
        const { deletionTimestamp, deletionGracePeriodSeconds } = body.metadata
        const seconds = Math.round((Date.parse(deletionTimestamp) - Date.now()) / 1000)
        const { status: there } = await admin.get(`${core}/pods/a`)
        await admin.delete(`${core}/pods/a?gracePeriodSeconds=0`)
        return {
          status,
          deletionGracePeriodSeconds,
          about30: Math.abs(seconds - 30) < 5,
          there,
          after: (await admin.get(`${core}/pods/a`)).status,
        }
      },
      { status: 200, deletionGracePeriodSeconds: 30, about30: true, there: 200, after: 404 },
    ),
    row(
      "a pod's own grace period, and a shorter one later",
      async ({ admin, core }) => {
        await admin.post(`${core}/pods`, bound("a", { terminationGracePeriodSeconds: 60 }))
        const first = await admin.delete(`${core}/pods/a`)
        const shorter = await admin.delete(`${core}/pods/a?gracePeriodSeconds=5`)
        const longer = await admin.delete(`${core}/pods/a?gracePeriodSeconds=50`)
        await admin.delete(`${core}/pods/a?gracePeriodSeconds=0`)
        return [first, shorter, longer].map((it) => it.body.metadata.deletionGracePeriodSeconds)
      },
      [60, 5, 5],
    ),
    row(
      "a pod that has ended goes at once",
      async ({ admin, core }) => {
        await admin.post(`${core}/pods`, bound("a"))
        await admin.merge(`${core}/pods/a/status`, { status: { phase: "Succeeded" } })
        await admin.delete(`${core}/pods/a`)
        return (await admin.get(`${core}/pods/a`)).status
      },
      404,
    ),
    row(
      "a propagation policy that nobody knows",
      async ({ admin, core }) => {
        await admin.post(`${core}/configmaps`, configMap("a"))
        return said(await admin.delete(`${core}/configmaps/a?propagationPolicy=Slow`))
      },
      '422 Invalid DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "Slow": supported values: "Foreground", "Background", "Orphan", "nil"',
    ),
    row(
      "both propagationPolicy and orphanDependents",
      async ({ admin, core }) => {
        await admin.post(`${core}/configmaps`, configMap("a"))
        return said(
          await admin.delete(`${core}/configmaps/a`, { ...policy("Orphan"), orphanDependents: true }),
        )
      },
      '422 Invalid DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Invalid value: "Orphan": orphanDependents and deletionPropagation cannot be both set',
    ),
  ],
}
