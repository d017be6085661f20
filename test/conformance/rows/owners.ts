/** What goes with its owner, or with its namespace. */
import { said } from "../normal.ts"
import { row, type Theme } from "../row.ts"
import type { Scene } from "../scene.ts"
import { configMap, secret } from "../things.ts"

/** Whether a path is gone, waited for by watching the namespace's Secrets and ConfigMaps go. */
const gone = async ({ admin }: Scene, path: string): Promise<boolean> => {
  const at = path.lastIndexOf("/")
  const found = await admin.get(path)
  if (found.status === 404) return true
  const { resourceVersion } = found.body.metadata
  const stream = await admin.watch(
    `${path.slice(0, at)}?watch=true&resourceVersion=${resourceVersion}&fieldSelector=metadata.name%3D${path.slice(at + 1)}`,
  )
  for (;;) {
    const [event] = await stream.take(1, 20_000)
    if (event?.type === "MODIFIED") continue
    stream.close()
    return event?.type === "DELETED"
  }
}

// biome-ignore lint/suspicious/noExplicitAny: any object
const ownedBy = ({ body }: { body: any }, more: object = {}) => ({
  ownerReferences: [
    {
      apiVersion: body.apiVersion,
      kind: body.kind,
      name: body.metadata.name,
      uid: body.metadata.uid,
      ...more,
    },
  ],
})

const family = async ({ admin, core }: Scene, more: object = {}): Promise<void> => {
  const owner = await admin.post(`${core}/configmaps`, configMap("owner"))
  await admin.post(`${core}/secrets`, secret("child", {}, ownedBy(owner, more)))
}

const policy = (propagationPolicy: string) => ({ apiVersion: "v1", kind: "DeleteOptions", propagationPolicy })

