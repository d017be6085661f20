/** The parties that this user acts for: their keys, in a folder that nobody else can read. */
import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto"
import { existsSync, lstatSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { UsageError } from "../notebook/errors.ts"
import { readRegularText } from "../regular-file.ts"
import { assertPrivate, ownFolder } from "../runner/own-folder.ts"
import { writePrivate } from "../runner/secret-file.ts"
import { fingerprintOf, type PublicKeys } from "./fingerprint.ts"

export interface OwnParty extends PublicKeys {
  readonly id: string
  readonly name: string
  readonly fingerprint: string
  readonly created: string
  readonly folder: string
  /** PEM. Never leaves this process. */
  readonly signingKey: string
  /** `AGE-SECRET-KEY-1…`. Never leaves this process. */
  readonly openingKey: string
}

const FILE = "identity.json"
/** Beside the folders of the federations: a name with a dot belongs to the program. */
const FOLDER = ".parties"

interface Kept {
  readonly version: 1
  readonly name: string
  readonly created: string
  readonly signingKey: string
  readonly openingKey: string
}

/** `st-marys` for `St. Mary's`. */
export const idOf = (name: string): string =>
  name
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9\s_-]/g, "")
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 40)
    .replace(/-+$/, "")

/** The ids of this user's parties. @param root where the folders of the federations are */
export function ownParties(root: string): string[] {
  const folder = join(root, FOLDER)
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((id) => existsSync(join(folder, id, FILE)))
    .sort()
}

/** Makes the keys of a party. @throws UsageError where it exists */
export async function createParty(root: string, id: string, name: string): Promise<OwnParty> {
  if (ownParties(root).includes(id)) {
    throw new UsageError(`You already act for the party ${id}`, {
      why: "its keys are known to others by their fingerprint, so they are not replaced by mistake",
      fix: "give another name, or another id with --party; `party rotate` replaces the keys",
    })
  }
  return writeParty(root, id, name)
}

/** Replaces the keys of a party. */
export const rotateParty = async (root: string, { id, name }: OwnParty): Promise<OwnParty> =>
  writeParty(root, id, name)

/** @throws UsageError where there is no such party, or others can read its keys */
export async function loadParty(root: string, id: string): Promise<OwnParty> {
  const folder = join(root, FOLDER, id)
  const file = join(folder, FILE)
  if (!existsSync(file)) throw new UsageError(`You have no party ${id}`)
  for (const path of [folder, file]) assertPrivate(path, lstatSync(path))
  try {
    const kept = JSON.parse(readRegularText(file)) as Kept
    const keys = await publicKeys(kept)
    const { name, created, signingKey, openingKey } = kept
    return { id, name, created, signingKey, openingKey, folder, ...keys, fingerprint: fingerprintOf(keys) }
  } catch (error) {
    throw new UsageError(`The keys of the party ${id} cannot be read`, {
      why: `${file}: ${(error as Error).message}`,
      fix: "restore the file from a backup, or make new keys (party rotate) and tell the others the new fingerprint",
    })
  }
}

async function writeParty(root: string, id: string, name: string): Promise<OwnParty> {
  const { generateIdentity } = await import("age-encryption")
  ownFolder(join(root, FOLDER), () => true)
  const folder = ownFolder(join(root, FOLDER, id), (_, names) => names.includes(FILE))
  const { privateKey } = generateKeyPairSync("ed25519")
  const kept: Kept = {
    version: 1,
    name,
    created: new Date().toISOString(),
    signingKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    openingKey: await generateIdentity(),
  }
  writePrivate(join(folder, FILE), `${JSON.stringify(kept, undefined, 2)}\n`)
  return loadParty(root, id)
}

async function publicKeys({ signingKey, openingKey }: Kept): Promise<PublicKeys> {
  const { identityToRecipient } = await import("age-encryption")
  const { x } = createPublicKey(createPrivateKey(signingKey)).export({ format: "jwk" })
  return {
    signing: Buffer.from(x!, "base64url").toString("base64"),
    recipient: await identityToRecipient(openingKey),
  }
}
