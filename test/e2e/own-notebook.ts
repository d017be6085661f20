/** Notebooks of your own in a folder where `flower-runbook` is installed, as far as Node can tell: the checkout itself. */
import { spawnSync } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const LIBRARY = new URL("../../lib/index.ts", import.meta.url).href
export const BIN = fileURLToPath(new URL("../../runbooks/flower-runbook.js", import.meta.url))

/** Puts the library where `import "flower-runbook"` finds it from a folder. */
export function install(folder: string): void {
  const place = join(folder, "node_modules/flower-runbook")
  mkdirSync(place, { recursive: true })
  writeFileSync(join(place, "package.json"), '{ "type": "module", "exports": "./index.js" }')
  writeFileSync(join(place, "index.js"), `export * from ${JSON.stringify(LIBRARY)}\n`)
}

/** Runs Node in a folder, with the test's own home and neither oc nor npm on PATH. */
export function node(folder: string, argv: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, {
    cwd: folder,
    env: {
      PATH: "/bin",
      HOME: folder,
      XDG_STATE_HOME: join(folder, "..", "state"),
      TMPDIR: process.env.TMPDIR,
    },
    encoding: "utf8",
    timeout: 100_000,
  })
  return { code: status, stdout, stderr }
}
