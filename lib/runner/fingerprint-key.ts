import { createHmac, randomBytes } from "node:crypto"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import type { KeyedHash } from "../notebook/fingerprint.ts"
import { readRegularFile } from "../regular-file.ts"

/**
 * The hash of secrets in fingerprints. Its key is made when the first secret is hashed, and stays in the private folder: the journal
 * and reports, which go to other people, have the hashes alone. Where nothing has run yet there is no folder, and the key is forgotten.
 */
export function keyedHash(folder: string): KeyedHash {
  let key: Buffer | undefined
  return (text) => {
    key ??= keyOf(join(folder, "private", "federation.fingerprint-key"))
    return createHmac("sha256", key).update(text).digest("hex").slice(0, 16)
  }
}

function keyOf(path: string): Buffer {
  const key = randomBytes(32)
  try {
    writeFileSync(path, key, { mode: 0o600, flag: "wx" })
    return key
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === "EEXIST") return readRegularFile(path)
    // Who only reads may find no folder, or one that cannot be written: then no hash in the journal has a key.
    return key
  }
}
