import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type { OwnPackage } from "./own-package.ts"

/** The notebook in template/ is called so. */
const NAME = "my-notebook"

/** The files of a new notebook by their names: those in template/, under its own name. */
export function template(own: OwnPackage, name: string): ReadonlyMap<string, string> {
  const folder = join(own.folder, "template")
  return new Map(
    readdirSync(folder)
      .sort()
      .map((file) => {
        const text = readFileSync(join(folder, file), "utf8").replaceAll(NAME, name)
        if (file === "package.json") return [file, packageText(text, own)]
        // npm leaves a .gitignore out of a package.
        return [file === "gitignore" ? ".gitignore" : file, text]
      }),
  )
}

function packageText(text: string, own: OwnPackage): string {
  const content = JSON.parse(text) as Record<"dependencies" | "devDependencies", Record<string, string>>
  content.dependencies[own.name] = own.version
  // So that `npm test` and the program have one that can run them, whichever Node is on PATH.
  content.devDependencies.node = own.node
  return `${JSON.stringify(content, undefined, 2)}\n`
}
