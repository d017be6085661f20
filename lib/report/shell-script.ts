/** The walk as a POSIX shell script: one function per site. */

import { moment, oneLine } from "../notebook/format.ts"
import { type ManualFiles, manualContext } from "../notebook/manual.ts"
import { appliesTo, isWanted, ownerOf } from "../notebook/notebook.ts"
import type { Site } from "../notebook/roles.ts"
import { shellWord } from "../notebook/shell-word.ts"
import type { Step } from "../notebook/step.ts"
import { commented, firstParagraph, indented, wrapped } from "./script-text.ts"
import { PRACTICE } from "./signs.ts"
import type { Report } from "./types.ts"

/** A script that runs the `manual` commands of every step; they can be run again. */
export async function shellScript(walk: Report): Promise<string> {
  const { federation } = walk
  const shown = federation.sites.filter(
    (site) => walk.sites.some(({ name }) => name === site.name) && stepsOf(walk, site).length > 0,
  )
  const explained = new Set<Step>()
  const part = async (site: Site | undefined): Promise<string> => {
    const steps = stepsOf(walk, site)
    const cells: string[] = []
    for (const step of steps) {
      cells.push(await cell(walk, step, site, !explained.has(step)))
      explained.add(step)
    }
    return cells.join("\n")
  }
  const functions: string[] = []
  for (const site of shown) {
    const { variable, call } = namesOf(site)
    functions.push(
      `${call}() {\n  at=${shellWord(site.name)}\n  export KUBECONFIG="$${variable}"\n\n${await part(site)}}\n`,
    )
  }
  const last = await part(undefined)
  if (last !== "") functions.push(`${FEDERATION}() {\n  at=federation\n\n${last}}\n`)
  return [
    header(walk, shown),
    settings(federation.sites),
    usage(walk, shown, last !== ""),
    HELPERS,
    ...functions,
    dispatch(shown, last !== ""),
  ].join("\n")
}

/** The function of the steps that run once, after all sites. */
const FEDERATION = "whole_federation"

/** The names of a site in a script; a site's name has only lower-case letters, digits and dashes. */
function namesOf({ name }: Pick<Site, "name">) {
  const word = name.replaceAll("-", "_")
  return {
    variable: `KUBECONFIG_${word.toUpperCase()}`,
    call: `site_${word}`,
    kubeconfig: `./${name}.kubeconfig`,
    privateFile: (file: string) => `./${name}.${file}`,
  }
}

/** A site's steps in order, those of this machine first; without a site those of the federation. */
function stepsOf({ notebook, federation }: Report, site: Site | undefined): readonly Step[] {
  // What another party runs is not for this script.
  const wanted = notebook.steps.filter(
    (step) => isWanted(step, federation, site) && ownerOf(step, site, federation) === undefined,
  )
  if (site === undefined) return wanted.filter(({ on }) => on === "federation")
  return [
    ...wanted.filter(({ on }) => on === "here"),
    ...wanted.filter((step) => appliesTo(notebook, step, site)),
  ]
}

/** One step: its lines in a subshell that shows each command. */
async function cell(
  { notebook, federation }: Report,
  step: Step,
  site: Site | undefined,
  isFirst: boolean,
): Promise<string> {
  /** Other sites that the lines reach. */
  const elsewhere = new Set<Site>()
  const privateFiles = new Set<string>()
  const files: ManualFiles = {
    on(other) {
      elsewhere.add(other as Site)
      return `KUBECONFIG="$${namesOf(other).variable}" `
    },
    kubeconfig: '"$KUBECONFIG"',
    privateFile(name) {
      const file = namesOf(site!).privateFile(name)
      privateFiles.add(file)
      return file
    },
  }
  const isSite = step.on !== "here" && step.on !== "federation"
  const context = manualContext(notebook, federation, step, isSite ? site : undefined, files)
  const lines = await step.manual?.(context)
  const about = isFirst ? `${commented(firstParagraph(step.prose), "  # ")}\n` : ""
  const begin = `step ${step.id} ${shellWord(oneLine(step.title))}`
  if (lines === undefined) {
    const isCheck = step.apply === undefined && step.update === undefined
    return `${about}  if ${begin}; then ${isCheck ? "nothing" : "manual"}; fi\n`
  }
  // A login is skipped if the caller names a kubeconfig.
  const own = step.session && site !== undefined ? `[ "$KUBECONFIG" = ${namesOf(site).kubeconfig} ] && ` : ""
  const others = [...elsewhere].filter((other) => other !== site)
  const has = others
    .map(({ name }) => {
      const file = privateFiles.size > 0 ? ` ${shellWord([...privateFiles].join(" and "))}` : ""
      return ` && has ${shellWord(name)} "$${namesOf({ name }).variable}"${file}`
    })
    .join("")
  return `${about}  if ${own}${begin}${has}; then (\n    set -x\n${indented(lines.trim(), "    ")}\n  ); fi\n`
}

