import type { LayerData } from "../inputs/layers.ts"
import { originKey } from "../inputs/resolve.ts"
import { variableName } from "../inputs/variable-layer.ts"
import { UsageError } from "../notebook/errors.ts"
import type { Federation } from "../notebook/federation.ts"
import { camel } from "../notebook/inputs.ts"
import { type Call, promptIo } from "./call.ts"
import { stateRoot } from "./folder.ts"
import { TrustedFiles } from "./trusted-files.ts"

/** Files that were trusted in this call: a walk reads its file more than once. */
const trustedNow = new Set<string>()

/**
 * A federation file is a program: it can name commands that are run and files whose content is sent. Such a file is used once the
 * user trusts this content of it: by an answer on a terminal, by `--trust-file` or `--yes`, or by the variable of that name (CI).
 * @throws UsageError that lists what the file would do
 */
export async function requireTrust(
  call: Call,
  path: string,
  file: LayerData,
  found: Federation,
): Promise<void> {
  const powers = await powersOf(call, found)
  if (powers.length === 0) return
  const { notebook, flags, io, interaction } = call
  const text = file.text ?? ""
  const key = `${path}\n${text}`
  const trusted = new TrustedFiles(stateRoot(notebook, io.env))
  if (trustedNow.has(key) || trusted.has(path, text)) return
  const variable = variableName(notebook, "trust-file")
  // A variable is there for the next call too, so nothing is recorded.
  if (/^(1|true|yes)$/i.test(io.env[variable] ?? "")) return
  const what = `The federation file ${path} would do this:\n${powers.map((one) => `- ${one}`).join("\n")}`
  // Who approves a run in advance, whatever it does, means its file too; a plan has nothing that could be approved.
  const isTrusted = flags.has("trust-file") || flags.any.has("yes")
  if (!isTrusted && !(interaction.ask && (await asked(call, what)))) {
    throw new UsageError(`${what}\nYou have not trusted this content of the file yet, so nothing was run.`, {
      why: "whoever wrote the file decides what is run as you, and which of your files is sent where",
      fix: `read it and, if you trust its author, add --trust-file (in CI: ${variable}=true)`,
      next: `${call.command} --trust-file`,
    })
  }
  trustedNow.add(key)
  await trusted.add(path, text)
}

async function asked(call: Call, what: string): Promise<boolean> {
  const { askConfirm } = await import("../terminal/index.ts")
  const { out } = call
  out.print(`${call.redactor.text(what)}\n`)
  return askConfirm({ message: "Do you trust this file?", default: false }, promptIo(call))
}

/** What the values of the file would do, each with its place in the file. */
async function powersOf(
  { notebook }: Call,
  { values, sites, origins, places }: Federation,
): Promise<string[]> {
  const holders = [undefined, ...sites]
  const all = await Promise.all(
    Object.entries(notebook.inputs).flatMap(([name, { trust, per }]) =>
      trust === undefined
        ? []
        : holders
            .filter((site) => (site === undefined) === (per === "federation"))
            .map(async (site) => {
              const key = originKey(name, site)
              const holder = (site ?? values) as Readonly<Record<string, unknown>>
              const value = holder[camel(name)]
              if (value === undefined || origins[key] !== "file") return []
              const power = await trust(value, holder)
              return power === undefined ? [] : [`${power} (${places?.[key]})`]
            }),
    ),
  )
  return all.flat()
}

/** Trusts a file that the program itself has just written. */
export async function trustOwnFile({ notebook, io }: Call, path: string, text: string): Promise<void> {
  await new TrustedFiles(stateRoot(notebook, io.env)).add(path, text)
}
