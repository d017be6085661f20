/**
 * A SuperNode's private key. It is made where the SuperNode runs, becomes a Secret there, and is nowhere else: the file that
 * `ssh-keygen` writes is deleted at once, and one that a killed run has left by the next run that opens the folder.
 */
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { type KubeObject, type Ref, RunbookError, value } from "../../lib/index.ts"
import { draftOf } from "../../lib/kit.ts"
import type { Context } from "../context.ts"
import { isOwn, labels, type Owner } from "../shared/labels.ts"
import { readPrivateKey } from "./ssh-key.ts"

/** The public key of a SuperNode, as a line of OpenSSH without a comment. */
export const NODE_KEY = value("node-public-key")

/** Of Secrets of the type `kubernetes.io/ssh-auth`. */
export const PRIVATE_KEY = "ssh-privatekey"
const PUBLIC_KEY = "ssh-publickey"
/** The file in the federation's folder that the key is written to for a moment. */
const FILE = "node-key"

type AnySite = { readonly name: string; readonly project: string }

export const nodeKeySecret = ({ name }: Pick<AnySite, "name">): string => `${name}-node-key`
/** The key that is about to replace it. */
const nextKeySecret = ({ name }: Pick<AnySite, "name">): string => `${name}-node-key-next`

export type Which = "current" | "next"

export const nodeKeyRef = (site: AnySite, which: Which = "current"): Ref => ({
  apiVersion: "v1",
  kind: "Secret",
  name: which === "current" ? nodeKeySecret(site) : nextKeySecret(site),
  namespace: site.project,
})

type Reading = Pick<Context, "site" | "cluster" | "secret">

/** A Secret with a key, or with something else: then `objection` says why a SuperNode cannot use it. */
export interface FoundKey {
  readonly secret: KubeObject
  readonly publicKey?: string
  readonly objection?: string
}

export async function findNodeKey(context: Reading, which: Which = "current"): Promise<FoundKey | undefined> {
  const secret = await context.cluster.get(nodeKeyRef(context.site, which))
  if (secret === undefined) return undefined
  const data: unknown = secret.data?.[PRIVATE_KEY]
  if (typeof data !== "string") return { secret, objection: `it has no ${PRIVATE_KEY}` }
  const text = Buffer.from(data, "base64").toString()
  context.secret(text)
  context.secret(data)
  return { secret, ...readPrivateKey(text) }
}

/** Both halves of a new key, for `data` of a Secret. */
interface NewKey {
  readonly publicKey: string
  readonly data: Readonly<Record<string, string>>
}

type Making = Reading & Pick<Context, "federation" | "$" | "privateFile" | "recordCreated">

/** Makes a key and creates the Secret that holds it. @returns its public key */
export async function createNodeKey(context: Making, which: Which = "current"): Promise<string> {
  const { publicKey, data } = await makeKey(context)
  const ref = nodeKeyRef(context.site, which)
  const { apiVersion, kind, name, namespace = "" } = ref
  const made = await context.cluster.create({
    apiVersion,
    kind,
    metadata: { name, namespace, labels: labels(context.federation) },
    type: "kubernetes.io/ssh-auth",
    data,
  })
  const { uid } = made.metadata
  context.recordCreated({ kind, name, namespace, ...(uid && { uid }) })
  return publicKey
}

async function makeKey({ $, site, secret, privateFile }: Making): Promise<NewKey> {
  // The name of a draft: whoever opens the folder next removes it if this process is killed.
  const path = draftOf(privateFile(FILE))
  const folder = dirname(path)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await removePublicHalves(folder, site)
  try {
    // ssh-keygen keeps the mode of a file that exists; a new one could be read by everybody.
    await writeFile(`${path}.pub`, "", { mode: 0o600, flag: "wx" })
    // Without a comment of its own, it would be the name of this user and machine.
    await $.with({ cwd: folder })`ssh-keygen -q -t ecdsa -b 384 -N ${""} -C ${site.name} -f ${basename(path)}`
    const [text, line] = await Promise.all([readFile(path, "utf8"), readFile(`${path}.pub`, "utf8")])
    secret(text)
    const key = readPrivateKey(text)
    if ("objection" in key) throw new RunbookError("ssh-keygen made no key", { why: key.objection })
    const base64 = (content: string) => Buffer.from(content).toString("base64")
    secret(base64(text))
    return { publicKey: key.publicKey, data: { [PRIVATE_KEY]: base64(text), [PUBLIC_KEY]: base64(line) } }
  } finally {
    await rm(path, { force: true })
    await rm(`${path}.pub`, { force: true })
  }
}

/** Left by a run that was killed: drafts are removed by their exact names, which these do not have. */
async function removePublicHalves(folder: string, { name }: Pick<AnySite, "name">): Promise<void> {
  const left = new RegExp(String.raw`^\.${FILE}\.draft-\d+-[0-9a-f]{8}\.pub$`)
  for (const file of await readdir(folder))
    if (file.startsWith(name) && left.test(file.slice(name.length)))
      await rm(join(folder, file), { force: true })
}

/** Whether a rotation was interrupted: its new key waits beside the current one. */
export const isRotating = (next: FoundKey | undefined, owner: Owner): boolean =>
  next?.publicKey !== undefined && isOwn(next.secret, owner)
