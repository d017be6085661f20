/** Who asks, and what they may: bearer tokens, and RBAC with the roles `admin`, `edit`, `view` and own ones. */
import { createHash, randomBytes } from "node:crypto"
import type { IncomingHttpHeaders } from "node:http"
import type { KubeObject } from "../../cluster/types.ts"
import type { PracticeUser } from "../types/apiserver.ts"
import type { Kinds } from "./kinds.ts"
import { type Objects, SERVER } from "./objects.ts"
import { forbidden } from "./status.ts"
import type { Store } from "./store.ts"

/** What is about to be done, as RBAC sees it. */
export interface Attributes {
  verb: string
  group: string
  resource: string
  subresource?: string
  namespace?: string
  name?: string
}

export interface Rule {
  verbs: string[]
  apiGroups: string[]
  resources: string[]
  resourceNames?: string[]
}

const READ = ["get", "list", "watch"]
const WRITE = ["create", "update", "patch", "delete", "deletecollection"]
const all = (apiGroups: string[], resources = ["*"], verbs = ["*"]): Rule => ({ apiGroups, resources, verbs })

/** What any member of a project sees beside its objects. */
const member = [all([""], ["namespaces"], ["get"]), all(["project.openshift.io"], ["projects"], ["get"])]
const olmRead = all(["operators.coreos.com", "packages.operators.coreos.com"], ["*"], READ)

/** OLM's aggregated roles: Subscriptions may be written, InstallPlans not approved, OperatorGroups only read. */
const olmEdit = [
  olmRead,
  all(["operators.coreos.com"], ["subscriptions"], WRITE),
  all(
    ["operators.coreos.com"],
    ["clusterserviceversions", "catalogsources", "installplans", "subscriptions"],
    ["delete"],
  ),
]
const coreEdit = all(
  [""],
  [
    "pods",
    "pods/log",
    "pods/portforward",
    "pods/exec",
    "pods/attach",
    "services",
    "secrets",
    "configmaps",
    "serviceaccounts",
    "serviceaccounts/token",
    "endpoints",
    "persistentvolumeclaims",
  ],
)

/** What of these `view` leaves out: secrets, and all that acts in a pod or in another's name. */
const NOT_VIEWED = ["secrets", "pods/portforward", "pods/exec", "pods/attach", "serviceaccounts/token"]

/** The rules of the roles that every cluster has. Definitions of custom resources add their own group to them. */
function builtinRules(role: string, custom: readonly string[]): Rule[] | undefined {
  const open = [...custom, "apps", "discovery.k8s.io", "networking.k8s.io", "route.openshift.io"]
  const readable = all([""], ["events", "resourcequotas", "limitranges"], READ)
  const leases = all(["coordination.k8s.io"], ["leases"])
  const edit = [...member, coreEdit, readable, all([""], ["events"], WRITE), all(open), leases, ...olmEdit]
  switch (role) {
    case "cluster-admin":
      return [all(["*"])]
    case "admin":
      return [
        ...edit,
        all(["rbac.authorization.k8s.io"], ["roles", "rolebindings"]),
        all(["authorization.openshift.io"]),
        all(["project.openshift.io"], ["projects"], ["get", "delete", "update", "patch"]),
      ]
    case "edit":
      return edit
    case "view":
      return [
        ...member,
        readable,
        olmRead,
        all(
          [""],
          coreEdit.resources.filter((resource) => !NOT_VIEWED.includes(resource)),
          READ,
        ),
        all(open, ["*"], READ),
      ]
    default:
      return undefined
  }
}

