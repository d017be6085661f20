/**
 * The protobuf bodies that `kubectl` and `oc` send for typed commands (`kubectl create namespace`, `oc whoami`), and controllers
 * for their leader election: just the fields that these fill. Field numbers from the `generated.proto` files of k8s.io/api 1.32.
 */
import { unsupportedMedia } from "./status.ts"

type Type = "string" | "int" | "bool" | "bytes" | "intOrString" | "quantity" | "microTime" | Message
/** Field number → name, type, and `[]` for repeated, `{}` for maps of strings to the type. */
interface Message {
  [field: number]: [name: string, type: Type, many?: "[]" | "{}"]
}

const owner: Message = {
  1: ["kind", "string"],
  3: ["name", "string"],
  4: ["uid", "string"],
  5: ["apiVersion", "string"],
  6: ["controller", "bool"],
  7: ["blockOwnerDeletion", "bool"],
}
const objectMeta: Message = {
  1: ["name", "string"],
  2: ["generateName", "string"],
  3: ["namespace", "string"],
  5: ["uid", "string"],
  6: ["resourceVersion", "string"],
  11: ["labels", "string", "{}"],
  12: ["annotations", "string", "{}"],
  13: ["ownerReferences", owner, "[]"],
  14: ["finalizers", "string", "[]"],
}
const selector: Message = { 1: ["matchLabels", "string", "{}"] }
const resources: Message = { 1: ["limits", "quantity", "{}"], 2: ["requests", "quantity", "{}"] }
const container: Message = {
  1: ["name", "string"],
  2: ["image", "string"],
  3: ["command", "string", "[]"],
  4: ["args", "string", "[]"],
  5: ["workingDir", "string"],
  6: [
    "ports",
    { 1: ["name", "string"], 2: ["hostPort", "int"], 3: ["containerPort", "int"], 4: ["protocol", "string"] },
    "[]",
  ],
  7: ["env", { 1: ["name", "string"], 2: ["value", "string"] }, "[]"],
  8: ["resources", resources],
  14: ["imagePullPolicy", "string"],
}
const podSpec: Message = {
  2: ["containers", container, "[]"],
  3: ["restartPolicy", "string"],
  4: ["terminationGracePeriodSeconds", "int"],
  7: ["nodeSelector", "string", "{}"],
  8: ["serviceAccountName", "string"],
  10: ["nodeName", "string"],
}
const template: Message = { 1: ["metadata", objectMeta], 2: ["spec", podSpec] }
const servicePort: Message = {
  1: ["name", "string"],
  2: ["protocol", "string"],
  3: ["port", "int"],
  4: ["targetPort", "intOrString"],
  5: ["nodePort", "int"],
}
const roleRef: Message = { 1: ["apiGroup", "string"], 2: ["kind", "string"], 3: ["name", "string"] }
const subject: Message = {
  1: ["kind", "string"],
  2: ["apiGroup", "string"],
  3: ["name", "string"],
  4: ["namespace", "string"],
}
const rule: Message = {
  1: ["verbs", "string", "[]"],
  2: ["apiGroups", "string", "[]"],
  3: ["resources", "string", "[]"],
  4: ["resourceNames", "string", "[]"],
}
const binding: Message = {
  1: ["metadata", objectMeta],
  2: ["subjects", subject, "[]"],
  3: ["roleRef", roleRef],
}
const role: Message = { 1: ["metadata", objectMeta], 2: ["rules", rule, "[]"] }
const meta: Message = { 1: ["metadata", objectMeta] }
const attributes: Message = {
  1: ["namespace", "string"],
  2: ["verb", "string"],
  3: ["group", "string"],
  4: ["version", "string"],
  5: ["resource", "string"],
  6: ["subresource", "string"],
  7: ["name", "string"],
}
const access: Message = {
  1: ["resourceAttributes", attributes],
  2: ["nonResourceAttributes", { 1: ["path", "string"], 2: ["verb", "string"] }],
}

/** What a leader election writes. */
const lease: Message = {
  1: ["holderIdentity", "string"],
  2: ["leaseDurationSeconds", "int"],
  3: ["acquireTime", "microTime"],
  4: ["renewTime", "microTime"],
  5: ["leaseTransitions", "int"],
}

