import { execFileSync } from "node:child_process"
import { mkdirSync, readFileSync, symlinkSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../..", import.meta.url))

/** The packages that `npm install --omit=dev` lays out at the top, as the lock file has them. */
function dependencies(): string[] {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
    packages: Record<string, { dev?: boolean; optional?: boolean }>
  }
  return Object.entries(packages).flatMap(([path, { dev, optional }]) => {
    const [, name] = /^node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(path) ?? []
    return name === undefined || dev || optional ? [] : [name]
  })
}

/**
 * The packed package as `npm install` lays it out in an empty folder; its dependencies, and no others, are this checkout's.
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
  for (const name of dependencies()) {
    mkdirSync(dirname(join(modules, name)), { recursive: true })
    symlinkSync(join(root, "node_modules", name), join(modules, name))
  }
  return join(own, "runbooks/flower-runbook.js")
}
