/** Who am I, what may I, and on behalf of whom. */
import { grant, rule } from "../grant.ts"
import { names, said } from "../normal.ts"
import { row, type Theme } from "../row.ts"

const REVIEWS = "/apis/authorization.k8s.io/v1"

const review = (kind: string, spec: object) => ({ apiVersion: "authorization.k8s.io/v1", kind, spec })

export const reviews: Theme = {
  theme: "reviews and impersonation",
  rows: [
    row(
      "who am I",
      async ({ developer }) => {
        const { status, body } = await developer.post("/apis/authentication.k8s.io/v1/selfsubjectreviews", {
          apiVersion: "authentication.k8s.io/v1",
          kind: "SelfSubjectReview",
        })
        return {
          status,
          kind: body.kind,
          username: body.status.userInfo.username,
          authenticated: body.status.userInfo.groups.includes("system:authenticated"),
        }
      },
      { status: 201, kind: "SelfSubjectReview", username: "developer", authenticated: true },
    ),
    row(
      "may I: no",
      async ({ developer, ns }) => {
        const { status, body } = await developer.post(
          `${REVIEWS}/selfsubjectaccessreviews`,
          review("SelfSubjectAccessReview", {
            resourceAttributes: { namespace: ns, verb: "create", resource: "secrets" },
          }),
        )
        const { managedFields, ...metadata } = body.metadata
        return { status, body: { ...body, metadata } }
      },
      {
        status: 201,
        body: {
          kind: "SelfSubjectAccessReview",
          apiVersion: "authorization.k8s.io/v1",
          metadata: {},
          spec: { resourceAttributes: { namespace: "NS", verb: "create", resource: "secrets" } },
          status: { allowed: false },
        },
      },
    ),
    row(
      "may I: yes, by a role",
      async (scene) => {
        await grant(scene, rule("apps", "deployments", "create"))
        const ask = () =>
          scene.developer.post(
            `${REVIEWS}/selfsubjectaccessreviews`,
            review("SelfSubjectAccessReview", {
              resourceAttributes: {
                namespace: scene.ns,
                verb: "create",
                group: "apps",
                resource: "deployments",
              },
            }),
          )
        for (let tries = 0; tries < 500; tries++) if ((await ask()).body.status.allowed) break
        const { body } = await ask()
        return { allowed: body.status.allowed, reason: body.status.reason?.replace(/"/g, "'") }
      },
      { allowed: true, reason: "RBAC: allowed by RoleBinding 'some/NS' of Role 'some' to User 'developer'" },
      { why: "left out, because nobody reads the reason of a yes", gives: { allowed: true } },
    ),
    row(
      "may I: everything, as an administrator",
      async ({ admin }) => {
        const { body } = await admin.post(
          `${REVIEWS}/selfsubjectaccessreviews`,
          review("SelfSubjectAccessReview", { resourceAttributes: { verb: "*", group: "*", resource: "*" } }),
        )
        return body.status.allowed
      },
      true,
    ),
    row(
      "may I: a path that is no resource",
      async ({ developer }) => {
        const of = async (path: string) =>
          (
            await developer.post(
              `${REVIEWS}/selfsubjectaccessreviews`,
              review("SelfSubjectAccessReview", { nonResourceAttributes: { path, verb: "get" } }),
            )
          ).body.status.allowed
        return [await of("/version"), await of("/nowhere")]
      },
      [true, false],
    ),
    row(
      "may I: asked of nothing",
      async ({ developer }) =>
        said(
          await developer.post(`${REVIEWS}/selfsubjectaccessreviews`, review("SelfSubjectAccessReview", {})),
        ),
      '422 Invalid .authorization.k8s.io "" is invalid: spec.resourceAttributes: Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified',
    ),
    row(
      "what may I: the rules of a role",
      async (scene) => {
        await grant(scene, rule("", "secrets", "get list"))
        const ask = () =>
          scene.developer.post(
            `${REVIEWS}/selfsubjectrulesreviews`,
            review("SelfSubjectRulesReview", { namespace: scene.ns }),
          )
        // biome-ignore lint/suspicious/noExplicitAny: a review
        const own = (body: any) =>
          body.status.resourceRules.filter((it: { resources: string[] }) => it.resources.includes("secrets"))
        for (let tries = 0; tries < 500; tries++) if (own((await ask()).body).length > 0) break
        const { status, body } = await ask()
        return { status, kind: body.kind, own: own(body), incomplete: body.status.incomplete }
      },
      {
        status: 201,
        kind: "SelfSubjectRulesReview",
        own: [{ verbs: ["get", "list"], apiGroups: [""], resources: ["secrets"] }],
        incomplete: false,
      },
    ),
    row(
      "what may I: of no namespace",
      async ({ developer }) =>
        said(
          await developer.post(`${REVIEWS}/selfsubjectrulesreviews`, review("SelfSubjectRulesReview", {})),
        ),
      "400 BadRequest no namespace on request",
    ),
    row(
      "may another: asked by an administrator",
      async ({ admin, ns }) => {
        const { status, body } = await admin.post(
          `${REVIEWS}/subjectaccessreviews`,
          review("SubjectAccessReview", {
            user: "developer",
            resourceAttributes: { namespace: ns, verb: "get", resource: "secrets" },
          }),
        )
        return { status, allowed: body.status.allowed }
      },
      { status: 201, allowed: false },
    ),
    row(
      "may another: asked by an ordinary user",
      async ({ developer, ns }) => {
        return said(
          await developer.post(
            `${REVIEWS}/subjectaccessreviews`,
            review("SubjectAccessReview", {
              user: "x",
              resourceAttributes: { namespace: ns, verb: "get", resource: "secrets" },
            }),
          ),
        )
      },
      '403 Forbidden subjectaccessreviews.authorization.k8s.io is forbidden: User "developer" cannot create resource "subjectaccessreviews" in API group "authorization.k8s.io" at the cluster scope',
    ),
    row(
      "impersonation: as another, by an administrator",
      async ({ admin, core }) => said(await admin.get(`${core}/secrets`, { "impersonate-user": "jane" })),
      '403 Forbidden secrets is forbidden: User "jane" cannot list resource "secrets" in API group "" in the namespace "NS"',
    ),
    row(
      "impersonation: as a group of administrators",
      async ({ admin, core }) => {
        return (
          await admin.get(`${core}/secrets`, {
            "impersonate-user": "jane",
            "impersonate-group": "system:masters",
          })
        ).status
      },
      200,
    ),
    row(
      "impersonation: refused to an ordinary user",
      async ({ developer, core }) =>
        said(await developer.get(`${core}/secrets`, { "impersonate-user": "jane" })),
      '403 Forbidden users "jane" is forbidden: User "developer" cannot impersonate resource "users" in API group "" at the cluster scope',
    ),
    row(
      "an administrator sees the namespaces of all",
      async ({ admin, ns }) =>
        names(await admin.get(`/api/v1/namespaces?fieldSelector=metadata.name%3D${ns}`)).length,
      1,
    ),
  ],
}
