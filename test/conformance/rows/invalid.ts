/** What is wrong with an object whatever its kind: 422 and its causes. */
import { said } from "../normal.ts"
import { row, type Theme } from "../row.ts"
import { configMap, pod } from "../things.ts"
export const invalid: Theme = {
  theme: "invalid objects",
  rows: [
    row(
      "422: two causes, the whole Status",
      async ({ admin, core }) => {
        const { status, body } = await admin.post(
          `${core}/pods`,
          pod("a", { containers: [{ name: "app" }, { image: "x" }] }),
        )
        return { status, body }
      },
      {
        status: 422,
        body: {
          kind: "Status",
          apiVersion: "v1",
          metadata: {},
          status: "Failure",
          message:
            'Pod "a" is invalid: [spec.containers[0].image: Required value, spec.containers[1].name: Required value]',
          reason: "Invalid",
          details: {
            name: "a",
            kind: "Pod",
            causes: [
              { reason: "FieldValueRequired", message: "Required value", field: "spec.containers[0].image" },
              { reason: "FieldValueRequired", message: "Required value", field: "spec.containers[1].name" },
            ],
          },
          code: 422,
        },
      },
    ),
    row(
      "422: no name",
      async ({ admin, core }) => {
        return (await admin.post(`${core}/configmaps`, { apiVersion: "v1", kind: "ConfigMap" })).body
      },
      {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        message: 'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
        reason: "Invalid",
        details: {
          kind: "ConfigMap",
          causes: [
            {
              reason: "FieldValueRequired",
              message: "Required value: name or generateName is required",
              field: "metadata.name",
            },
          ],
        },
        code: 422,
      },
    ),
    row(
      "422: a name that is none",
      async ({ admin, core }) => (await admin.post(`${core}/configmaps`, configMap("A_b"))).body,
      {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        message:
          "ConfigMap \"A_b\" is invalid: metadata.name: Invalid value: \"A_b\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
        reason: "Invalid",
        details: {
          name: "A_b",
          kind: "ConfigMap",
          causes: [
            {
              reason: "FieldValueInvalid",
              message:
                "Invalid value: \"A_b\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
              field: "metadata.name",
            },
          ],
        },
        code: 422,
      },
    ),
    row(
      "422: a namespace's name that is none",
      async ({ admin }) => {
        return said(await admin.post("/api/v1/namespaces", { metadata: { name: "a.b" } }))
      },
      '422 Invalid Namespace "a.b" is invalid: metadata.name: Invalid value: "a.b": must not contain dots',
    ),
    row(
      "422: a service's name that is none",
      async ({ admin, core }) => {
        return said(
          await admin.post(`${core}/services`, { metadata: { name: "1a" }, spec: { ports: [{ port: 80 }] } }),
        )
      },
      "422 Invalid Service \"1a\" is invalid: metadata.name: Invalid value: \"1a\": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
    ),
    row(
      "422: a name that is too long",
      async ({ admin, core }) => {
        return said(await admin.post(`${core}/configmaps`, configMap("a".repeat(254))))
      },
      '422 Invalid ConfigMap "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" is invalid: metadata.name: Invalid value: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa": must be no more than 253 characters',
    ),
    row(
      "422: a label's key that is none",
      async ({ admin, core }) => {
        return said(await admin.post(`${core}/configmaps`, configMap("a", {}, { labels: { "a b": "x" } })))
      },
      "422 Invalid ConfigMap \"a\" is invalid: metadata.labels: Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
    ),
    row(
      "422: a label's value that is none",
      async ({ admin, core }) => {
        return said(await admin.post(`${core}/configmaps`, configMap("a", {}, { labels: { c: "d e" } })))
      },
      "422 Invalid ConfigMap \"a\" is invalid: metadata.labels: Invalid value: \"d e\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
    ),
    row(
      "422: an annotation's key that is none",
      async ({ admin, core }) => {
        return said(
          await admin.post(`${core}/configmaps`, configMap("a", {}, { annotations: { "a b": "x" } })),
        )
      },
      "422 Invalid ConfigMap \"a\" is invalid: metadata.annotations: Invalid value: \"a b\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
    ),
    row(
      "422: a finalizer that is none",
      async ({ admin, core }) => {
        return said(await admin.post(`${core}/configmaps`, configMap("a", {}, { finalizers: ["x"] })))
      },
      '422 Invalid ConfigMap "a" is invalid: metadata.finalizers[0]: Invalid value: "x": name is neither a standard finalizer name nor is it fully qualified',
    ),
    row(
      "422: an owner without uid",
      async ({ admin, core }) => {
        const owner = { apiVersion: "v1", kind: "ConfigMap", name: "b" }
        return said(await admin.post(`${core}/configmaps`, configMap("a", {}, { ownerReferences: [owner] })))
      },
      '422 Invalid ConfigMap "a" is invalid: metadata.ownerReferences.uid: Invalid value: "": must not be empty',
    ),
    row(
      "422: data's key that is none",
      async ({ admin, core }) => {
        return said(await admin.post(`${core}/configmaps`, configMap("a", { "a b": "x" })))
      },
      "422 Invalid ConfigMap \"a\" is invalid: data[a b]: Invalid value: \"a b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
    ),
  ],
}
