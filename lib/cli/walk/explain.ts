import { readFileSync } from "node:fs"
import type { Step } from "../../notebook/step.ts"
import { preview } from "../../runner/preview.ts"
import type { PlanEntry } from "../../runner/types.ts"
import { markdownLines, type TextOptions } from "../../terminal/index.ts"
import type { Session } from "./session.ts"

/** What a cell checks, what it needs and applies, and where to read on. */
export async function explanation(
  session: Session,
  step: Step,
  entries: readonly PlanEntry[],
  options: Required<TextOptions>,
): Promise<string> {
  const parts = [
    step.readyWhen ??
      "The check only reads. The cell is ready once its object exists, is ready, and matches your values.",
    ...(step.needs === undefined
      ? []
      : [`It runs after: ${step.needs.map((id) => `\`${id}\``).join(", ")}.`]),
    ...(step.inputs === undefined
      ? []
      : [`It depends on: ${step.inputs.map((id) => `\`${id}\``).join(", ")} (choose Values to see them).`]),
    ...entries.flatMap(({ site, result }) =>
      result !== undefined && "object" in result && result.object !== undefined
        ? [
            `Found at ${site ?? "here"}: ${result.object.kind} \`${result.object.name}\`${result.object.namespace === undefined ? "" : ` in \`${result.object.namespace}\``}.`,
          ]
        : [],
    ),
  ]
  const manifests = await manifestsOf(session, step, entries)
  const blocks = [
    ...parts,
    ...manifests.map(({ path, text }) => `It applies \`${path}\`:\n\n${text.replace(/^/gm, "    ")}`),
    ...(step.docs === undefined ? [] : [`Read on:\n\n${step.docs.map((url) => `- ${url}`).join("\n")}`]),
  ]
  return `\n${markdownLines(blocks.join("\n\n"), options).join("\n")}\n`
}

/** The manifests that would be applied at one site; at the others only names differ. */
async function manifestsOf(
  session: Session,
  step: Step,
  entries: readonly PlanEntry[],
): Promise<{ path: string; text: string }[]> {
  const open = entries.find(({ action }) => action === "apply" || action === "update")
  if (open === undefined || step.noPreview === true) return []
  const { commands } = await preview(session.options(), step.id, open.site)
  return commands.flatMap(({ files }) =>
    files.map((path) => ({ path, text: session.call.redactor.text(readFileSync(path, "utf8").trim()) })),
  )
}
