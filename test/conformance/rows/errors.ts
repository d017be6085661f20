/** How an API server says no. */
import { said } from "../normal.ts"
import { row, type Theme } from "../row.ts"
import { configMap } from "../things.ts"
export const errors: Theme = {
  theme: "errors",
  rows: [
    row(
      "404: a missing object, the whole Status",
      async ({ admin, core }) => {
        const { status, body } = await admin.get(`${core}/configmaps/nope`)
        return { status, body }
      },
      {
        status: 404,
        body: {
          kind: "Status",
          apiVersion: "v1",
          metadata: {},
          status: "Failure",
          message: 'configmaps "nope" not found',
          reason: "NotFound",
          details: { name: "nope", kind: "configmaps" },
          code: 404,
        },
      },
    ),
    row(
      "404: a missing object of a group names the group",
      async ({ admin, apps }) => {
        return (await admin.get(`${apps}/deployments/nope`)).body
      },
      {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        message: 'deployments.apps "nope" not found',
        reason: "NotFound",
        details: { name: "nope", group: "apps", kind: "deployments" },
        code: 404,
      },
    ),
    row(
      "404: a missing custom resource",
      async ({ admin, own }) => (await admin.get(`${own}/widgets/nope`)).body,
      {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        message: 'widgets.conformance.example "nope" not found',
        reason: "NotFound",
        details: { name: "nope", group: "conformance.example", kind: "widgets" },
        code: 404,
      },
    ),
    row(
      "404: create in a namespace that is not there",
      async ({ admin }) => {
        return (await admin.post("/api/v1/namespaces/nowhere/configmaps", configMap("a"))).body
      },
      {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        message: 'namespaces "nowhere" not found',
        reason: "NotFound",
        details: { name: "nowhere", kind: "namespaces" },
        code: 404,
      },
    ),
    row(
      "a list in a namespace that is not there is empty",
      async ({ admin }) => {
        const { status, body } = await admin.get("/api/v1/namespaces/nowhere/configmaps")
        return { status, items: body.items }
      },
      { status: 200, items: [] },
    ),
    row(
      "404: a group that is not served is plain text",
      async ({ admin }) => {
        const { status, text, headers } = await admin.get("/apis/nope.example/v1/things")
        return { status, text, type: headers["content-type"] }
      },
      { status: 404, text: "404 page not found\n", type: "text/plain; charset=utf-8" },
    ),
    row(
      "404: a version that is not served",
      async ({ admin }) => {
        return (await admin.get("/apis/apps/v9/deployments")).body
      },
      {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        message: "the server could not find the requested resource",
        reason: "NotFound",
        details: {},
        code: 404,
      },
    ),
    row(
      "404: a resource that a served group has not",
      async ({ admin, core }) => said(await admin.get(`${core}/things`)),
      "404 NotFound the server could not find the requested resource",
    ),
    row(
      "404: a resource that a group of custom resources has not",
      async ({ admin, own }) => {
        const { status, text } = await admin.get(`${own}/things`)
        return { status, text }
      },
      { status: 404, text: "404 page not found\n" },
    ),
    row(
      "404: a subresource that a kind has not",
      async ({ admin, core }) => {
        await admin.post(`${core}/configmaps`, configMap("a"))
        return said(await admin.get(`${core}/configmaps/a/status`))
      },
      "404 NotFound the server could not find the requested resource",
    ),
    row(
      "405: a verb that a resource has not",
      async ({ admin }) => {
        const { status, body } = await admin.delete("/api/v1/namespaces")
        return { status, body }
      },
      {
        status: 405,
        body: {
          kind: "Status",
          apiVersion: "v1",
          metadata: {},
          status: "Failure",
          message: "the server does not allow this method on the requested resource",
          reason: "MethodNotAllowed",
          details: {},
          code: 405,
        },
      },
    ),
    row(
      "405: create at an object's own path",
      async ({ admin, core }) => {
        return said(await admin.post(`${core}/configmaps/a`, configMap("a")))
      },
      "405 MethodNotAllowed the server does not allow this method on the requested resource",
    ),
    row(
      "405: update of a collection",
      async ({ admin, core }) => {
        return said(await admin.put(`${core}/configmaps`, configMap("a")))
      },
      "405 MethodNotAllowed the server does not allow this method on the requested resource",
    ),
    row(
      "405: create across all namespaces",
      async ({ admin }) => {
        return said(await admin.post("/api/v1/configmaps", configMap("a")))
      },
      "405 MethodNotAllowed the server does not allow this method on the requested resource",
    ),
    row(
      "401: a token that nobody has, the whole Status",
      async ({ stranger, core }) => {
        const { status, body } = await stranger.get(`${core}/configmaps`)
        return { status, body }
      },
      {
        status: 401,
        body: {
          kind: "Status",
          apiVersion: "v1",
          metadata: {},
          status: "Failure",
          message: "Unauthorized",
          reason: "Unauthorized",
          code: 401,
        },
      },
    ),
    row(
      "403: no token at all is the anonymous user",
      async ({ anonymous, core }) => {
        return said(await anonymous.get(`${core}/configmaps`))
      },
      '403 Forbidden configmaps is forbidden: User "system:anonymous" cannot list resource "configmaps" in API group "" in the namespace "NS"',
    ),
    row(
      "403: the root path, of an anonymous user",
      async ({ anonymous }) => said(await anonymous.get("/")),
      '403 Forbidden forbidden: User "system:anonymous" cannot get path "/"',
    ),
    row(
      "health and version are open to all",
      async ({ anonymous }) => {
        const answers = ["/healthz", "/livez", "/readyz", "/version"].map((it) => anonymous.get(it))
        return (await Promise.all(answers)).map((it) => `${it.status} ${it.headers["content-type"]}`)
      },
      [
        "200 text/plain; charset=utf-8",
        "200 text/plain; charset=utf-8",
        "200 text/plain; charset=utf-8",
        "200 application/json",
      ],
    ),
  ],
}
