import { siteInputs } from "../inputs/layers.ts"
import type { Notebook } from "../notebook/notebook.ts"
import { COMMANDS, SHELLS } from "./commands-table.ts"
import { type FlagSpec, flagsOf } from "./flags-table.ts"

export type Shell = (typeof SHELLS)[number]

/** What can follow: all of it known when the script is made. */
interface Words {
  readonly commands: readonly {
    name: string
    summary: string
    argument: readonly string[]
    flags: readonly FlagSpec[]
  }[]
  values(command: string, flag: FlagSpec): readonly string[] | "file" | "folder" | undefined
}

/** A completion script made from the table of commands, the notebook's steps, roles and inputs. */
export function completionScript(notebook: Notebook, shell: Shell, program: string): string {
  const words = wordsOf(notebook)
  switch (shell) {
    case "bash":
      return bash(words, program)
    case "zsh":
      return zsh(words, program)
    case "fish":
      return fish(words, program)
  }
}

function wordsOf(notebook: Notebook): Words {
  const steps = (of: Notebook) => of.steps.map(({ id }) => id)
  const heldBy = (command: string) =>
    command === "teardown" && notebook.teardown !== undefined ? notebook.teardown : notebook
  return {
    commands: COMMANDS.map((command) => ({
      name: command.name,
      summary: command.summary,
      argument:
        command.argument?.of === "step" ? steps(notebook) : command.argument?.of === "shell" ? SHELLS : [],
      flags: flagsOf(heldBy(command.name), command),
    })),
    values: (command, flag) => {
      if (flag.of === "step") return steps(heldBy(command))
      if (flag.choices !== undefined) return flag.choices
      if (flag.from === "role") return ["name", ...siteInputs(notebook, flag.role!)].map((key) => `${key}=`)
      if (flag.name === "state") return "folder"
      const type = flag.from === "input" ? heldBy(command).inputs[flag.name]?.type : flag.type
      return type === "path" ? "file" : undefined
    },
  }
}

const identifier = (program: string): string => program.replace(/\W/g, "_")

/** Cases of the shell's `case $command/$previous`, equal answers in one line. */
function cases(words: Words, answer: (values: readonly string[] | "file" | "folder") => string): string[] {
  const byAnswer = new Map<string, string[]>()
  for (const { name, flags } of words.commands) {
    for (const flag of flags) {
      const values = words.values(name, flag)
      if (flag.value === undefined) continue
      const text = values === undefined ? "return" : answer(values)
      byAnswer.set(text, [...(byAnswer.get(text) ?? []), `${name}/--${flag.name}`])
    }
  }
  return [...byAnswer].map(([text, names]) => `    ${names.join("|")}) ${text} ;;`)
}

function bash(words: Words, program: string): string {
  const id = identifier(program)
  const offer = (list: readonly string[]): string =>
    `COMPREPLY=($(compgen -W '${list.join(" ")}' -- "$word")); return`
  return `# bash completion of ${program}: made by '${program} completion bash'
_${id}() {
  local word="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command="\${COMP_WORDS[1]}"
  COMPREPLY=()
  if [[ $COMP_CWORD -eq 1 ]]; then
    ${offer([...words.commands.map(({ name }) => name), "--help", "--version"])}
  fi
  case "$command/$previous" in
${cases(words, (values) =>
  values === "file"
    ? `compopt -o filenames; COMPREPLY=($(compgen -f -- "$word")); return`
    : values === "folder"
      ? `compopt -o filenames; COMPREPLY=($(compgen -d -- "$word")); return`
      : `${values.some((value) => value.endsWith("=")) ? "compopt -o nospace; " : ""}${offer(values)}`,
).join("\n")}
  esac
  if [[ "$word" == -* ]]; then
    case "$command" in
${words.commands.map(({ name, flags }) => `    ${name}) ${offer(flags.map((flag) => `--${flag.name}`))} ;;`).join("\n")}
    esac
    return
  fi
  case "$command" in
${words.commands
  .filter(({ argument }) => argument.length > 0)
  .map(({ name, argument }) => `    ${name}) ${offer(argument)} ;;`)
  .join("\n")}
  esac
}
complete -F _${id} ${program}
`
}

/** For zsh's `'…:…'` specs. */
const inZsh = (text: string): string => text.replace(/'/g, "'\\''").replace(/[[\]:]/g, "\\$&")

function zsh(words: Words, program: string): string {
  const id = identifier(program)
  const spec = (command: string, flag: FlagSpec): string => {
    const many = flag.repeat === true ? "*" : ""
    const help = `[${inZsh(flag.help)}]`
    const values = words.values(command, flag)
    if (flag.value === undefined) return `'${many}--${flag.name}${help}'`
    const action =
      values === undefined
        ? " "
        : values === "file"
          ? "_files"
          : values === "folder"
            ? "_files -/"
            : `(${values.join(" ")})`
    return `'${many}--${flag.name}=${help}:${inZsh(flag.value)}:${action}'`
  }
  return `#compdef ${program}
# zsh completion of ${program}: made by '${program} completion zsh'
_${id}() {
  if (( CURRENT == 2 )); then
    local -a commands=(
${words.commands.map(({ name, summary }) => `      '${name}:${inZsh(summary)}'`).join("\n")}
    )
    _describe command commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${words.commands
  .map(
    ({ name, argument, flags }) =>
      `    ${name}) _arguments ${[
        ...flags.map((flag) => spec(name, flag)),
        ...(argument.length > 0 ? [`'1:argument:(${argument.join(" ")})'`] : []),
      ].join(" ")} ;;`,
  )
  .join("\n")}
  esac
}
if [[ $funcstack[1] == _${id} ]]; then _${id} "$@"; else compdef _${id} ${program}; fi
`
}

const inFish = (text: string): string => `'${text.replace(/[\\']/g, "\\$&")}'`

function fish(words: Words, program: string): string {
  const names = words.commands.map(({ name }) => name).join(" ")
  const lines = [
    `# fish completion of ${program}: made by '${program} completion fish'`,
    `complete -c ${program} -f`,
  ]
  for (const { name, summary, argument, flags } of words.commands) {
    lines.push(
      `complete -c ${program} -n 'not __fish_seen_subcommand_from ${names}' -a ${name} -d ${inFish(summary)}`,
    )
    const when = `-n '__fish_seen_subcommand_from ${name}'`
    if (argument.length > 0) lines.push(`complete -c ${program} ${when} -a ${inFish(argument.join(" "))}`)
    for (const flag of flags) {
      const values = words.values(name, flag)
      const takes =
        flag.value === undefined
          ? ""
          : values === "file"
            ? " -r -F"
            : values === "folder"
              ? " -x -a '(__fish_complete_directories)'"
              : values === undefined
                ? " -x"
                : ` -x -a ${inFish(values.join(" "))}`
      lines.push(`complete -c ${program} ${when} -l ${flag.name}${takes} -d ${inFish(flag.help)}`)
    }
  }
  return `${lines.join("\n")}\n`
}