/** What every authenticated user may, whatever the cluster says. */
const EVERYBODY: Rule[] = [
  all(["project.openshift.io"], ["projectrequests"], ["create", "list"]),
  all(["storage.k8s.io"], ["storageclasses"], READ),
  // OpenShift's role openshift-network-public-role, of one project.
  { ...all([""], ["configmaps"], ["get"]), resourceNames: ["openshift-network-features"] },
  all(["project.openshift.io"], ["projects"], ["list", "watch"]), // only their own are shown
  all(["authentication.k8s.io"], ["selfsubjectreviews"], ["create"]),
  all(["authorization.k8s.io"], ["selfsubjectaccessreviews", "selfsubjectrulesreviews"], ["create"]),
  all(["authorization.openshift.io"], ["selfsubjectrulesreviews", "subjectaccessreviews"], ["create"]),
  { ...all(["user.openshift.io"], ["users"], ["get"]), resourceNames: ["~"] },
]

const among = (words: readonly string[], word: string) => words.includes("*") || words.includes(word)

export function allows(rule: Rule, { verb, group, resource, subresource, name }: Attributes): boolean {
  const full = subresource === undefined ? resource : `${resource}/${subresource}`
  return (
    among(rule.verbs, verb) &&
    among(rule.apiGroups, group) &&
    among(rule.resources, full) &&
    (rule.resourceNames === undefined || (name !== undefined && rule.resourceNames.includes(name)))
  )
}

/** Who sends no credentials. */
export const ANONYMOUS: PracticeUser = {
  name: "system:anonymous",
  token: "",
  groups: ["system:unauthenticated"],
  admin: false,
}

/** Open to everybody, even to those whose token is nobody's. */
export const isOpenPath = (path: string): boolean =>
  ["/version", "/version/", "/healthz", "/readyz", "/livez"].includes(path)

/** What the roles `system:discovery` and `system:openshift:discovery` open to all who are known. */
const DISCOVERY = /^\/(api|apis|openapi)(\/|$)|^\/$/

const TOKENS = "oauth.openshift.io/oauthaccesstokens"
/** OpenShift keeps a token's hash, never the token. */
const tokenName = (token: string) =>
  `sha256~${createHash("sha256")
    .update(token.replace(/^sha256~/, ""))
    .digest("base64url")}`

export class Access {
  readonly users: readonly PracticeUser[]
  #store: Store
  #kinds: Kinds
  constructor(users: readonly PracticeUser[], store: Store, kinds: Kinds) {
    this.users = users
    this.#store = store
    this.#kinds = kinds
  }

  user(name: string): PracticeUser | undefined {
    return this.users.find((one) => one.name === name)
  }

  /** Whose token it is, and when it was issued (0 for those the cluster came with). */
  identify(token: string): { user: PracticeUser; issued: number } | undefined {
    const own = this.users.find((one) => one.token === token)
    if (own !== undefined) return { user: own, issued: 0 }
    const kept = this.#store.get(TOKENS, undefined, tokenName(token))
    const user = kept === undefined ? undefined : this.user(kept.userName)
    if (kept === undefined || user === undefined) return undefined
    const issued = Date.parse(kept.metadata.creationTimestamp!)
    return Date.now() > issued + kept.expiresIn * 1000 ? undefined : { user, issued: kept.issuedAt ?? issued }
  }

  /** A new token, good for a day; only its hash is kept. */
  issue(
    user: PracticeUser,
    client: string,
    redirect: string,
    objects: Objects,
  ): { token: string; seconds: number } {
    const token = `sha256~${randomBytes(32).toString("base64url")}`
    const seconds = 86400
    objects.create(
      this.#kinds.byKey(TOKENS)!,
      undefined,
      {
        apiVersion: "oauth.openshift.io/v1",
        kind: "OAuthAccessToken",
        metadata: { name: tokenName(token) },
        clientName: client,
        userName: user.name,
        userUID: user.name,
        redirectURI: redirect,
        scopes: ["user:full"],
        expiresIn: seconds,
        issuedAt: Date.now(),
      },
      SERVER,
    )
    return { token, seconds }
  }

  /** Paths that are no resources. */
  mayRead(user: PracticeUser, path: string): boolean {
    if (isOpenPath(path) || this.#isAdmin(user)) return true
    return user !== ANONYMOUS && DISCOVERY.test(path)
  }

  #isAdmin({ admin, groups }: PracticeUser): boolean {
    return admin || groups.includes("system:masters")
  }

