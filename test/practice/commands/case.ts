/** One call of a command, as data: it holds for the stand-ins and for the real commands alike. */
import type { KubeObject, Ref } from "../../../lib/cluster/types.ts"

/**
 * In texts: `{ns}` is the case's own namespace, `{server}` the API server's URL, `{host}` its host:port, `{cluster}` what
 * `oc` calls it, `{ca}` the file of its CA, `{token}` the user's token, `{closed}` a host:port that nothing listens at.
 * In expected texts also `{uuid}`, `{any}` for the rest of a line and `{rest}` for whatever follows.
 */
export interface Case {
  readonly name: string
  readonly command: "oc" | "skupper"
  readonly argv: readonly string[]
  /** Objects that are there, with their status; their namespace is the case's own. */
  readonly before?: readonly KubeObject[]
  /** Once this object appears it is given this status. */
  readonly meanwhile?: { readonly kind: string; readonly status: object }
  /** Who calls; default the administrator. `nobody`: no kubeconfig yet. */
  readonly as?: "admin" | "alice" | "carol" | "dave" | "expired" | "nobody"
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: string
  /** Files in the folder where the command runs. */
  readonly files?: Readonly<Record<string, string>>
  readonly exit: number
  readonly stdout: string
  readonly stderr: string
  /** What these objects hold afterwards, among other things. */
  readonly after?: readonly KubeObject[]
  /** What is not there afterwards. */
  readonly gone?: readonly Omit<Ref, "namespace">[]
  readonly filesAfter?: Readonly<Record<string, { readonly text: string; readonly mode: number }>>
  /** The kubeconfig afterwards, whole. */
  readonly kubeconfig?: string
  /**
   * What a kube-apiserver with OpenShift's kinds cannot give: logins by password and browser, the authorization API of
   * OpenShift, projects as a printed table. There the row is skipped, but for `before`, which later rows count on.
   */
  readonly needs?: "OpenShift's own servers"
  /** The command's version that it holds from on, where earlier ones say something else. */
  readonly since?: "2.2"
}

export const SKUPPER = "skupper.io/v2alpha1"

/** Conditions as `{ Ready: true, Running: "No router pod is ready" }`. */
export const conditions = (table: Record<string, true | string>): object[] =>
  Object.entries(table).map(([type, value]) => ({
    type,
    status: value === true ? "True" : "False",
    reason: value === true ? "Ready" : "Pending",
    message: value === true ? "OK" : value,
    lastTransitionTime: "2026-01-01T00:00:00Z",
  }))

export const skupper = (kind: string, name: string, more: object = {}): KubeObject => ({
  apiVersion: SKUPPER,
  kind,
  metadata: { name },
  spec: {},
  ...more,
})

export const ready = (more: object = {}) => ({
  conditions: conditions({ Configured: true, Ready: true }),
  status: "Ready",
  message: "OK",
  ...more,
})

export const pending = (message: string) => ({
  conditions: conditions({ Configured: true, Ready: message }),
  status: "Pending",
  message,
})

export const endpoints = [
  { name: "inter-router", host: "w.test", port: "55671", group: "skupper-router" },
  { name: "edge", host: "w.test", port: "45671", group: "skupper-router" },
]

export const configMap = (name: string, data: object, more: object = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, ...more },
  data,
})
/** A Site that is ready and takes links. */
export const openSite = (name = "west"): KubeObject =>
  skupper("Site", name, {
    spec: { linkAccess: "default" },
    status: ready({ endpoints, defaultIssuer: "skupper-site-ca" }),
  })
/** A Site that is ready and takes none. */
export const closedSite = (name = "east"): KubeObject => skupper("Site", name, { status: ready() })

/** A project of a user's own. */
export const project = (name: string, user: string, display?: string): KubeObject[] => [
  {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name, ...(display && { annotations: { "openshift.io/display-name": display } }) },
  },
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: { name: "admin", namespace: name },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "admin" },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: user }],
  },
]

const caller =
  (command: Case["command"]) =>
  (
    name: string,
    argv: string,
    exit: number,
    stdout: string,
    stderr = "",
    more: Partial<Case> = {},
  ): Case => ({
    name,
    command,
    argv: argv.split(" "),
    exit,
    stdout,
    stderr,
    ...more,
  })
/** A call of `oc`; its words are split at blanks. */
export const oc = caller("oc")
const skupperCall = caller("skupper")
/** A call of `skupper`, which says everything on stdout. */
export const call = (
  name: string,
  argv: string,
  exit: number,
  stdout: string,
  more: Partial<Case> = {},
): Case => skupperCall(name, argv, exit, stdout, "", more)

/** What `skupper` says of a name that is none. */
export const NAME_RULE =
  "value does not match this regular expression: ^[a-z0-9]([-a-z0-9]*[a-z0-9])*(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])*)*$"
