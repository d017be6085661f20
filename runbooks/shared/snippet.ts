import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

/** The path of snippets/ from here in a checkout, and from dist/runbooks/shared/ in a package. */
const PLACES = ["../../snippets/", "../../../snippets/"]

/** The text of a file in snippets/. A step's `expect` is a getter that calls this, so that no file is read before it is needed. */
export function snippet(name: string): string {
  for (const place of PLACES) {
    try {
      return readFileSync(new URL(place + name, import.meta.url), "utf8")
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error
    }
  }
  throw new Error(`the file snippets/${name} is missing: the package is incomplete`)
}

/** The path of a file or folder in snippets/, for programs that read it themselves; undefined if it does not exist. */
export const snippetPath = (name: string): string | undefined =>
  PLACES.map((place) => fileURLToPath(new URL(place + name, import.meta.url))).find(existsSync)
