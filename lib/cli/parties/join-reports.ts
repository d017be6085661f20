import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join as joinPath, resolve } from "node:path"
import { UsageError } from "../../notebook/errors.ts"
import { parseMessage } from "../../parties/messages.ts"
import { readRegularText } from "../../regular-file.ts"
import { join, type OtherReport } from "../../report/join.ts"
import type { Joined } from "../../report/messages.ts"
import type { Report } from "../../report/types.ts"
import type { Call } from "../call.ts"

/** A report of a federation of any size is smaller. */
const MAX_BYTES = 64 * 1024 * 1024

/** The reports of other parties, beside the own one. @throws UsageError where one is not a report of this federation */
export function joinReports(
  { notebook, io }: Call,
  own: Report,
  folder: string,
  files: readonly string[],
): Joined {
  const others = files.map((file) => read(file, resolve(io.cwd, file)))
  for (const [index, other] of others.entries()) {
    if (other.notebook.name !== notebook.name || other.federation !== own.federation.name) {
      throw new UsageError(
        `--join ${files[index]}: it is a report of ${other.federation} (${other.notebook.name})`,
        {
          fix: `join reports of ${own.federation.name} (${notebook.name})`,
        },
      )
    }
  }
  const proofs = proofsIn(notebook.name, joinPath(folder, "messages"))
  return join(own, others, (digest) => proofs.get(digest))
}

function read(shown: string, file: string): OtherReport {
  try {
    const value = JSON.parse(readRegularText(file, MAX_BYTES)) as OtherReport
    const isReport =
      typeof value === "object" &&
      value !== null &&
      typeof value.federation === "string" &&
      typeof value.notebook?.name === "string" &&
      Array.isArray(value.runs) &&
      Array.isArray(value.messages ?? []) &&
      value.runs.every(
        (run) =>
          typeof run.started === "string" && typeof run.command === "string" && Array.isArray(run.wrong),
      ) &&
      (value.messages ?? []).every((message) => typeof message.t === "string")
    if (isReport) return value
    throw new Error("it is not a report")
  } catch (error) {
    throw new UsageError(`--join ${shown} cannot be read: ${(error as Error).message}`, {
      fix: "ask for it as JSON: report --format json --out FILE.json",
    })
  }
}

/** Of each kept copy of a message, by the digest in its name: whether it is still that message, signed. */
function proofsIn(notebook: string, folder: string): Map<string, boolean> {
  const proofs = new Map<string, boolean>()
  if (!existsSync(folder)) return proofs
  for (const name of readdirSync(folder)) {
    const digest = /\.([0-9a-f]{64})$/.exec(name)?.[1]
    if (digest === undefined) continue
    try {
      proofs.set(digest, parseMessage(notebook, readFileSync(joinPath(folder, name))).digest === digest)
    } catch {
      proofs.set(digest, false)
    }
  }
  return proofs
}
