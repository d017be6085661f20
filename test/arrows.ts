/**
 * Checks the arrows of docs/design.md: which folder may import from which, and that nothing imports in a circle. Prints
 * each import that points the wrong way, each circle of files or of the guide's folders, and what writes to stdout or stderr past `Out`.
 */

import { readdirSync, readFileSync } from "node:fs"
import { dirname, join, normalize, relative, sep } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))

/** For each part of the program: the parts it may import from. A runtime import and a type import count alike. */
const MAY: Record<string, readonly string[]> = {
  "lib/notebook": [],
  "lib/limits.ts": [],
  "lib/regular-file.ts": ["lib/limits.ts"],
  "lib/runner": ["lib/notebook", "lib/limits.ts", "lib/regular-file.ts"],
  "lib/cluster": ["lib/notebook", "lib/limits.ts", "lib/regular-file.ts"],
  "lib/shell": ["lib/notebook", "lib/limits.ts"],
  "lib/parties": ["lib/notebook", "lib/runner", "lib/regular-file.ts"],
  "lib/terminal": ["lib/notebook", "lib/runner"],
  "lib/practice": ["lib/notebook", "lib/cluster", "lib/limits.ts", "lib/regular-file.ts"],
  "lib/report": ["lib/notebook", "lib/runner"],
  "lib/inputs": ["lib/notebook", "lib/runner", "lib/regular-file.ts"],
  "lib/cli": [
    "lib/notebook",
    "lib/inputs",
    "lib/runner",
    "lib/cluster",
    "lib/shell",
    "lib/terminal",
    "lib/practice",
    "lib/report",
    "lib/parties",
    "lib/limits.ts",
    "lib/regular-file.ts",
    "lib/tools.ts",
  ],
  "lib/tools.ts": ["lib/notebook", "lib/runner", "lib/cluster", "lib/shell", "lib/hold.ts"],
  "lib/hold.ts": ["lib/notebook", "lib/runner", "lib/cluster", "lib/limits.ts"],
  "lib/steps-for.ts": ["lib/notebook", "lib/tools.ts"],
  "lib/program.ts": ["lib/notebook", "lib/limits.ts", "lib/practice", "lib/cli"],
  "lib/library.ts": ["lib/notebook", "lib/runner", "lib/inputs", "lib/tools.ts"],
  "lib/login": ["lib/notebook", "lib/cluster", "lib/tools.ts", "lib/limits.ts", "lib/regular-file.ts"],
  "lib/practice-world.ts": [
    "lib/notebook",
    "lib/cluster",
    "lib/practice",
    "lib/library.ts",
    "lib/program.ts",
  ],
  "lib/index.ts": ["lib"],
  "lib/kit.ts": ["lib"],
  runbooks: ["lib/index.ts", "lib/kit.ts", "runbooks"],
  tools: ["lib", "runbooks"],
  "docs.ts": ["tools"],
  "build.ts": [],
}
/** What terminal, report and inputs may know of the runner: its events with their signs, its results and memory, never its work. */
const RUNNER_TYPES = ["events.ts", "types.ts", "journal-memory.ts", "outcome-signs.ts"]

/** The guide's folders. They must not import each other in a ring, not even by way of different files. */
const GUIDE = ["shared", "openshift", "interconnect", "security", "flower", "practice-flower"].map(
  (folder) => `runbooks/${folder}`,
)

const part = (file: string): string => {
  const [top, second] = file.split("/")
  if (top !== "lib") return top!
  return second!.endsWith(".ts") ? `lib/${second}` : `lib/${second}`
}

const FOLDERS = ["lib", "runbooks", "tools"]

/** Every file of the program and its tools, with the files that it imports. */
const imports = new Map<string, string[]>()
for (const file of [...FOLDERS.flatMap(filesOf), "docs.ts", "build.ts"]) {
  const text = readFileSync(join(root, file), "utf8")
  const targets = text.matchAll(/(?:from|import)\s*\(?\s*["'](\.{1,2}\/[^"']+)["']/g)
  imports.set(
    file,
    [...targets].map(([, target]) =>
      normalize(join(dirname(file), target!))
        .split(sep)
        .join("/"),
    ),
  )
}

function filesOf(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|js)$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join("/"))
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

/** Groups of nodes that each lead to every other: Tarjan's strongly connected components of two or more. */
function circlesOf(graph: ReadonlyMap<string, Iterable<string>>): string[][] {
  const index = new Map<string, number>()
  const lowest = new Map<string, number>()
  const stack: string[] = []
  const circles: string[][] = []
  const visit = (node: string): void => {
    index.set(node, index.size)
    lowest.set(node, index.get(node)!)
    stack.push(node)
    for (const next of graph.get(node) ?? []) {
      if (!index.has(next)) visit(next)
      if (stack.includes(next)) lowest.set(node, Math.min(lowest.get(node)!, lowest.get(next)!))
    }
    if (lowest.get(node) !== index.get(node)) return
    const circle = stack.splice(stack.indexOf(node))
    if (circle.length > 1) circles.push(circle.sort())
  }
  for (const node of graph.keys()) if (!index.has(node)) visit(node)
  return circles
}

/** The imports between the folders of the guide. */
function guideFolders(): Map<string, Set<string>> {
  const folders = new Map(GUIDE.map((folder) => [folder, new Set<string>()]))
  for (const [file, targets] of imports) {
    for (const target of targets) {
      const [from, into] = [dirname(file), dirname(target)]
      if (from !== into && folders.has(into)) folders.get(from)?.add(into)
    }
  }
  return folders
}

const wrong = [...imports].flatMap(([file, targets]) =>
  targets.filter((to) => !allowed(file, to)).map((to) => `${file} imports ${to}`),
)
/**
 * Files of lib that write to stdout or stderr past `Out`, which redacts. The stand-in commands of practice are programs of
 * their own; what draws on a terminal is handed its streams by `Out`.
 */
const past = filesOf("lib")
  .filter((file) => !["lib/cli/out.ts", "lib/program.ts", "lib/oldest-node.ts"].includes(file))
  .filter((file) => !file.startsWith("lib/practice/commands/"))
  .filter((file) => {
    const text = readFileSync(join(root, file), "utf8")
    const own = /\bconsole\.|\bprocess\.std(out|err)\b/.test(text)
    return own || (!file.startsWith("lib/terminal/") && /\bstd(out|err)\.write\(/.test(text))
  })
const circles = [...circlesOf(imports), ...circlesOf(guideFolders())]
for (const line of wrong) console.error(`wrong way: ${line}`)
for (const file of past) console.error(`${file} writes to stdout or stderr past lib/cli/out.ts`)
for (const circle of circles) console.error(`circle: ${circle.join(" ")}`)
const count = `${circles.length} ${circles.length === 1 ? "circle" : "circles"}`
const fine = wrong.length === 0 && circles.length === 0 && past.length === 0
console.log(`${fine ? "1 passed, 0 failed" : "0 passed, 1 failed"} (arrows, ${count})`)
process.exitCode = fine ? 0 : 1
