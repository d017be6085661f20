import { formatValue } from "../inputs/input-values.ts"
import { siteInputs } from "../inputs/layers.ts"
import { ORDER_OF_SOURCES } from "../inputs/precedence.ts"
import { variableName } from "../inputs/variable-layer.ts"
import { exitCodes } from "../notebook/exit-codes.ts"
import type { Notebook } from "../notebook/notebook.ts"
import { fileKey } from "../notebook/roles.ts"
import { type CommandSpec, commandsOf, notebookOf } from "./commands-table.ts"
import { type FlagSpec, flagsOf } from "./flags-table.ts"

// Help must start fast: this file and what it imports load nothing heavy.

/** Help is wrapped for a terminal of 80 columns, which everybody has. */
const WIDTH = 80

const exitCodesText = (): string =>
  `Exit codes: ${exitCodes()
    .map(([code, means]) => `${code} ${means}`)
    .join("; ")}.`

/** `--help`: every command, and where to read on. */
export function programHelp(notebook: Notebook, program: string): string {
  const commands = commandsOf(notebook)
  const widest = Math.max(...commands.map((command) => usageOf(command).length))
  return [
    `${notebook.title}`,
    "",
    `Usage: ${program} COMMAND [flags]`,
    `       ${program}                   on a terminal: the same as walk`,
    "",
    "Commands",
    ...commands.map((command) => `  ${usageOf(command).padEnd(widest)}  ${command.summary}`),
    "",
    "Steps",
    ...lines(notebook.steps.map(({ id }) => id).join(", "), 2),
    "",
    "Examples",
    ...exampleLines(
      notebook,
      commands.slice(0, 4).flatMap(({ name, examples }) => examples.slice(0, name === "run" ? 2 : 1)),
      program,
    ),
    "",
    ...lines(
      `${program} COMMAND --help lists the flags of a command; ${program} --version prints the version.`,
      0,
    ),
    ...lines(exitCodesText(), 0),
    "",
  ].join("\n")
}

/** `COMMAND --help`: usage, flags, inputs and examples. */
export function commandHelp(notebook: Notebook, command: CommandSpec, program: string): string {
  const source = notebookOf(notebook, command.name)
  const flags = flagsOf(source, command)
  const own = flags.filter(({ from }) => from === undefined)
  const sites = flags.filter(({ from }) => from === "role" || from === "count")
  const inputs = flags.filter(({ from }) => from === "input")
  return [
    `Usage: ${program} ${usageOf(command)} [flags]`,
    "",
    ...lines(command.about, 0),
    "",
    ...(command.argument?.of === "step"
      ? ["Steps", ...lines(notebook.steps.map(({ id }) => id).join(", "), 2), ""]
      : []),
    "Flags",
    ...flagLines(own),
    "",
    ...(sites.length === 0 ? [] : ["Sites", ...flagLines(sites), ""]),
    ...(inputs.length === 0 ? [] : inputLines(source, inputs)),
    "Examples",
    ...exampleLines(notebook, command.examples, program),
    "",
  ].join("\n")
}

const usageOf = (command: CommandSpec): string =>
  command.argument === undefined ? command.name : `${command.name} ${command.argument.name}`

function inputLines(notebook: Notebook, flags: readonly FlagSpec[]): string[] {
  const described = flags.map((flag) => ({ ...flag, help: inputHelp(notebook, flag) }))
  const wide = described.filter(({ name }) => notebook.inputs[name]!.per === "federation")
  const perSite = described.filter(({ name }) => notebook.inputs[name]!.per === "site")
  const [first] = Object.entries(notebook.roles).filter(([, many]) => many === "many")
  const site = first === undefined ? Object.keys(notebook.roles)[0]! : `${first[0]}-1`
  const example = siteInputs(notebook, first?.[0] ?? site)[0] ?? "name"
  const about =
    `A flag sets the value for all sites. To set it for one site, use the flag of the site (--${first?.[0] ?? site} name=${site},${example}=…), ` +
    `its variable (${variableName(notebook, example, site)}) or its entry in the federation file. ` +
    `The strongest source wins: ${ORDER_OF_SOURCES}.`
  return [
    ...(wide.length === 0 ? [] : ["Inputs of the federation", ...flagLines(wide), ""]),
    ...(perSite.length === 0 ? [] : ["Inputs of a site", ...lines(about, 2), "", ...flagLines(perSite), ""]),
  ]
}

function inputHelp(notebook: Notebook, { name, choices }: FlagSpec): string {
  const input = notebook.inputs[name]!
  const fallback = typeof input.default === "function" ? undefined : input.default
  const notes = [
    ...(choices === undefined ? [] : [choices.join(" | ")]),
    ...(input.roles === undefined
      ? []
      : [`only ${input.roles.map((role) => fileKey(role, notebook.roles[role]!)).join(", ")}`]),
    ...(input.required === true ? ["required"] : []),
    ...(fallback === undefined || fallback === false ? [] : [`default ${formatValue(input, fallback)}`]),
  ]
  return notes.length === 0 ? input.help : `${input.help} (${notes.join("; ")})`
}

function flagLines(flags: readonly FlagSpec[]): string[] {
  const heads = flags.map(({ name, value }) => `--${name}${value === undefined ? "" : ` ${value}`}`)
  const column = Math.min(32, Math.max(...heads.map((head) => head.length)) + 2)
  return flags.flatMap((flag, index) => {
    const help = lines(flag.help, 0, WIDTH - column - 2)
    const head = heads[index]!
    const first = head.length > column - 2 ? [`  ${head}`] : []
    return [
      ...first,
      ...help.map(
        (text, line) => `  ${(line === 0 && first.length === 0 ? head : "").padEnd(column)}${text}`,
      ),
    ]
  })
}

function exampleLines(notebook: Notebook, examples: CommandSpec["examples"], program: string): string[] {
  const step = notebook.steps.find(({ on }) => on === "every site")?.id ?? notebook.steps[0]?.id ?? "ID"
  const many = Object.entries(notebook.roles).find(([, cardinality]) => cardinality === "many")
  const site = many === undefined ? (Object.keys(notebook.roles)[0] ?? "NAME") : `${many[0]}-1`
  const filled = examples.map(([line, what]) => {
    const text = line
      .replaceAll("{step}", step)
      .replaceAll("{site}", site)
      .replaceAll("{program}", notebook.name)
    return [`${program} ${text}`, what] as const
  })
  const [widest, longest] = [0, 1].map((part) => Math.max(...filled.map((example) => example[part]!.length)))
  return 2 + widest! + 2 + longest! > WIDTH
    ? filled.flatMap(([line, what]) => [`  ${line}`, `      ${what}`])
    : filled.map(([line, what]) => `  ${line.padEnd(widest!)}  ${what}`)
}

function lines(text: string, indent: number, width = WIDTH - indent): string[] {
  const result: string[] = []
  let line = ""
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      result.push(line)
      line = word
    } else line = line === "" ? word : `${line} ${word}`
  }
  return [...result, line].map((one) => `${" ".repeat(indent)}${one}`)
}
