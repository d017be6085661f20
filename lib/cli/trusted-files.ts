import { realpathSync, statSync } from "node:fs"
import { join } from "node:path"
import { writeWhole } from "../cluster/whole-file.ts"
import { sha256 } from "../notebook/fingerprint.ts"
import { readRegularText } from "../regular-file.ts"

/**
 * The federation files that the user trusts: a hash of each content by the file's real path. Another content, or the same
 * elsewhere, is another file.
 */
export class TrustedFiles {
  readonly #record: string

  /** @param root where the folders of the federations are, see `stateRoot` */
  constructor(root: string) {
    // The name starts with a dot, as what belongs to the program.
    this.#record = join(root, ".trusted-files.json")
  }

  has(file: string, text: string): boolean {
    return this.#read()[realpathSync(file)] === sha256(text)
  }

  /** Records it. Where nothing can be written (a CI job's home), it is trusted for this call alone. */
  async add(file: string, text: string): Promise<void> {
    const record = { ...this.#read(), [realpathSync(file)]: sha256(text) }
    await writeWhole(this.#record, `${JSON.stringify(record, undefined, 2)}\n`).catch(() => {})
  }

  #read(): Record<string, unknown> {
    try {
      // Only what the user wrote.
      if ((statSync(this.#record).mode & 0o022) !== 0) return {}
      const found: unknown = JSON.parse(readRegularText(this.#record))
      return typeof found === "object" && found !== null ? { ...found } : {}
    } catch {
      return {}
    }
  }
}
