/** How lists merge: which fields tell a list's items apart. From the API's `x-kubernetes-list-map-keys` and patch keys. */

export type Item = Record<string, unknown>

/** By the list's field name. `ports` is told by its items, as containers and Services differ. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  containers: ["name"],
  initContainers: ["name"],
  ephemeralContainers: ["name"],
  env: ["name"],
  volumes: ["name"],
  volumeMounts: ["mountPath"],
  volumeDevices: ["devicePath"],
  imagePullSecrets: ["name"],
  hostAliases: ["ip"],
  topologySpreadConstraints: ["topologyKey", "whenUnsatisfiable"],
  conditions: ["type"],
  containerStatuses: ["name"],
  initContainerStatuses: ["name"],
}

const isItems = (list: readonly unknown[]): list is Item[] =>
  list.every((one) => typeof one === "object" && one !== null && !Array.isArray(one))

/**
 * The keys of a list map, or undefined where a list is replaced whole.
 * @param merge for a strategic merge patch, whose keys leave the port's protocol out
 */
export function listKeys(
  field: string,
  items: readonly unknown[],
  builtin: boolean,
  merge = false,
): readonly string[] | undefined {
  if (field === "ownerReferences" && isItems(items)) return ["uid"]
  if (!isItems(items)) return undefined
  if (field === "conditions") return ["type"]
  if (!builtin) return undefined
  if (field === "ports") {
    if (items.length === 0) return undefined
    const port = items.every((item) => item.containerPort !== undefined || item.$patch !== undefined)
      ? "containerPort"
      : "port"
    if (!items.every((item) => item[port] !== undefined || item.$patch !== undefined)) return undefined
    return merge ? [port] : [port, "protocol"]
  }
  return KEYS[field]
}

/** Lists of words that merge as sets. */
export const isSet = (field: string): boolean => field === "finalizers"

/** What tells an item from its neighbours; a port without protocol is TCP. */
export const keyOf = (item: Item, keys: readonly string[]): Item =>
  Object.fromEntries(
    keys
      .map((key): [string, unknown] => [key, item[key] ?? (key === "protocol" ? "TCP" : undefined)])
      .filter(([, value]) => value !== undefined),
  )

export const sameItem = (a: Item, b: Item, keys: readonly string[]): boolean =>
  keys.every(
    (key) =>
      (a[key] ?? (key === "protocol" ? "TCP" : undefined)) ===
      (b[key] ?? (key === "protocol" ? "TCP" : undefined)),
  )

export const isMap = (value: unknown): value is Item =>
  typeof value === "object" && value !== null && !Array.isArray(value)
