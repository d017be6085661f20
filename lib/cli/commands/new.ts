import { basename, relative, resolve } from "node:path"
import { UsageError } from "../../notebook/errors.ts"
import { EXIT } from "../../notebook/exit-codes.ts"
import { shellWord } from "../../notebook/shell-word.ts"
import type { CallOf } from "../call.ts"
import { template } from "../new/files-to-write.ts"
import { ownPackage } from "../new/own-package.ts"
import { refuseFull, writeFolder } from "../new/write-folder.ts"

/** `new DIR`: a small notebook of your own, which runs and passes its test as it is. Asks for DIR at most. */
export async function newNotebook(call: CallOf<"new">): Promise<number> {
  const { io, out } = call
  const given = call.argument ?? (await askFolder(call))
  const folder = resolve(io.cwd, given)
  const name = basename(folder)
  const problem = nameProblem(name)
  if (problem !== undefined) {
    throw new UsageError(`${JSON.stringify(name)} cannot be the name of a notebook: ${problem}`, {
      why: "the package and its program have the name of the folder",
      fix: "choose another folder",
      next: `${io.program} new ${suggestion(name)}`,
    })
  }
  refuseFull(folder, io.program)
  const own = ownPackage()
  writeFolder(folder, template(own, name))
  out.print(nextSteps({ name, folder: shown(io.cwd, folder), from: own }))
  return EXIT.done
}

async function askFolder({ io, out, interaction, signal }: CallOf<"new">): Promise<string> {
  if (!interaction.ask) {
    throw new UsageError("new needs a folder for the notebook, and the session is not interactive", {
      why: interaction.because,
      fix: "name the folder; it is created",
      next: `${io.program} new my-notebook`,
    })
  }
  const { askText } = await import("../../terminal/index.ts")
  return askText(
    {
      message: "Folder of the notebook",
      default: "my-notebook",
      check: (text) => nameProblem(basename(resolve(io.cwd, text))),
    },
    { stdin: io.stdin, stdout: out.stdout, signal },
  )
}

/** Names that npm, or a dependency of the notebook, uses. */
const RESERVED = ["node", "node-modules", "npm", "npx"]

function nameProblem(name: string): string | undefined {
  if (!/^[a-z][a-z0-9-]*$/.test(name)) return "use lower-case letters, digits and -, starting with a letter"
  if (name.length > 63) return "it is longer than 63 characters"
  return [...RESERVED, ownPackage().name].includes(name) ? "that name is reserved" : undefined
}

function suggestion(name: string): string {
  const tidy = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+|-+$/g, "")
    .slice(0, 60)
  return nameProblem(tidy) === undefined ? tidy : "my-notebook"
}

const shown = (cwd: string, folder: string): string => {
  const inside = relative(cwd, folder)
  return inside.startsWith("..") ? folder : inside
}

interface Place {
  readonly name: string
  /** As you would type it; empty for the working folder. */
  readonly folder: string
  readonly from: ReturnType<typeof ownPackage>
}

function nextSteps({ name, folder, from }: Place): string {
  const packed = `${from.name}-${from.version}.tgz`
  const install = from.installed
    ? [["npm install", `if you have ${from.name} as a file: npm install FILE`]]
    : [
        [
          `npm pack --silent ${shellWord(from.folder)}`,
          `creates ${packed}: this is a checkout, not a package`,
        ],
        [`npm install ./${packed}`, ""],
      ]
  const lines = [
    ...(folder === "" ? [] : [[`cd ${shellWord(folder)}`, ""]]),
    ...install,
    ["npm test", "on practice clusters"],
    [`npx ${name} run --practice --yes`, "the same, live in the terminal"],
  ]
  const typed = lines.map(([line, why]) => (why === "" ? `  ${line}` : `  ${line}  # ${why}`))
  return [
    `Created the notebook ${name}${folder === "" ? " here" : ` in ${folder}`}: two steps, and a test on practice clusters.`,
    "",
    "Next:",
    ...typed,
    "",
  ].join("\n")
}
