/** Values of a wrong type in built-in kinds, by every way in which an object comes. */
import type { Answer } from "../client.ts"
import { said } from "../normal.ts"
import { row, type Theme } from "../row.ts"
import type { Scene } from "../scene.ts"
import { configMap, deployment, pod, secret } from "../things.ts"

/** A Deployment whose only container has these fields. */
const withContainer = (container: object, spec: object = {}) =>
  deployment("a", spec, { containers: [{ name: "c", image: "c:1", ...container }] })

const posted =
  (body: object, query = "") =>
  async ({ admin, apps }: Scene) =>
    said(await admin.post(`${apps}/deployments${query}`, body))

const refused = (why: string) =>
  `400 BadRequest Deployment in version "v1" cannot be handled as a Deployment: ${why}`

/** The reason alone: before it stands the whole object, or the whole patch. */
const reason = (answer: Answer): string => {
  const parts = said(answer).split(/Invalid value: ".*": /s)
  return parts.length === 1 ? parts[0]! : `${answer.status} ${parts[1]}`
}

const changed = (how: "merge" | "json" | "strategic", patch: unknown) => async (scene: Scene) => {
  const path = `${scene.apps}/deployments`
  await scene.admin.post(path, deployment("a"))
  return reason(await scene.admin[how](`${path}/a`, patch))
}

const applied = (body: object) => async (scene: Scene) =>
  said(await scene.admin.apply(`${scene.apps}/deployments/a?fieldManager=t`, body))

const notTyped = (why: string) =>
  `500 Failure failed to create typed patch object (/a; apps/v1, Kind=Deployment): ${why}`

