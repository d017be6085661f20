/**
 * The public API in `docs/api/`: what `lib/index.ts` and `lib/kit.ts` export, by the declarations that tsc writes, without
 * comments. A change of it is seen in review. `npm run api` writes it; with `--check` it is compared. Each type that a
 * public declaration mentions has to be public as well: others cannot name it.
 */
import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { type Declared, type Exported, Module } from "./declarations.ts"

const root = fileURLToPath(new URL("..", import.meta.url))
const ENTRIES = ["index", "kit"] as const

const folder = mkdtempSync(join(tmpdir(), "api-"))
try {
  const tsc = join(root, "node_modules/typescript/bin/tsc")
  const flags = ["-p", "tsconfig.build.json", "--emitDeclarationOnly", "--outDir", folder]
  execFileSync(process.execPath, [tsc, ...flags], { cwd: root, stdio: "inherit" })
  const entries = ENTRIES.map((name) => ({ name, module: Module.at(join(folder, "lib", `${name}.d.ts`)) }))
  const hidden = hiddenTypes(entries.map(({ module }) => module))
  for (const line of hidden) console.error(line)
  const changed = entries.filter(({ name, module }) => !isKept(name, textOf(module)))
  const failed = hidden.length > 0 || changed.length > 0
  console.log(`${failed ? "0 passed, 1 failed" : "1 passed, 0 failed"} (api)`)
  process.exitCode = failed ? 1 : 0
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** Writes a page, or with `--check` says that it differs. @returns whether it is as it has to be */
function isKept(name: string, text: string): boolean {
  const file = join(root, "docs/api", `${name}.d.ts`)
  if (existsSync(file) && readFileSync(file, "utf8") === text) return true
  if (process.argv.includes("--check")) {
    console.error(
      `The public API has changed: docs/api/${name}.d.ts is out of date. Renew it with: npm run api`,
    )
    return false
  }
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  console.log(`written: ${file}`)
  return true
}

function textOf(module: Module): string {
  const head = `// What \`flower-runbook${/kit\.d\.ts$/.test(module.path) ? "/kit" : ""}\` exports. Made by \`npm run api\`.\n`
  const exports = module.exports()
  const wholes = [...exports.values()].flatMap((one) =>
    "namespace" in one ? [] : one.module.wholes(one.name),
  )
  const loaded = wholes.map(
    (whole) => `\n// ${whole.path.slice(folder.length + 1)}\n${declarationsOf(whole.exports())}`,
  )
  return `${head}\n${declarationsOf(exports)}${loaded.join("")}`
}

function declarationsOf(exports: Map<string, Exported>): string {
  const sorted = [...exports].toSorted(([a], [b]) => (a < b ? -1 : 1))
  return sorted
    .map(([name, one]) => {
      if (!("namespace" in one)) return `${declarationOf(one, name)}\n`
      const inside = declarationsOf(one.namespace.exports()).replace(/^(?=.)/gm, "    ")
      return `export declare namespace ${name} {\n${inside}}\n`
    })
    .join("")
}

function declarationOf({ module, name }: Declared, as: string): string {
  const text = module.declarations.get(name)!.replace(/(?<!typeof )import\("\.[^"]+"\)\./g, "")
  const exported = text.replace(/^(?:export )?(?=[a-z])/gm, "export ")
  return as === name ? exported : exported.replace(new RegExp(`\\b${name}\\b`), as)
}

/** `FILE: A mentions B, which is not exported`, for each type that nobody else can name. */
function hiddenTypes(entries: readonly Module[]): string[] {
  const open = new Set<string>()
  const todo: Declared[] = []
  const add = (one: Exported): void => {
    if ("namespace" in one) for (const inside of one.namespace.exports().values()) add(inside)
    else if (!open.has(keyOf(one))) {
      open.add(keyOf(one))
      todo.push(one)
      for (const whole of one.module.wholes(one.name)) add({ namespace: whole })
    }
  }
  for (const entry of entries) for (const one of entry.exports().values()) add(one)
  const wrong = new Set<string>()
  for (const one of todo) {
    for (const other of one.module.mentions(one.name)) {
      if (open.has(keyOf(other))) continue
      wrong.add(
        `${one.name} mentions ${other.name} (${other.module.path.slice(folder.length + 1)}), which is not exported`,
      )
    }
  }
  return [...wrong].toSorted()
}

function keyOf({ module, name }: Declared): string {
  return `${module.path} ${name}`
}
