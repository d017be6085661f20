/** `fieldValidation`, `dryRun`, and definitions of custom resources. */
import { ownKind, until } from "../definitions.ts"
import { said } from "../normal.ts"
import { row, type Theme } from "../row.ts"
import type { Scene } from "../scene.ts"
import { CRDS, configMap, deployment, widget, widgetDefinition } from "../things.ts"

const strictly =
  (query: string) =>
  async ({ admin, own }: Scene) => {
    const answer = await admin.post(
      `${own}/widgets${query}`,
      widget("a", { sizze: 1, parts: [{ name: "p", x: 1 }] }),
    )
    return { said: said(answer), spec: answer.body.spec, warning: answer.headers.warning }
  }

const mapStrictly =
  (query: string) =>
  async ({ admin, core }: Scene) => {
    const answer = await admin.post(`${core}/configmaps${query}`, {
      ...configMap("a"),
      dtaa: { x: "1" },
      metadata: { name: "a", nmae: "b" },
    })
    return { said: said(answer), fields: Object.keys(answer.body).sort(), warning: answer.headers.warning }
  }

export const definitions: Theme = {
  theme: "field validation, dry runs and definitions",
  rows: [
    row("fieldValidation=Strict of a custom resource", strictly("?fieldValidation=Strict"), {
      said: '400 BadRequest Widget in version "v1" cannot be handled as a Widget: strict decoding error: unknown field "spec.parts[0].x", unknown field "spec.sizze"',
    }),
    row("fieldValidation=Warn of a custom resource", strictly("?fieldValidation=Warn"), {
      said: "201 Widget",
      spec: { on: false, parts: [{ name: "p" }] },
      warning: '299 - "unknown field \\"spec.parts[0].x\\"", 299 - "unknown field \\"spec.sizze\\""',
    }),
    row("fieldValidation=Ignore of a custom resource", strictly("?fieldValidation=Ignore"), {
      said: "201 Widget",
      spec: { on: false, parts: [{ name: "p" }] },
    }),
    row("without fieldValidation: as Warn, of a custom resource", strictly(""), {
      said: "201 Widget",
      spec: { on: false, parts: [{ name: "p" }] },
      warning: '299 - "unknown field \\"spec.parts[0].x\\"", 299 - "unknown field \\"spec.sizze\\""',
    }),
    row("fieldValidation=Strict of a ConfigMap", mapStrictly("?fieldValidation=Strict"), {
      said: '400 BadRequest ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "metadata.nmae", unknown field "dtaa"',
      fields: ["apiVersion", "code", "kind", "message", "metadata", "reason", "status"],
    }),
    row("without fieldValidation: as Warn, of a ConfigMap", mapStrictly(""), {
      said: "201 ConfigMap",
      fields: ["apiVersion", "kind", "metadata"],
      warning: '299 - "unknown field \\"metadata.nmae\\"", 299 - "unknown field \\"dtaa\\""',
    }),
    row("fieldValidation=Ignore of a ConfigMap", mapStrictly("?fieldValidation=Ignore"), {
      said: "201 ConfigMap",
      fields: ["apiVersion", "kind", "metadata"],
    }),
    row("fieldValidation that nobody knows", mapStrictly("?fieldValidation=Some"), {
      said: '422 Invalid CreateOptions.meta.k8s.io "" is invalid: fieldValidation: Unsupported value: "Some": supported values: "", "Ignore", "Strict", "Warn"',
      fields: ["apiVersion", "code", "details", "kind", "message", "metadata", "reason", "status"],
    }),
    row(
      "fieldValidation=Strict, deep in a Deployment",
      async ({ admin, apps }) => {
        return said(
          await admin.post(
            `${apps}/deployments?fieldValidation=Strict`,
            deployment("a", { replcas: 1 }, { containers: [{ name: "app", image: "a", imagePolicy: "x" }] }),
          ),
        )
      },
      '400 BadRequest Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.template.spec.containers[0].imagePolicy", unknown field "spec.replcas"',
    ),
    row(
      "fieldValidation=Strict, a field twice",
      async ({ admin, core }) => {
        return said(
          await admin.post(
            `${core}/configmaps?fieldValidation=Strict`,
            '{"metadata":{"name":"a"},"data":{"x":"1","x":"2"}}',
          ),
        )
      },
      '400 BadRequest ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: duplicate field "data.x"',
    ),
    row(
      "fieldValidation=Strict of a merge patch",
      async ({ admin, own }) => {
        await admin.post(`${own}/widgets`, widget("a"))
        const text = said(
          await admin.merge(`${own}/widgets/a?fieldValidation=Strict`, { spec: { sizze: 1 } }),
        )
        return text.replace(/Invalid value: .*": strict/, "Invalid value: …: strict")
      },
      '422 Invalid  "" is invalid: patch: Invalid value: …: strict decoding error: unknown field "spec.sizze"',
    ),
    row(
      "dryRun of a create: answered, not kept",
      async ({ admin, core }) => {
        const answer = await admin.post(`${core}/configmaps?dryRun=All`, configMap("a", { x: "1" }))
        const { uid, creationTimestamp, resourceVersion } = answer.body.metadata
        return {
          status: answer.status,
          uid: typeof uid,
          creationTimestamp,
          resourceVersion: resourceVersion ?? null,
          after: (await admin.get(`${core}/configmaps/a`)).status,
        }
      },
      { status: 201, uid: "UID", creationTimestamp: "TIME", resourceVersion: null, after: 404 },
    ),
    row(
      "dryRun of a patch, an update, a delete",
      async ({ admin, core }) => {
        await admin.post(`${core}/configmaps`, configMap("a", { x: "1" }))
        const patched = await admin.merge(`${core}/configmaps/a?dryRun=All`, { data: { x: "2" } })
        const put = await admin.put(`${core}/configmaps/a?dryRun=All`, configMap("a", { x: "3" }))
        const deleted = await admin.delete(`${core}/configmaps/a?dryRun=All`)
        return [
          patched.body.data,
          put.body.data,
          said(deleted),
          (await admin.get(`${core}/configmaps/a`)).body.data,
        ]
      },
      [{ x: "2" }, { x: "3" }, "200 Success", { x: "1" }],
    ),
    row(
      "dryRun of an apply that creates",
      async ({ admin, core }) => {
        const answer = await admin.apply(
          `${core}/configmaps/a?fieldManager=one&dryRun=All`,
          configMap("a", { x: "1" }),
        )
        return [answer.status, answer.body.data, (await admin.get(`${core}/configmaps/a`)).status]
      },
      [201, { x: "1" }, 404],
    ),
    row(
      "dryRun of what would be refused",
      async ({ admin, core }) => said(await admin.post(`${core}/configmaps?dryRun=All`, configMap("A"))),
      "422 Invalid ConfigMap \"A\" is invalid: metadata.name: Invalid value: \"A\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
    ),
    row(
      "dryRun that nobody knows",
      async ({ admin, core }) => said(await admin.post(`${core}/configmaps?dryRun=Some`, configMap("a"))),
      '422 Invalid CreateOptions.meta.k8s.io "" is invalid: dryRun: Unsupported value: ["Some"]: supported values: "All"',
    ),
    row(
      "a definition without a schema",
      async ({ admin }) => {
        const crd = widgetDefinition("schemaless", "Schemaless")
        const [version] = crd.spec.versions
        const { schema, ...bare } = version!
        return said(await admin.post(CRDS, { ...crd, spec: { ...crd.spec, versions: [bare] } }))
      },
      '422 Invalid CustomResourceDefinition.apiextensions.k8s.io "schemaless.conformance.example" is invalid: spec.versions[0].schema.openAPIV3Schema: Required value',
    ),
    row(
      "a definition whose name is not its plural and group",
      async ({ admin }) => {
        return said(
          await admin.post(CRDS, {
            ...widgetDefinition("misnamed", "Misnamed"),
            metadata: { name: "other.conformance.example" },
          }),
        )
      },
      '422 Invalid CustomResourceDefinition.apiextensions.k8s.io "other.conformance.example" is invalid: metadata.name: Invalid value: "other.conformance.example": must be spec.names.plural+"."+spec.group',
    ),
    row(
      "a definition without versions",
      async ({ admin }) => {
        const crd = widgetDefinition("versionless", "Versionless")
        return said(await admin.post(CRDS, { ...crd, spec: { ...crd.spec, versions: [] } }))
      },
      '422 Invalid CustomResourceDefinition.apiextensions.k8s.io "versionless.conformance.example" is invalid: [spec.versions: Invalid value: []: must have exactly one version marked as storage version, status.storedVersions: Invalid value: null: must have at least one stored version]',
    ),
    row(
      "a definition established: its conditions and names",
      async ({ admin }) => {
        const { body } = await admin.get(`${CRDS}/widgets.conformance.example`)
        const conditions = body.status.conditions.map(
          ({ lastTransitionTime, ...it }: { lastTransitionTime: string }) => it,
        )
        return {
          conditions,
          acceptedNames: body.status.acceptedNames,
          storedVersions: body.status.storedVersions,
          conversion: body.spec.conversion,
          generation: body.metadata.generation,
        }
      },
      {
        conditions: [
          { type: "NamesAccepted", status: "True", reason: "NoConflicts", message: "no conflicts found" },
          {
            type: "Established",
            status: "True",
            reason: "InitialNamesAccepted",
            message: "the initial names have been accepted",
          },
        ],
        acceptedNames: {
          plural: "widgets",
          singular: "widget",
          shortNames: ["widx"],
          kind: "Widget",
          listKind: "WidgetList",
        },
        storedVersions: ["v1"],
        conversion: { strategy: "None" },
        generation: 1,
      },
    ),
    row(
      "a definition takes its objects along",
      async (scene) => {
        const { admin } = scene
        const { path, definition, object } = await ownKind(scene)
        await admin.post(path, object)
        const { body } = await admin.delete(definition)
        await until(async () => (await admin.get(definition)).status === 404)
        // A real server stops serving it a moment later.
        await until(async () => (await admin.get(path)).status === 404)
        return { kind: body.kind, finalizers: body.metadata?.finalizers }
      },
      {
        kind: "CustomResourceDefinition",
        finalizers: ["customresourcecleanup.apiextensions.k8s.io"],
      },
    ),
  ],
}
