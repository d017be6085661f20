/** Builds dist/: JavaScript and types by the TypeScript compiler, and client-node bundled (it loads three times as fast). */
import { execFileSync } from "node:child_process"
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join, relative, resolve, sep } from "node:path"
import { fileURLToPath } from "node:url"
import { build, type Plugin } from "esbuild"

const root = fileURLToPath(new URL(".", import.meta.url))
const dist = join(root, "dist")

rmSync(dist, { recursive: true, force: true })
execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", "tsconfig.build.json"], {
  cwd: root,
  stdio: "inherit",
})

/** Our own modules stay files of their own: bundled, their classes would be there twice. */
const ownStaysOut: Plugin = {
  name: "own stays out",
  setup(builder) {
    builder.onResolve({ filter: /^\./ }, ({ path, importer }) =>
      importer.startsWith(dist) ? { path, external: true } : undefined,
    )
  },
}

// The only file that imports client-node, with client-node in it.
const door = join(dist, "lib/cluster/pooled-kubeconfig.js")
const bundled = await build({
  entryPoints: [door],
  outfile: door,
  allowOverwrite: true,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node22",
  minify: true,
  metafile: true,
  // All of it is in third-party-licenses.txt.
  legalComments: "none",
  plugins: [ownStaysOut],
  // Its CommonJS dependencies call require, which ES modules have not.
  banner: {
    js: 'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);',
  },
  logLevel: "error",
})

writeFileSync(
  join(dist, "third-party-licenses.txt"),
  licensesOf(Object.keys(bundled.metafile.inputs).map((path) => resolve(path))),
)

/** The license texts of the packages that files belong to. @throws Error for a package without one */
function licensesOf(files: readonly string[]): string {
  const marker = `${sep}node_modules${sep}`
  const folders = new Set<string>()
  for (const file of files) {
    const at = file.lastIndexOf(marker)
    if (at < 0) continue
    const rest = file.slice(at + marker.length).split(sep)
    folders.add(join(file.slice(0, at + marker.length), ...rest.slice(0, rest[0]!.startsWith("@") ? 2 : 1)))
  }
  const texts = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))
    const texts = readdirSync(folder)
      .filter((one) => /^(?:un)?licen[cs]e|^copying|^notice/i.test(one))
      .map((one) => readFileSync(join(folder, one), "utf8").trim())
    if (texts.length === 0) throw new Error(`the package ${name} ${version} (${license}) has no license text`)
    return `${name} ${version} (${license})\n\n${texts.join("\n\n")}\n`
  })
  const title = "Packages that are bundled in lib/cluster/pooled-kubeconfig.js, and their licenses.\n\n"
  return title + texts.join(`\n${"-".repeat(80)}\n\n`)
}

/**
 * Puts what an entry imports statically from a folder into the entry itself: at start-up a file costs more than its
 * lines. Everything else stays a file of its own, so that no class is there twice.
 */
async function merge(entry: string, folder: string): Promise<void> {
  const file = join(dist, entry)
  const inside = join(dist, folder) + sep
  const mergeInside: Plugin = {
    name: "merge inside",
    setup(builder) {
      builder.onResolve({ filter: /./ }, ({ path, kind, importer }) => {
        if (kind === "entry-point") return undefined
        if (!path.startsWith(".")) return { path, external: true }
        const target = resolve(dirname(importer), path)
        if (kind === "import-statement" && target.startsWith(inside)) return undefined
        const from = relative(dirname(file), target).split(sep).join("/")
        return { path: from.startsWith(".") ? from : `./${from}`, external: true }
      })
    },
  }
  await build({
    entryPoints: [file],
    outfile: file,
    allowOverwrite: true,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node22",
    plugins: [mergeInside],
    logLevel: "error",
  })
}
await merge("runbooks/index.js", "runbooks")
await merge("lib/terminal/index.js", "lib/terminal")

// The help texts, made from the table by the package itself: the command prints them before anything is loaded.
const { program } = await import(join(dist, "runbooks/index.js"))
const { programHelp, commandHelp } = await import(join(dist, "lib/cli/help.js"))
const { COMMANDS } = await import(join(dist, "lib/cli/commands-table.js"))
const { notebook } = program
const help: Record<string, string> = { "": programHelp(notebook, notebook.name) }
for (const command of COMMANDS) help[command.name] = commandHelp(notebook, command, notebook.name)
writeFileSync(join(dist, "help.json"), JSON.stringify(help))
