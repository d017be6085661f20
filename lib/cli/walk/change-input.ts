import { formatValue } from "../../inputs/input-values.ts"
import { hasInput } from "../../inputs/layers.ts"
import { camel } from "../../notebook/inputs.ts"
import type { Step } from "../../notebook/step.ts"
import { remember } from "../../runner/checkpoints.ts"
import { buildGraph } from "../../runner/graph.ts"
import { askChoice, askText } from "../../terminal/index.ts"
import type { OpenedFederation } from "../open-federation.ts"
import { withAnswer } from "./answer.ts"
import type { WalkScreen } from "./screen.ts"
import type { Session } from "./session.ts"

const BACK = "back"

interface Target {
  readonly input: string
  readonly site?: string
  readonly value: string | undefined
}

/**
 * Asks for another value of an input that the cell depends on, checks it, and shows which cells it makes stale.
 * @returns whether the value was changed
 */
export async function changeInput(session: Session, screen: WalkScreen, step: Step): Promise<boolean> {
  const target = await choose(session, screen, step)
  if (target === undefined) return false
  const changed = await ask(session, screen, target)
  if (changed === undefined) return false
  const stale = newlyStale(session, changed)
  screen.print(
    stale.length === 0
      ? "No finished cell becomes stale.\n"
      : `These cells become stale:\n${stale.map((line) => `  ~ ${line}\n`).join("")}`,
  )
  if (!(await screen.confirm("Use this value?", true))) return false
  await session.change(changed)
  const next = stale.length === 0 ? "" : " To run the stale cells again, choose Go to or Run the rest."
  screen.print(`Saved, also for the next time.${next}\n`)
  return true
}

async function choose(session: Session, screen: WalkScreen, step: Step): Promise<Target | undefined> {
  const { notebook } = session.call
  const { federation } = session.opened
  const places = session.cells(step.id).flatMap(({ site }) => site ?? [])
  const targets = (step.inputs ?? []).flatMap((input): Target[] => {
    const declared = notebook.inputs[input]!
    const text = (holder: Readonly<Record<string, unknown>>): string | undefined => {
      const value = holder[camel(input)]
      return value === undefined ? undefined : formatValue(declared, value)
    }
    if (declared.per === "federation") return [{ input, value: text(federation.values) }]
    return places
      .filter(({ role }) => hasInput(notebook.inputs, input, role))
      .map((site) => ({ input, site: site.name, value: text(site) }))
  })
  const chosen = await screen.choose("Which input?", [
    ...targets.map(({ input, site, value }, index) => ({
      value: String(index),
      name: `${site === undefined ? "" : `${site} `}${input}: ${notebook.inputs[input]!.secret ? "(secret)" : (value ?? "unset")}`,
      description: notebook.inputs[input]!.help,
    })),
    { value: BACK, name: "Back" },
  ])
  return chosen === BACK ? undefined : targets[Number(chosen)]
}

async function ask(
  session: Session,
  screen: WalkScreen,
  { input, site, value }: Target,
): Promise<OpenedFederation | undefined> {
  const declared = session.call.notebook.inputs[input]!
  const message = `${site === undefined ? "" : `${site} `}${input}`
  const choices = declared.choices ?? (declared.type === "flag" ? ["true", "false"] : undefined)
  let wrong: string | undefined
  for (;;) {
    if (wrong !== undefined) screen.print(`  ${wrong}\n`)
    const text = await screen.asked(() =>
      choices === undefined
        ? askText({ message, ...(value !== undefined && { default: value }) }, screen.prompts)
        : askChoice(
            { message, choices: [...choices], ...(value !== undefined && { default: value }) },
            screen.prompts,
          ),
    )
    if (text === value) return undefined
    const changed = withAnswer(session.call, session.opened, input, site, text)
    if ("opened" in changed) {
      if (changed.note !== undefined) screen.print(`  ${changed.note}\n`)
      return changed.opened
    }
    wrong = changed.wrong
  }
}

/** Cells whose checkpoint is valid now and would become stale. */
function newlyStale(session: Session, changed: OpenedFederation): string[] {
  const { notebook } = session.call
  const { memory } = session
  return buildGraph(notebook, changed.federation).cells.flatMap((cell) => {
    if (remember(notebook, session.opened.federation, memory, cell).stale.length > 0) return []
    const { stale } = remember(notebook, changed.federation, memory, cell)
    return stale.length === 0 ? [] : [`${cell.key}  (${stale.join("; ")})`]
  })
}