  /** Whom a request is made as (`oc --as`). @throws ApiError 403 */
  impersonated(user: PracticeUser, headers: IncomingHttpHeaders): PracticeUser {
    const { "impersonate-user": name, "impersonate-group": group } = headers
    if (typeof name !== "string" || name === "") return user
    if (!this.allowed(user, { verb: "impersonate", group: "", resource: "users", name })) {
      const why = `User ${JSON.stringify(user.name)} cannot impersonate resource "users" in API group "" at the cluster scope`
      throw forbidden({ group: "", plural: "users" }, name, why)
    }
    const groups = group === undefined ? [] : [group].flat().flatMap((one) => one.split(", "))
    const known = this.user(name)
    return { name, token: "", groups: [...(known?.groups ?? []), ...groups], admin: known?.admin ?? false }
  }

  /** The rules that a user has in a namespace, or in the whole cluster. */
  rules(user: PracticeUser, namespace?: string): Rule[] {
    if (this.#isAdmin(user)) return [all(["*"])]
    const everybody = user === ANONYMOUS ? [] : EVERYBODY
    const custom = [
      ...new Set(
        this.#kinds
          .all()
          .filter((one) => one.defined)
          .map((one) => one.group),
      ),
    ]
    const names = (binding: KubeObject): boolean =>
      (binding.subjects ?? []).some(
        (one: { kind: string; name: string; namespace?: string }) =>
          (one.kind === "User" && one.name === user.name) ||
          (one.kind === "ServiceAccount" &&
            user.name ===
              `system:serviceaccount:${one.namespace ?? binding.metadata.namespace}:${one.name}`) ||
          (one.kind === "Group" &&
            (user.groups.includes(one.name) || (one.name === "system:authenticated" && user !== ANONYMOUS))),
      )
    const rbac = "rbac.authorization.k8s.io"
    const bindings = [
      ...this.#store.list(`${rbac}/clusterrolebindings`),
      ...(namespace === undefined ? [] : this.#store.list(`${rbac}/rolebindings`, namespace)),
    ].filter(names)
    return [
      ...everybody,
      ...bindings.flatMap((one): Rule[] => {
        const { kind, name } = one.roleRef
        const role =
          kind === "Role"
            ? this.#store.get(`${rbac}/roles`, one.metadata.namespace, name)
            : this.#store.get(`${rbac}/clusterroles`, undefined, name)
        return role?.rules ?? (kind === "ClusterRole" ? builtinRules(name, custom) : undefined) ?? []
      }),
    ]
  }

  allowed(user: PracticeUser, asked: Attributes): boolean {
    // A namespace and a project are governed from inside themselves.
    const inside =
      asked.namespace ??
      (["namespaces", "projects"].includes(asked.resource) && asked.name !== undefined
        ? asked.name
        : undefined)
    if (this.rules(user, inside).some((rule) => allows(rule, asked))) return true
    // `oc logout` deletes its own token.
    if (asked.resource !== "oauthaccesstokens" || asked.verb !== "delete") return false
    return this.#store.get(TOKENS, undefined, asked.name ?? "")?.userName === user.name
  }

  /** Namespaces that a user sees as projects. */
  visible(user: PracticeUser): (namespace: KubeObject) => boolean {
    return ({ metadata: { name } }) =>
      this.allowed(user, {
        verb: "get",
        group: "project.openshift.io",
        resource: "projects",
        namespace: name,
        name,
      })
  }
}

/** As RBAC's refusals read. */
export const refusal = (
  user: string,
  { verb, group, resource, subresource, namespace }: Attributes,
): string =>
  `User ${JSON.stringify(user)} cannot ${verb} resource "${resource}${subresource === undefined ? "" : `/${subresource}`}" in API group ${JSON.stringify(group)} ${
    namespace === undefined ? "at the cluster scope" : `in the namespace "${namespace}"`
  }`
