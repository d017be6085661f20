/** Who am I, what may I: the review APIs of Kubernetes and OpenShift, and OpenShift's users. */
import type { KubeObject } from "../../cluster/types.ts"
import type { PracticeUser } from "../types/apiserver.ts"
import type { Access, Attributes } from "./access.ts"
import { sendList } from "./answers.ts"
import { checkedBody } from "./field-validation.ts"
import type { Kind } from "./kind.ts"
import { type Call, sendJson } from "./request.ts"
import { badRequest, forbidden, invalid, invalidValue, methodNotAllowed, notFound } from "./status.ts"

export interface ReviewParts {
  access: Access
  /** False where a fault forbids it just now, whatever the roles say. */
  permits(user: PracticeUser, asked: Attributes & { version?: string }): boolean
  openshift: boolean
  resourceVersion(): number
}

const groupsOf = ({ name, groups }: PracticeUser, openshift: boolean): string[] => {
  const isPerson = !name.startsWith("system:serviceaccount:")
  const oauth = openshift && isPerson ? ["system:authenticated:oauth"] : []
  return [...new Set([...groups, ...oauth, "system:authenticated"])]
}

interface ResourceAttributes {
  verb?: string
  group?: string
  version?: string
  resource?: string
  subresource?: string
  namespace?: string
  name?: string
}

const asked = (of: ResourceAttributes): Attributes & { version?: string } => ({
  verb: of.verb ?? "",
  group: of.group ?? "",
  resource: of.resource ?? "",
  ...(of.version ? { version: of.version } : {}),
  ...(of.subresource ? { subresource: of.subresource } : {}),
  ...(of.namespace ? { namespace: of.namespace } : {}),
  ...(of.name ? { name: of.name } : {}),
})

const answer = (call: Call, body: KubeObject, status: object) =>
  sendJson(call.response, 201, { ...body, metadata: { ...body.metadata }, status })

function selfAccess({ permits, access }: ReviewParts, call: Call, body: KubeObject) {
  const spec = body.spec ?? {}
  const user = body.kind === "SubjectAccessReview" ? access.user(spec.user ?? "") : call.user
  if (user === undefined) return answer(call, body, { allowed: false })
  const { resourceAttributes: resource, nonResourceAttributes: path } = spec
  if ((resource === undefined) === (path === undefined)) {
    const about = { group: "authorization.k8s.io", plural: "", kind: "" }
    const why = "exactly one of nonResourceAttributes or resourceAttributes must be specified"
    throw invalid(about, "", [invalidValue("spec.resourceAttributes", null, why)])
  }
  const may = resource === undefined ? access.mayRead(user, path.path ?? "") : permits(user, asked(resource))
  answer(call, body, { allowed: may })
}

function selfRules({ access }: ReviewParts, call: Call, body: KubeObject) {
  const { namespace = call.namespace } = body.spec ?? {}
  if (!namespace) throw badRequest("no namespace on request")
  const resourceRules = access.rules(call.user, namespace)
  const nonResourceRules = [{ verbs: ["get"], nonResourceURLs: ["/api", "/apis", "/healthz", "/version"] }]
  answer(call, body, { incomplete: false, resourceRules, nonResourceRules })
}

const PROJECTS = "project.openshift.io"

/** OpenShift's older reviews carry their attributes at the top, and answer with a kind of their own. */
function openshiftAccess({ permits }: ReviewParts, call: Call, body: Record<string, string>) {
  const namespace = body.namespace || call.namespace
  // From the time before API groups: `oc login` asks about projectrequests of no group.
  const group = body.resourceAPIGroup || (/^project(request)?s$/.test(body.resource ?? "") ? PROJECTS : "")
  const allowed = permits(
    call.user,
    asked({
      verb: body.verb,
      group,
      resource: body.resource,
      name: body.resourceName,
      ...(namespace ? { namespace } : {}),
    } as ResourceAttributes),
  )
  const answer = { kind: "SubjectAccessReviewResponse", apiVersion: "authorization.openshift.io/v1" }
  sendJson(call.response, 201, { ...answer, ...(namespace ? { namespace } : {}), allowed })
}

/** Serves a review. @throws ApiError */
export async function serveReview(parts: ReviewParts, kind: Kind, call: Call): Promise<void> {
  if (call.verb !== "create") throw methodNotAllowed()
  const body = checkedBody(kind, call, ((await call.body()) ?? {}) as KubeObject)
  if (kind.group === "authorization.openshift.io" && kind.kind !== "SelfSubjectRulesReview") {
    return openshiftAccess(parts, call, body as unknown as Record<string, string>)
  }
  if (kind.kind === "SelfSubjectReview") {
    const { name: username } = call.user
    const userInfo = { username, uid: username, groups: groupsOf(call.user, parts.openshift) }
    return answer(call, { ...body, kind: kind.kind, apiVersion: "authentication.k8s.io/v1" }, { userInfo })
  }
  if (kind.kind === "SubjectAccessReview" && !call.user.admin) {
    throw forbidden(kind, "", `User "${call.user.name}" cannot review the access of others`)
  }
  return kind.kind === "SelfSubjectRulesReview" ? selfRules(parts, call, body) : selfAccess(parts, call, body)
}

/** Serves `users`, `~` being whoever asks. @throws ApiError */
export async function serveUsers(parts: ReviewParts, kind: Kind, call: Call): Promise<void> {
  const userOf = ({ name, groups }: PracticeUser): KubeObject => ({
    kind: "User",
    apiVersion: "user.openshift.io/v1",
    metadata: { name, uid: name },
    groups,
    identities: [`practice:${name}`],
  })
  if (call.verb === "list")
    return sendList(call, kind, () => parts.access.users.map(userOf), parts.resourceVersion())
  if (call.verb !== "get") throw methodNotAllowed()
  const user = call.name === "~" ? call.user : parts.access.user(call.name!)
  if (user === undefined) throw notFound(kind, call.name!)
  const groups = { groups: groupsOf(user, parts.openshift) }
  sendJson(call.response, 200, { ...userOf(user), ...groups })
}
