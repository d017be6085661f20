import { execFileSync } from "node:child_process"
import { mkdirSync, readdirSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../..", import.meta.url))

/**
 * The packed package as `npm install` lays it out in an empty folder; its dependencies are this checkout's.
 * @param checkout where it is packed, as `npm run build` has left it
 * @returns its command
 */
export function installedPackage(folder: string, checkout = root): string {
  const [packed] = JSON.parse(
    execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
      cwd: checkout,
      encoding: "utf8",
    }),
  ) as { filename: string }[]
  const modules = join(folder, "node_modules")
  const own = join(modules, "flower-runbook")
  mkdirSync(own, { recursive: true })
  execFileSync("tar", ["-xzf", join(folder, packed!.filename), "-C", own, "--strip-components=1"])
  for (const name of readdirSync(join(root, "node_modules"))) {
    if (!name.startsWith(".")) symlinkSync(join(root, "node_modules", name), join(modules, name))
  }
  return join(own, "runbooks/flower-runbook.js")
}
