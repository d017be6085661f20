import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

/** Where snippets/ lies: beside runbooks/ in a checkout, at the package's root for a step that runs from dist/runbooks/. */
const PLACES = ["../../snippets/", "../../../snippets/"]

/**
 * The text of a file in snippets/. Synchronous and small: a step's `expect` is a getter around it, so that nothing is
 * read before it is needed.
 */
export function snippet(name: string): string {
  for (const place of PLACES) {
    try {
      return readFileSync(new URL(place + name, import.meta.url), "utf8")
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error
    }
  }
  throw new Error(`the file snippets/${name} is missing: the package is not whole`)
}

/** Where a file or folder of snippets/ lies, for programs that read it themselves; nothing where it is not there. */
export const snippetPath = (name: string): string | undefined =>
  PLACES.map((place) => fileURLToPath(new URL(place + name, import.meta.url))).find(existsSync)
