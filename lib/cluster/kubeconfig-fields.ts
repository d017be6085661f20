/** The fields of a kubeconfig and their types, refused in the words of client-go, which kubectl and oc print. */

/** What a value has to be; a table describes the fields of an object. Fields that are not listed may be anything. */
type Type = "string" | "bool" | "[]string" | "map[string][]string" | "[]uint8" | Fields
interface Fields {
  /** The name of the type in client-go. */
  readonly go: string
  readonly list?: boolean
  readonly fields: Readonly<Record<string, Type>>
}

const EXEC: Fields = {
  go: "ExecConfig",
  fields: {
    command: "string",
    args: "[]string",
    env: { go: "ExecEnvVar", list: true, fields: { name: "string", value: "string" } },
    apiVersion: "string",
    installHint: "string",
    provideClusterInfo: "bool",
    interactiveMode: "string",
  },
}

const CLUSTER: Fields = {
  go: "Cluster",
  fields: {
    server: "string",
    "tls-server-name": "string",
    "insecure-skip-tls-verify": "bool",
    "certificate-authority": "string",
    "certificate-authority-data": "[]uint8",
    "proxy-url": "string",
    "disable-compression": "bool",
  },
}

const USER: Fields = {
  go: "AuthInfo",
  fields: {
    "client-certificate": "string",
    "client-certificate-data": "[]uint8",
    "client-key": "string",
    "client-key-data": "[]uint8",
    token: "string",
    tokenFile: "string",
    as: "string",
    "as-uid": "string",
    "as-groups": "[]string",
    "as-user-extra": "map[string][]string",
    username: "string",
    password: "string",
    "auth-provider": { go: "AuthProviderConfig", fields: { name: "string" } },
    exec: EXEC,
  },
}

const CONTEXT: Fields = {
  go: "Context",
  fields: { cluster: "string", user: "string", namespace: "string" },
}

const named = (go: string, key: string, of: Fields): Fields => ({
  go,
  list: true,
  fields: { name: "string", [key]: of },
})

const CONFIG: Fields = {
  go: "Config",
  fields: {
    apiVersion: "string",
    kind: "string",
    "current-context": "string",
    clusters: named("NamedCluster", "cluster", CLUSTER),
    users: named("NamedAuthInfo", "user", USER),
    contexts: named("NamedContext", "context", CONTEXT),
  },
}

/** The lists of named entries, and what client-go calls them. */
const LISTS = {
  clusters: ["NamedCluster", "Cluster"],
  users: ["NamedAuthInfo", "AuthInfo"],
  contexts: ["NamedContext", "Context"],
} as const

/**
 * @param content what a file holds, as data
 * @throws Error in client-go's words, without a value: one may be a token
 */
export function assertFields(content: unknown): void {
  if (kindOf(content) !== "object") {
    throw new Error(
      `couldn't get version/kind; json parse error: json: cannot unmarshal ${kindOf(content)} into Go value`,
    )
  }
  const { apiVersion, kind } = content as Record<string, unknown>
  if (apiVersion && apiVersion !== "v1" && typeof apiVersion === "string") {
    throw new Error(`no kind "Config" is registered for version ${JSON.stringify(apiVersion)}`)
  }
  if (kind && kind !== "Config" && typeof kind === "string") {
    throw new Error(`no kind ${JSON.stringify(kind)} is registered for version "v1"`)
  }
  assertType(content, CONFIG, "Config", "")
  for (const [list, [entry, type]] of Object.entries(LISTS)) assertNames(content as never, list, entry, type)
}

/** client-go prints the whole entries too, tokens included. */
function assertNames(
  content: Record<string, ({ name?: string } | null)[]>,
  list: string,
  entry: string,
  type: string,
): void {
  const seen = new Set<string>()
  for (const item of content[list] ?? []) {
    const name = item?.name ?? ""
    if (seen.has(name)) {
      throw new Error(
        `error converting *[]${entry} into *map[string]*api.${type}: duplicate name ${JSON.stringify(name)} in list`,
      )
    }
    seen.add(name)
  }
}

/** @param owner the type whose field `path` is, in client-go's words */
function assertType(value: unknown, type: Type, owner: string, path: string): void {
  if (value === undefined || value === null) return
  const field = path === "" ? "" : ` struct field ${owner}.${path}`
  const assertKind = (found: unknown, kind: string, name: string): void => {
    if (kindOf(found) === kind) return
    throw new Error(`json: cannot unmarshal ${kindOf(found)} into Go${field} of type ${name}`)
  }
  assertKind(value, plainKind(type), goName(type))
  switch (type) {
    case "string":
    case "bool":
      return
    case "[]uint8": {
      const at = illegalBase64(value as string)
      if (at !== undefined) throw new Error(`illegal base64 data at input byte ${at}`)
      return
    }
    case "[]string":
      for (const item of value as unknown[]) if (item !== null) assertKind(item, "string", "string")
      return
    case "map[string][]string":
      for (const item of Object.values(value)) assertType(item, "[]string", owner, path)
      return
  }
  for (const item of type.list === true ? (value as unknown[]) : [value]) {
    if (item === null) continue
    assertKind(item, "object", `v1.${type.go}`)
    for (const [name, of] of Object.entries(type.fields)) {
      assertType((item as Record<string, unknown>)[name], of, type.go, path === "" ? name : `${path}.${name}`)
    }
  }
}

/** What JSON calls it. */
function plainKind(type: Type): string {
  if (type === "[]uint8") return "string"
  if (type === "map[string][]string") return "object"
  if (typeof type === "string") return type.startsWith("[]") ? "array" : type
  return type.list === true ? "array" : "object"
}

const goName = (type: Type): string =>
  typeof type === "string" ? type : `${type.list === true ? "[]" : ""}v1.${type.go}`

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "array"
  if (value === null) return "null"
  const kind = typeof value
  return kind === "boolean" ? "bool" : kind === "bigint" ? "number" : kind
}

/** Where base64 stops being it; Go ignores line breaks. */
function illegalBase64(text: string): number | undefined {
  const plain = text.replace(/[\r\n]/g, "")
  const found = /[^A-Za-z0-9+/=]/.exec(plain)?.index
  if (found !== undefined) return found
  return plain.length % 4 === 0 && /^[^=]*={0,2}$/.test(plain) ? undefined : plain.length - (plain.length % 4)
}