const messages: Readonly<Record<string, Message>> = {
  Namespace: meta,
  Lease: { ...meta, 2: ["spec", lease] },
  ServiceAccount: meta,
  ConfigMap: { ...meta, 2: ["data", "string", "{}"], 3: ["binaryData", "bytes", "{}"] },
  Secret: { ...meta, 2: ["data", "bytes", "{}"], 3: ["type", "string"], 4: ["stringData", "string", "{}"] },
  Pod: { ...meta, 2: ["spec", podSpec] },
  Service: {
    ...meta,
    2: [
      "spec",
      {
        1: ["ports", servicePort, "[]"],
        2: ["selector", "string", "{}"],
        3: ["clusterIP", "string"],
        4: ["type", "string"],
        10: ["externalName", "string"],
      },
    ],
  },
  Deployment: {
    ...meta,
    2: ["spec", { 1: ["replicas", "int"], 2: ["selector", selector], 3: ["template", template] }],
  },
  Role: role,
  ClusterRole: role,
  RoleBinding: binding,
  ClusterRoleBinding: binding,
  Scale: { ...meta, 2: ["spec", { 1: ["replicas", "int"] }] },
  ResourceQuota: { ...meta, 2: ["spec", { 1: ["hard", "quantity", "{}"], 2: ["scopes", "string", "[]"] }] },
  TokenRequest: {
    ...meta,
    2: [
      "spec",
      {
        1: ["audiences", "string", "[]"],
        3: [
          "boundObjectRef",
          { 1: ["kind", "string"], 2: ["apiVersion", "string"], 3: ["name", "string"], 4: ["uid", "string"] },
        ],
        4: ["expirationSeconds", "int"],
      },
    ],
  },
  SelfSubjectReview: meta,
  SelfSubjectAccessReview: { ...meta, 2: ["spec", access] },
  SelfSubjectRulesReview: { ...meta, 2: ["spec", { 1: ["namespace", "string"] }] },
  DeleteOptions: {
    1: ["gracePeriodSeconds", "int"],
    2: ["preconditions", { 1: ["uid", "string"], 2: ["resourceVersion", "string"] }],
    3: ["orphanDependents", "bool"],
    4: ["propagationPolicy", "string"],
    5: ["dryRun", "string", "[]"],
  },
}

type Field = { field: number; value: number | Buffer }

function fieldsOf(bytes: Buffer): Field[] {
  const fields: Field[] = []
  let at = 0
  const varint = () => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]
      if (byte === undefined) throw unsupportedMedia(["application/json", "application/yaml"])
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
  }
  while (at < bytes.length) {
    const tag = varint()
    const [field, wire] = [Math.floor(tag / 8), tag % 8]
    if (wire === 0) fields.push({ field, value: varint() })
    else if (wire === 2) {
      const length = varint()
      fields.push({ field, value: bytes.subarray(at, at + length) })
      at += length
    } else at += wire === 1 ? 8 : 4
  }
  return fields
}

const textOf = (value: number | Buffer | undefined) => (Buffer.isBuffer(value) ? value.toString() : "")

function convert(type: Type, value: number | Buffer): unknown {
  if (typeof type === "object") return read(value as Buffer, type)
  const inner = () => fieldsOf(value as Buffer)
  switch (type) {
    case "int":
      return value
    case "bool":
      return value !== 0
    case "string":
      return textOf(value)
    case "bytes":
      return (value as Buffer).toString("base64")
    case "quantity":
      return textOf(inner()[0]?.value)
    case "intOrString": {
      const found = new Map(inner().map((one) => [one.field, one.value]))
      return found.get(1) === 1 ? textOf(found.get(3)) : ((found.get(2) as number | undefined) ?? 0)
    }
    case "microTime": {
      const found = new Map(inner().map((one) => [one.field, Number(one.value)]))
      const seconds = new Date((found.get(1) ?? 0) * 1000).toISOString().slice(0, 19)
      const micros = Math.floor((found.get(2) ?? 0) / 1000)
      return `${seconds}.${String(micros).padStart(6, "0")}Z`
    }
  }
}

function read(bytes: Buffer, message: Message): Record<string, unknown> {
  const result: Record<string, unknown> = {}
  for (const { field, value } of fieldsOf(bytes)) {
    const known = message[field]
    if (known === undefined) continue
    const [name, type, many] = known
    if (many === "{}") {
      const entry = new Map(fieldsOf(value as Buffer).map((one) => [one.field, one.value]))
      const map = (result[name] ?? {}) as Record<string, unknown>
      map[textOf(entry.get(1))] = convert(type, entry.get(2) ?? Buffer.alloc(0))
      result[name] = map
    } else if (many === "[]") result[name] = [...((result[name] as unknown[]) ?? []), convert(type, value)]
    else {
      const read = convert(type, value)
      // Go writes empty strings of required fields; JSON leaves them out.
      if (read !== "") result[name] = read
    }
  }
  return result
}

const MAGIC = Buffer.from("k8s\0")

/** The object in a protobuf body. @throws ApiError 415 for kinds that no typed command sends */
export function decodeProtobuf(body: Buffer): Record<string, unknown> {
  const accepted = ["application/json", "application/yaml"]
  if (!body.subarray(0, 4).equals(MAGIC)) throw unsupportedMedia(accepted)
  const envelope = new Map(fieldsOf(body.subarray(4)).map((one) => [one.field, one.value]))
  const type = read(envelope.get(1) as Buffer, { 1: ["apiVersion", "string"], 2: ["kind", "string"] })
  const message = messages[type.kind as string]
  if (message === undefined) throw unsupportedMedia(accepted)
  const raw = (envelope.get(2) as Buffer | undefined) ?? Buffer.alloc(0)
  return { ...type, ...read(raw, message) }
}
