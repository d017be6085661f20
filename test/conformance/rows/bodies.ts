/** What is wrong with a request before its object is looked at. */
import { said } from "../normal.ts"
import { row, type Theme } from "../row.ts"
import { configMap } from "../things.ts"
export const bodies: Theme = {
  theme: "bodies that do not fit",
  rows: [
    row(
      "400: a body that is no JSON",
      async ({ admin, core }) => {
        const { status, body } = await admin.post(`${core}/configmaps`, "{")
        return [status, body.reason, body.message.split(":")[0]]
      },
      [400, "BadRequest", "the object provided is unrecognized (must be of type ConfigMap)"],
    ),
    row(
      "400: no body",
      async ({ admin, core }) => said(await admin.post(`${core}/configmaps`)),
      "400 BadRequest the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: unexpected end of JSON input (<empty>)",
    ),
    row(
      "400: a body of another kind",
      async ({ admin, core }) => {
        return said(await admin.post(`${core}/configmaps`, { ...configMap("a"), kind: "Secret" })).split(
          ": converting",
        )[0]
      },
      '400 BadRequest Secret in version "v1" cannot be handled as a ConfigMap',
    ),
    row(
      "400: a body of another version",
      async ({ admin, apps }) => {
        return said(
          await admin.post(`${apps}/deployments`, {
            apiVersion: "apps/v9",
            kind: "Deployment",
            metadata: { name: "a" },
          }),
        ).split(" in scheme")[0]
      },
      '400 BadRequest Deployment in version "v9" cannot be handled as a Deployment: no kind "Deployment" is registered for version "apps/v9"',
    ),
    row(
      "400: a body of another custom version",
      async ({ admin, own }) => {
        return said(
          await admin.post(`${own}/widgets`, {
            apiVersion: "conformance.example/v9",
            kind: "Widget",
            metadata: { name: "a" },
          }),
        )
      },
      "400 BadRequest the API version in the data (conformance.example/v9) does not match the expected API version (conformance.example/v1)",
    ),
    row(
      "a body without kind and version is taken for the path's",
      async ({ admin, core }) => {
        return said(await admin.post(`${core}/configmaps`, { metadata: { name: "a" } }))
      },
      "201 ConfigMap",
    ),
    row(
      "400: a custom resource without kind and version",
      async ({ admin, own }) => {
        return said(await admin.post(`${own}/widgets`, { metadata: { name: "a" } }))
      },
      '400 BadRequest the object provided is unrecognized (must be of type Widget): Object \'Kind\' is missing in \'{"metadata":{"name":"a"}}\' ({"metadata":{"name":"a"}})',
    ),
    row(
      "400: a field of the wrong type",
      async ({ admin, core }) => {
        return said(await admin.post(`${core}/configmaps`, configMap("a", { n: 1 })))
      },
      '400 BadRequest ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
    ),
    row(
      "400: the namespace of the body is another",
      async ({ admin, core }) => {
        return said(await admin.post(`${core}/configmaps`, configMap("a", {}, { namespace: "other" })))
      },
      "400 BadRequest the namespace of the provided object does not match the namespace sent on the request",
    ),
    row(
      "400: the name of the body is another",
      async ({ admin, core }) => {
        await admin.post(`${core}/configmaps`, configMap("a"))
        return said(await admin.put(`${core}/configmaps/a`, configMap("b")))
      },
      "400 BadRequest the name of the object (b) does not match the name on the URL (a)",
    ),
    row(
      "400: create with a resourceVersion",
      async ({ admin, core }) => {
        return said(await admin.post(`${core}/configmaps`, configMap("a", {}, { resourceVersion: "1" })))
      },
      "500 Failure resourceVersion should not be set on objects to be created",
    ),
    row(
      "409: it exists, the whole Status",
      async ({ admin, core }) => {
        await admin.post(`${core}/configmaps`, configMap("a"))
        return (await admin.post(`${core}/configmaps`, configMap("a"))).body
      },
      {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        message: 'configmaps "a" already exists',
        reason: "AlreadyExists",
        details: { name: "a", kind: "configmaps" },
        code: 409,
      },
    ),
    row(
      "409: a stale update, the whole Status",
      async ({ admin, core }) => {
        const { body } = await admin.post(`${core}/configmaps`, configMap("a"))
        await admin.merge(`${core}/configmaps/a`, { data: { x: "1" } })
        return (await admin.put(`${core}/configmaps/a`, body)).body
      },
      {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        message:
          'Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
        reason: "Conflict",
        details: { name: "a", kind: "configmaps" },
        code: 409,
      },
    ),
    row(
      "415: a patch of a type that nobody knows",
      async ({ admin, core }) => {
        await admin.post(`${core}/configmaps`, configMap("a"))
        return (await admin.send("PATCH", `${core}/configmaps/a`, {}, { "content-type": "application/json" }))
          .body
      },
      {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        message: "415: Unsupported Media Type",
        reason: "UnsupportedMediaType",
        details: {},
        code: 415,
      },
    ),
    row(
      "415: a strategic patch of a custom resource",
      async ({ admin, own }) => {
        await admin.post(`${own}/widgets`, {
          apiVersion: "conformance.example/v1",
          kind: "Widget",
          metadata: { name: "a" },
        })
        return said(await admin.strategic(`${own}/widgets/a`, {}))
      },
      "415 UnsupportedMediaType the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml",
    ),
    row(
      "415: a body of a type that nobody knows",
      async ({ admin, core }) => {
        return said(await admin.post(`${core}/configmaps`, "x", { "content-type": "text/plain" }))
      },
      "415 UnsupportedMediaType the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf",
    ),
    row(
      "406: an answer of a type that nobody makes",
      async ({ admin, core }) => {
        return said(await admin.get(`${core}/configmaps`, { accept: "text/csv" }))
      },
      "406 NotAcceptable 406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf, application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch",
    ),
  ],
}
