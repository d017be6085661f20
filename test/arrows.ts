/** Holds the arrows of docs/design.md: which folder may import from which. Prints each that points the wrong way. */
import { readdirSync, readFileSync } from "node:fs"
import { dirname, join, normalize, relative, sep } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))

/** For each part of the program: the parts it may import from. A runtime import and a type import count alike. */
const MAY: Record<string, readonly string[]> = {
  "lib/notebook": [],
  "lib/runner": ["lib/notebook"],
  "lib/cluster": ["lib/notebook"],
  "lib/shell": ["lib/notebook"],
  "lib/terminal": ["lib/notebook", "lib/runner"],
  "lib/practice": ["lib/notebook", "lib/cluster"],
  "lib/report": ["lib/notebook", "lib/runner"],
  "lib/inputs": ["lib/notebook", "lib/runner"],
  "lib/cli": [
    "lib/notebook",
    "lib/inputs",
    "lib/runner",
    "lib/cluster",
    "lib/shell",
    "lib/terminal",
    "lib/practice",
    "lib/report",
    "lib/tools.ts",
  ],
  "lib/tools.ts": ["lib/notebook", "lib/runner", "lib/cluster", "lib/shell"],
  "lib/program.ts": ["lib/notebook", "lib/practice", "lib/cli"],
  "lib/library.ts": ["lib/notebook", "lib/runner", "lib/inputs", "lib/tools.ts"],
  "lib/login.ts": ["lib/notebook", "lib/cluster", "lib/tools.ts"],
  "lib/practice-world.ts": [
    "lib/notebook",
    "lib/cluster",
    "lib/practice",
    "lib/library.ts",
    "lib/program.ts",
  ],
  "lib/index.ts": ["lib"],
  runbooks: ["lib/index.ts", "runbooks"],
}
/** What terminal, report and inputs may know of the runner: its events, results and memory as types, never its work. */
const RUNNER_TYPES = ["events.ts", "types.ts", "journal.ts"]

const part = (file: string): string => {
  const [top, second] = file.split("/")
  if (top !== "lib") return top!
  return second!.endsWith(".ts") ? `lib/${second}` : `lib/${second}`
}

const wrong: string[] = []
for (const top of ["lib", "runbooks"]) {
  for (const entry of readdirSync(join(root, top), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.(ts|js)$/.test(entry.name)) continue
    const file = relative(root, join(entry.parentPath, entry.name)).split(sep).join("/")
    const text = readFileSync(join(root, file), "utf8")
    for (const [, target] of text.matchAll(/(?:from|import)\s*\(?\s*["'](\.{1,2}\/[^"']+)["']/g)) {
      const to = normalize(join(dirname(file), target!))
        .split(sep)
        .join("/")
      if (!allowed(file, to)) wrong.push(`${file} imports ${to}`)
    }
  }
}

function allowed(file: string, to: string): boolean {
  const [from, into] = [part(file), part(to)]
  if (from === into) return true
  if (to.endsWith(".json") || to.startsWith("snippets/")) return true
  // The bin loads the built package when it lies under node_modules.
  if (file === "runbooks/flower-runbook.js" && to.startsWith("dist/")) return true
  const may = MAY[from]
  if (may === undefined || !may.some((ok) => ok === into || (ok === "lib" && into.startsWith("lib/"))))
    return false
  if (["lib/terminal", "lib/report", "lib/inputs"].includes(from) && into === "lib/runner")
    return RUNNER_TYPES.some((name) => to.endsWith(`/${name}`))
  return true
}

for (const line of wrong) console.error(`wrong way: ${line}`)
console.log(`${wrong.length === 0 ? "1 passed, 0 failed" : "0 passed, 1 failed"} (arrows)`)
process.exitCode = wrong.length === 0 ? 0 : 1