export const owned: Theme = {
  theme: "owners and namespaces",
  rows: [
    row(
      "background: the owner goes at once, its child after",
      async (scene) => {
        await family(scene)
        const answer = await scene.admin.delete(`${scene.core}/configmaps/owner`, policy("Background"))
        return {
          said: said(answer),
          owner: (await scene.admin.get(`${scene.core}/configmaps/owner`)).status,
          child: await gone(scene, `${scene.core}/secrets/child`),
        }
      },
      { said: "200 Success", owner: 404, child: true },
    ),
    row(
      "foreground: the owner waits for a child that blocks it",
      async (scene) => {
        const { admin, core } = scene
        const owner = await admin.post(`${core}/configmaps`, configMap("owner"))
        await admin.post(
          `${core}/secrets`,
          secret(
            "child",
            {},
            { ...ownedBy(owner, { blockOwnerDeletion: true }), finalizers: ["a.example/x"] },
          ),
        )
        const { body } = await admin.delete(`${core}/configmaps/owner`, policy("Foreground"))
        const stream = await admin.watch(`${core}/secrets?watch=true&fieldSelector=metadata.name%3Dchild`)
        // The child begins to go once the collector has seen its owner.
        for (;;) {
          const [event] = await stream.take(1, 20_000)
          if (event === undefined || event.object.metadata.deletionTimestamp !== undefined) break
        }
        stream.close()
        const { status } = await admin.get(`${core}/configmaps/owner`)
        await admin.merge(`${core}/secrets/child`, { metadata: { finalizers: null } })
        return {
          kind: body.kind,
          finalizers: body.metadata.finalizers,
          waits: status,
          gone: await gone(scene, `${core}/configmaps/owner`),
        }
      },
      { kind: "ConfigMap", finalizers: ["foregroundDeletion"], waits: 200, gone: true },
    ),
    row(
      "orphan: the child stays, and forgets its owner",
      async (scene) => {
        const { admin, core } = scene
        await family(scene)
        const { body } = await admin.delete(`${core}/configmaps/owner`, policy("Orphan"))
        const left = await gone(scene, `${core}/configmaps/owner`)
        const child = await admin.get(`${core}/secrets/child`)
        return {
          kind: body.kind,
          finalizers: body.metadata?.finalizers,
          gone: left,
          status: child.status,
          owners: child.body.metadata.ownerReferences ?? null,
        }
      },
      { kind: "ConfigMap", finalizers: ["orphan"], gone: true, status: 200, owners: null },
    ),
    row(
      "a child of an owner that never was goes",
      async (scene) => {
        const { admin, core } = scene
        const lost = {
          apiVersion: "v1",
          kind: "ConfigMap",
          name: "never",
          uid: "00000000-0000-4000-8000-000000000000",
        }
        await admin.post(`${core}/secrets`, secret("child", {}, { ownerReferences: [lost] }))
        return gone(scene, `${core}/secrets/child`)
      },
      true,
    ),
    row(
      "a child of two owners stays while one is there",
      async (scene) => {
        const { admin, core } = scene
        const one = await admin.post(`${core}/configmaps`, configMap("one"))
        const two = await admin.post(`${core}/configmaps`, configMap("two"))
        const { body } = await admin.post(
          `${core}/secrets`,
          secret(
            "child",
            {},
            { ownerReferences: [...ownedBy(one).ownerReferences, ...ownedBy(two).ownerReferences] },
          ),
        )
        const stream = await admin.watch(
          `${core}/secrets?watch=true&resourceVersion=${body.metadata.resourceVersion}`,
        )
        await admin.delete(`${core}/configmaps/one`)
        const [event] = await stream.take(1, 20_000)
        stream.close()
        return {
          type: event!.type,
          owners: event!.object.metadata.ownerReferences.map((it: { name: string }) => it.name),
        }
      },
      { type: "MODIFIED", owners: ["two"] },
    ),
    row(
      "two owners that both control are refused",
      async ({ admin, core }) => {
        const of = (name: string) => ({
          apiVersion: "v1",
          kind: "ConfigMap",
          name,
          uid: `00000000-0000-4000-8000-00000000000${name}`,
          controller: true,
        })
        return said(
          await admin.post(`${core}/secrets`, secret("child", {}, { ownerReferences: [of("1"), of("2")] })),
        )
      },
      '422 Invalid Secret "child" is invalid: metadata.ownerReferences: Invalid value: [{"apiVersion":"v1","kind":"ConfigMap","name":"1","uid":"UID","controller":true},{"apiVersion":"v1","kind":"ConfigMap","name":"2","uid":"UID","controller":true}]: Only one reference can have Controller set to true. Found "true" in references for ConfigMap/1 and ConfigMap/2',
    ),
    row(
      "a namespace begins to go: phase, time, 200",
      async ({ admin, core, ns }) => {
        await admin.post(`${core}/configmaps`, configMap("held", {}, { finalizers: ["a.example/x"] }))
        const { status, body } = await admin.delete(`/api/v1/namespaces/${ns}`)
        const answer = await admin.post(`${core}/secrets`, secret("late"))
        const again = await admin.delete(`/api/v1/namespaces/${ns}`)
        await admin.merge(`${core}/configmaps/held`, { metadata: { finalizers: null } })
        return {
          status,
          kind: body.kind,
          phase: body.status.phase,
          going: body.metadata.deletionTimestamp,
          spec: body.spec,
          late: answer.body,
          again: said(again),
        }
      },
      {
        status: 200,
        kind: "Namespace",
        phase: "Terminating",
        going: "TIME",
        spec: { finalizers: ["kubernetes"] },
        late: {
          kind: "Status",
          apiVersion: "v1",
          metadata: {},
          status: "Failure",
          message:
            'secrets "late" is forbidden: unable to create new content in namespace NS because it is being terminated',
          reason: "Forbidden",
          details: {
            name: "late",
            kind: "secrets",
            causes: [
              {
                reason: "NamespaceTerminating",
                message: "namespace NS is being terminated",
                field: "metadata.namespace",
              },
            ],
          },
          code: 403,
        },
        again: "200 Namespace",
      },
    ),
    row(
      "a namespace goes with what is in it",
      async (scene) => {
        await scene.admin.post(`${scene.core}/secrets`, secret("a"))
        await scene.admin.delete(`/api/v1/namespaces/${scene.ns}`)
        const left = await gone(scene, `/api/v1/namespaces/${scene.ns}`)
        return { left, secrets: (await scene.admin.get(`${scene.core}/secrets`)).body.items }
      },
      { left: true, secrets: [] },
    ),
    row(
      "default is not deleted",
      async ({ admin }) => said(await admin.delete("/api/v1/namespaces/default")),
      '403 Forbidden namespaces "default" is forbidden: this namespace may not be deleted',
    ),
    row(
      "a namespace's status without finalizers is final",
      async ({ admin, ns }) => {
        const { body } = await admin.get(`/api/v1/namespaces/${ns}`)
        return { labels: body.metadata.labels, spec: body.spec, status: body.status }
      },
      {
        labels: { "kubernetes.io/metadata.name": "NS" },
        spec: { finalizers: ["kubernetes"] },
        status: { phase: "Active" },
      },
    ),
  ],
}
