import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import type { OwnPackage } from "./own-package.ts"

/** The name of the notebook in template/. */
const NAME = "my-notebook"

/** The files of a new notebook by name: those in template/, with the name of the notebook replaced. */
export function template(own: OwnPackage, name: string): ReadonlyMap<string, string> {
  const folder = join(own.folder, "template")
  return new Map(
    readdirSync(folder)
      .sort()
      .map((file) => {
        const text = readFileSync(join(folder, file), "utf8").replaceAll(NAME, name)
        if (file === "package.json") return [file, packageText(text, own)]
        // npm does not pack a file named .gitignore.
        return [file === "gitignore" ? ".gitignore" : file, text]
      }),
  )
}

function packageText(text: string, own: OwnPackage): string {
  const content = JSON.parse(text) as Record<"dependencies" | "devDependencies", Record<string, string>>
  content.dependencies[own.name] = own.version
  // With a Node of its own the notebook runs, whichever Node is on PATH.
  content.devDependencies.node = own.node
  return `${JSON.stringify(content, undefined, 2)}\n`
}
