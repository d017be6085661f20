import { readFileSync } from "node:fs"
import { join, sep } from "node:path"
import { fileURLToPath } from "node:url"

/** The package that this program is: what a new notebook depends on. */
export interface OwnPackage {
  readonly name: string
  readonly version: string
  /** The version of Node that this program is developed with: a new notebook depends on the same. */
  readonly node: string
  readonly folder: string
  /** Whether npm installed it; a checkout has to be packed first. */
  readonly installed: boolean
}

/** Its package.json lies above lib/ in a checkout, above dist/ in a package. */
export function ownPackage(): OwnPackage {
  for (const path of ["../../../", "../../../../"]) {
    const folder = fileURLToPath(new URL(path, import.meta.url))
    let text: string
    try {
      text = readFileSync(join(folder, "package.json"), "utf8")
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") continue
      throw error
    }
    const { name, version, devDependencies } = JSON.parse(text) as {
      name: string
      version: string
      devDependencies: { node: string }
    }
    const installed = folder.split(sep).includes("node_modules")
    return { name, version, node: devDependencies.node, folder: folder.replace(/[\\/]$/, ""), installed }
  }
  throw new Error("the package.json of this program is missing")
}