function header({ notebook, federation, made, program, inputs, practice }: Report, shown: readonly Site[]) {
  const [first] = shown
  const name = first === undefined ? "SITE" : shellWord(first.name)
  const values = inputs
    .filter(({ site, value, secret }) => site === undefined && value !== undefined && secret !== true)
    .map(({ name, value }) => `${name} ${oneLine(value!)}`)
  const calls = [
    ["sh r.sh", "lists the sites and their steps"],
    [`sh r.sh ${name}`, "runs the steps of this site, in order"],
    [`sh r.sh ${name} STEP`, "runs one of them"],
    ["sh r.sh all", "runs everything, where this machine reaches every site"],
  ] as const
  const width = Math.max(...calls.map(([call]) => call.length))
  const text = [
    `${notebook.title}: a script for the federation ${federation.name}.`,
    ...(practice ? [PRACTICE] : []),
    `Created ${moment(made)} by ${program.name} ${program.version}${values.length === 0 ? "." : `, with ${values.join(", ")}.`}`,
    "",
    "It runs in the current folder and shows each command before it runs it:",
    "",
    ...calls.map(([call, what]) => `    ${call.padEnd(width)}  ${what}`),
    "",
    "What already exists is left as it is, so the script can be run again after an error. It contains no password and no token.",
    ...(first === undefined
      ? []
      : [
          "",
          "Each login writes its own kubeconfig to this folder. If you are already logged in, name your kubeconfig, and the login is skipped:",
          "",
          `    ${namesOf(first).variable}=FILE sh r.sh ${name}`,
        ]),
  ]
  return `#!/bin/sh\n${text.map((paragraph) => commented(paragraph, "# ")).join("\n")}\nset -eu\n`
}

/** Of every site, even of those without a function. */
const settings = (sites: readonly Site[]): string =>
  `${sites
    .map(namesOf)
    .map(({ variable, kubeconfig }) => `: "\${${variable}:=${kubeconfig}}"`)
    .join("\n")}\n`

function usage(walk: Report, shown: readonly Site[], whole: boolean): string {
  const roles = Object.groupBy(shown, ({ role }) => role)
  const lists = Object.values(roles).map((sites) => {
    const list = sites!.map(({ name }) => name).join(", ")
    return `${wrapped(`${list}:`, 76, "  ")}\n${wrapped(stepIds(walk, sites![0]!), 76, "    ")}`
  })
  const last = whole
    ? `\n  federation, once all sites are done:\n${wrapped(stepIds(walk, undefined), 76, "    ")}`
    : ""
  return `usage() {
  printf 'Usage: sh %s SITE [STEP], or sh %s all\\n\\n' "$0" "$0" >&2
  cat >&2 <<'END'
The sites in order, with their steps:
${lists.join("\n")}${last}
END
  exit 2
}
`
}

const stepIds = (walk: Report, site: Site | undefined): string =>
  stepsOf(walk, site)
    .map(({ id }) => id)
    .join(" ")

const HELPERS = `only=\${2-}
at=
now=
ran=

# step ID TITLE: prints which step comes; false if another step was requested.
step() {
  [ -z "$only" ] || [ "$only" = "$1" ] || return 1
  now="$1 at $at"
  ran=yes
  printf '\\n== %s: %s\\n' "$now" "$2"
}

# has SITE KUBECONFIG [FILE]: false, with instructions, if this machine cannot reach that site.
has() {
  [ ! -s "$2" ] || return 0
  echo "Skipped here: there is no $2. Run this where $1 can be reached:"
  echo "    sh $(basename "$0") $at \${now%% *}"
  [ -z "\${3-}" ] || echo "Then copy $3 from there to this folder, and keep it secret."
  return 1
}

# For a step that only checks.
nothing() {
  echo 'Nothing to type: this step only checks.'
}

manual() {
  printf 'This step has no commands. Do it manually, then press Enter. '
  read -r _
}

# Names the step in which a command failed.
ended() {
  code=$?
  [ "$code" = 0 ] || [ -z "$now" ] || echo "Failed: $now (exit code $code). Fix it, then run the same command again." >&2
}
`

function dispatch(shown: readonly Site[], whole: boolean): string {
  const calls = [
    ...shown.map((site) => ({ word: shellWord(site.name), call: namesOf(site).call })),
    ...(whole ? [{ word: "federation", call: FEDERATION }] : []),
  ]
  return `trap ended EXIT
case "\${1-}" in
${calls.map(({ word, call }) => `  ${word}) ${call} ;;`).join("\n")}
  all)
${calls.map(({ word }) => `    sh "$0" ${word}`).join("\n")}
    exit
    ;;
  *) usage ;;
esac
if [ -z "$ran" ]; then
  echo "$1 has no step $only." >&2
  usage
fi
printf '\\nDone: %s\\n' "$*"
`
}
