/** Strategic merge patches of other kinds, and deletions with preconditions. */
import { said } from "../normal.ts"
import { row, type Theme } from "../row.ts"
import type { Scene } from "../scene.ts"
import { configMap, deployment, service } from "../things.ts"

const map = async ({ admin, core }: Scene) =>
  admin.post(`${core}/configmaps`, configMap("a", { x: "1", y: "2" }, { labels: { l: "1" } }))

const inPod = (spec: object) => ({ spec: { template: { spec } } })

export const preconditions: Theme = {
  theme: "strategic patches of other kinds, and preconditions",
  rows: [
    row(
      "strategic: finalizers add up, $deleteFromPrimitiveList takes out",
      async ({ admin, core }) => {
        await admin.post(`${core}/configmaps`, configMap("a", {}, { finalizers: ["a.example/x"] }))
        const added = await admin.strategic(`${core}/configmaps/a`, {
          metadata: { finalizers: ["a.example/y"] },
        })
        const taken = await admin.strategic(`${core}/configmaps/a`, {
          metadata: { "$deleteFromPrimitiveList/finalizers": ["a.example/x"] },
        })
        await admin.merge(`${core}/configmaps/a`, { metadata: { finalizers: null } })
        return [added.body.metadata.finalizers, taken.body.metadata.finalizers]
      },
      [["a.example/y", "a.example/x"], ["a.example/y"]],
    ),
    row(
      "strategic: a Service's ports merge by port",
      async ({ admin, core }) => {
        await admin.post(
          `${core}/services`,
          service("a", {
            ports: [
              { name: "a", port: 80 },
              { name: "b", port: 81 },
            ],
          }),
        )
        const { body } = await admin.strategic(`${core}/services/a`, {
          spec: { ports: [{ port: 81, targetPort: 9 }] },
        })
        return body.spec.ports
      },
      [
        { name: "a", protocol: "TCP", port: 80, targetPort: 80 },
        { name: "b", protocol: "TCP", port: 81, targetPort: 9 },
      ],
    ),
    row(
      "strategic: imagePullSecrets of a ServiceAccount merge by name",
      async ({ admin, core }) => {
        await admin.post(`${core}/serviceaccounts`, {
          metadata: { name: "a" },
          imagePullSecrets: [{ name: "x" }],
        })
        const { body } = await admin.strategic(`${core}/serviceaccounts/a`, {
          imagePullSecrets: [{ name: "y" }],
        })
        return [...body.imagePullSecrets].map((it: { name: string }) => it.name).sort()
      },
      ["y"],
      { why: "left out, because merge keys go by the field's name alone", gives: ["x", "y"] },
    ),
    row(
      "strategic: tolerations are replaced whole",
      async ({ admin, apps }) => {
        await admin.post(
          `${apps}/deployments`,
          deployment("a", {}, { tolerations: [{ key: "a", operator: "Exists" }] }),
        )
        const { body } = await admin.strategic(
          `${apps}/deployments/a`,
          inPod({ tolerations: [{ key: "b", operator: "Exists" }] }),
        )
        return body.spec.template.spec.tolerations
      },
      [{ key: "b", operator: "Exists" }],
    ),
    row(
      "a delete with another uid is a conflict",
      async (scene) => {
        await map(scene)
        const uid = "00000000-0000-4000-8000-000000000000"
        const body = { apiVersion: "v1", kind: "DeleteOptions", preconditions: { uid } }
        const answer = await scene.admin.delete(`${scene.core}/configmaps/a`, body)
        return answer.body
      },
      {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        message:
          'Operation cannot be fulfilled on ConfigMap "a": the UID in the precondition (UID) does not match the UID in record (UID). The object might have been deleted and then recreated',
        reason: "Conflict",
        details: { name: "a", kind: "ConfigMap" },
        code: 409,
      },
    ),
    row(
      "a delete with a stale version is a conflict",
      async (scene) => {
        await map(scene)
        const body = { apiVersion: "v1", kind: "DeleteOptions", preconditions: { resourceVersion: "1" } }
        const { body: found } = await scene.admin.delete(`${scene.core}/configmaps/a`, body)
        return [found.code, found.reason, found.message.replace(/\b\d+\b/g, "N")]
      },
      [
        409,
        "Conflict",
        'Operation cannot be fulfilled on ConfigMap "a": the ResourceVersion in the precondition (N) does not match the ResourceVersion in record (N). The object might have been modified',
      ],
    ),
    row(
      "a delete with its own uid and version",
      async (scene) => {
        const { body: made } = await map(scene)
        const { uid, resourceVersion } = made.metadata
        const body = { apiVersion: "v1", kind: "DeleteOptions", preconditions: { uid, resourceVersion } }
        return said(await scene.admin.delete(`${scene.core}/configmaps/a`, body))
      },
      "200 Success",
    ),
  ],
}