export const types: Theme = {
  theme: "values of a wrong type",
  rows: [
    row(
      "a number among the arguments",
      posted(withContainer({ args: ["--max-retries", 5] })),
      refused(
        "json: cannot unmarshal number into Go struct field Container.spec.template.spec.containers.args of type string",
      ),
    ),
    row(
      "an environment that is a map",
      posted(withContainer({ env: { A: "b" } })),
      refused(
        "json: cannot unmarshal object into Go struct field Container.spec.template.spec.containers.env of type []v1.EnvVar",
      ),
    ),
    row(
      "several wrong values: the first is said",
      posted(withContainer({ args: true }, { replicas: "2" })),
      refused(
        "json: cannot unmarshal bool into Go struct field Container.spec.template.spec.containers.args of type []string",
      ),
    ),
    row(
      "a wrong value and one that reads itself: the latter is said",
      posted(withContainer({ args: true, resources: { limits: { cpu: "much" } } })),
      refused("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"),
    ),
    row(
      "a word of the API's own",
      posted(withContainer({ imagePullPolicy: 1 })),
      refused(
        "json: cannot unmarshal number into Go struct field Container.spec.template.spec.containers.imagePullPolicy of type v1.PullPolicy",
      ),
    ),
    row(
      "a fraction and a number that is too large",
      async (scene) => [
        await posted(deployment("a", { replicas: 1.5 }))(scene),
        await posted(deployment("a", { replicas: 3_000_000_000 }))(scene),
      ],
      [
        refused(
          "json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32",
        ),
        refused(
          "json: cannot unmarshal number 3000000000 into Go struct field DeploymentSpec.spec.replicas of type int32",
        ),
      ],
    ),
    row(
      "a port that is neither number nor word",
      posted(withContainer({}, { strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: true } } })),
      refused(
        "json: cannot unmarshal bool into Go struct field RollingUpdateDeployment.spec.strategy.rollingUpdate.maxSurge of type int32",
      ),
    ),
    row(
      "times",
      async (scene) => {
        const times = ["yesterday", "2026-13-01T00:00:00Z", "2026-11-30 10:00:00", 5]
        const of = (creationTimestamp: unknown) => ({
          ...configMap("a"),
          metadata: { name: "a", creationTimestamp },
        })
        const answers = await Promise.all(
          times.map((time) => scene.admin.post(`${scene.core}/configmaps`, of(time))),
        )
        return answers.map((one) => said(one).split("as a ConfigMap: ")[1])
      },
      [
        'parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse "yesterday" as "2006"',
        'parsing time "2026-13-01T00:00:00Z": month out of range',
        'parsing time "2026-11-30 10:00:00" as "2006-01-02T15:04:05Z07:00": cannot parse " 10:00:00" as "T"',
        "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.creationTimestamp of type string",
      ].map((text) =>
        text.replace(/"2026-13-01T00:00:00Z"/, '"TIME"').replace("2006-01-02T15:04:05Z", "TIME"),
      ),
    ),
    row(
      "a Secret's data that is not base64",
      async ({ admin, core }) =>
        said(await admin.post(`${core}/secrets`, { ...secret("a"), data: { k: "a-b" } })),
      '400 BadRequest Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte 1',
    ),
    row(
      "null is nothing, in maps and lists what is empty",
      async ({ admin, core }) => {
        const sent = { ...pod("a"), metadata: { name: "a", labels: { l: null }, annotations: null } }
        const { body } = await admin.post(`${core}/pods`, {
          ...sent,
          spec: { containers: [{ name: "c", image: "c:1", args: [null], env: null }] },
        })
        const { args, env = "none" } = body.spec.containers[0]
        return [body.metadata.labels, body.metadata.annotations ?? "none", args, env]
      },
      [{ l: "" }, "none", [""], "none"],
    ),
    row(
      "a legal number that no clock can wait: deleted all the same",
      async ({ admin, core }) => {
        await admin.post(`${core}/pods`, pod("a", { terminationGracePeriodSeconds: 9_000_000_000_000 }))
        const { status } = await admin.delete(`${core}/pods/a`)
        return [status, (await admin.get(`${core}/pods/a`)).status]
      },
      [200, 404],
    ),
    row(
      "a kind that is a number",
      async ({ admin, core }) =>
        said(await admin.post(`${core}/configmaps`, { ...configMap("a"), kind: 5 })).split(" (")[1],
      "must be of type ConfigMap): couldn't get version/kind; json parse error: json: cannot unmarshal number into Go struct field .kind of type string",
    ),
    row(
      "a body that is a list",
      async ({ admin, core }) => said(await admin.post(`${core}/configmaps`, [])),
      '400 BadRequest the object provided is unrecognized (must be of type ConfigMap): couldn\'t get version/kind; json parse error: json: cannot unmarshal array into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" } (5b5d)',
    ),
    row(
      "by a merge patch",
      changed("merge", { spec: { replicas: "2" } }),
      "422 json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32",
    ),
    row(
      "by a JSON patch",
      changed("json", [{ op: "replace", path: "/spec/replicas", value: [2] }]),
      "422 json: cannot unmarshal array into Go struct field DeploymentSpec.spec.replicas of type int32",
    ),
    row(
      "by a strategic patch, which is read otherwise",
      async (scene) => [
        await changed("strategic", { spec: { replicas: "2" } })(scene),
        await changed("strategic", { spec: { paused: 1 } })(scene),
        await changed("strategic", { spec: { template: { spec: { hostname: 5 } } } })(scene),
        await changed("strategic", { spec: { template: [] } })(scene),
        await changed("strategic", { metadata: { finalizers: "x" } })(scene),
      ],
      [
        "422 unrecognized type: int32",
        "422 unrecognized type: bool",
        "422 cannot convert int64 to string",
        "422 cannot restore struct from: slice",
        "422 cannot restore slice from string",
      ],
    ),
    row(
      "by a server-side apply",
      async (scene) => [
        await applied(withContainer({ args: ["--max-retries", 5] }))(scene),
        await applied(withContainer({ env: { A: "b" } }))(scene),
        await applied(deployment("a", { replicas: "2" }))(scene),
      ],
      [
        notTyped(
          '.spec.template.spec.containers[name="c"].args[1]: expected string, got &value.valueUnstructured{Value:5}',
        ),
        notTyped('.spec.template.spec.containers[name="c"].env: expected list, got &{map[A:b]}'),
        notTyped(".spec.replicas: expected numeric (int or float), got string"),
      ],
    ),
    row(
      "options of a deletion",
      async ({ admin, core }) => {
        await admin.post(`${core}/configmaps`, configMap("a"))
        return said(await admin.delete(`${core}/configmaps/a`, { gracePeriodSeconds: "1" }))
      },
      "500 Failure json: cannot unmarshal string into Go struct field DeleteOptions.gracePeriodSeconds of type int64",
    ),
    row(
      "a Scale",
      async ({ admin, apps }) => {
        await admin.post(`${apps}/deployments`, deployment("a"))
        return said(
          await admin.put(`${apps}/deployments/a/scale`, {
            metadata: { name: "a" },
            spec: { replicas: "2" },
          }),
        )
      },
      '400 BadRequest Scale in version "v1" cannot be handled as a Scale: json: cannot unmarshal string into Go struct field ScaleSpec.spec.replicas of type int32',
    ),
    row(
      "metadata of a custom resource",
      async ({ admin, own }) => {
        const of = (metadata: unknown) => ({ apiVersion: "conformance.example/v1", kind: "Widget", metadata })
        const all = [
          5,
          { name: "a", labels: { l: 1 } },
          { name: "a", labels: [] },
          { name: "a", finalizers: "x" },
          { name: 5 },
        ]
        const answers = await Promise.all(all.map((one) => admin.post(`${own}/widgets`, of(one))))
        return answers.map((one) => said(one).split("as a Widget: ")[1])
      },
      [
        "json: cannot unmarshal number into Go value of type v1.ObjectMeta",
        "json: cannot unmarshal number into Go struct field ObjectMeta.labels of type string",
        "json: cannot unmarshal array into Go struct field ObjectMeta.labels of type map[string]string",
        "json: cannot unmarshal string into Go struct field ObjectMeta.finalizers of type []string",
        "json: cannot unmarshal number into Go struct field ObjectMeta.name of type string",
      ],
    ),
  ],
}
