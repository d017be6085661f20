import { formatValue } from "../../inputs/input-values.ts"
import { hasInput } from "../../inputs/layers.ts"
import { camel } from "../../notebook/inputs.ts"
import type { Step } from "../../notebook/step.ts"
import { remember } from "../../runner/checkpoints.ts"
import { buildGraph } from "../../runner/graph.ts"
import { answeredText, askChoice, askText } from "../../terminal/index.ts"
import { formerLines } from "../former.ts"
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
 * @returns whether the value was changed; a step where the user wants to go back to a cell that is no longer done
 */
export async function changeInput(
  session: Session,
  screen: WalkScreen,
  step: Step,
): Promise<"changed" | "unchanged" | Step> {
  const target = await choose(session, screen, step)
  if (target === undefined) return "unchanged"
  const changed = await ask(session, screen, target)
  if (changed === undefined) return "unchanged"
  const stale = newlyStale(session, changed)
  screen.print(
    stale.length === 0
      ? "No finished cell becomes stale.\n"
      : `These cells become stale:\n${stale.map(({ key, why }) => `  ~ ${key}  (${why})\n`).join("")}`,
  )
  const before = new Set(formerLines(session.call, session.opened.federation, session.memory))
  const left = formerLines(session.call, changed.federation, session.memory).filter(
    (line) => !before.has(line),
  )
  if (left.length > 0) screen.print(`${left.join("\n")}\n`)
  if (!(await screen.confirm("Use this value?", true))) return "unchanged"
  await session.change(changed)
  const { approval } = session.call.notebook.inputs[target.input]!
  screen.print(approval === true ? "It holds for this walk.\n" : "Saved, also for the next time.\n")
  return (await goBack(session, screen, step, new Set(stale.map((one) => one.step)))) ?? "changed"
}

/** Offers the earlier cells that are no longer done: this one may depend on them. */
async function goBack(
  session: Session,
  screen: WalkScreen,
  here: Step,
  stale: ReadonlySet<string>,
): Promise<Step | undefined> {
  const { steps } = session
  const earlier = steps.slice(0, steps.indexOf(here)).filter(({ id }) => stale.has(id))
  if (earlier.length === 0) {
    const later = steps.some(({ id }) => id !== here.id && stale.has(id))
    if (later) screen.print("The later cells that became stale come again.\n")
    return undefined
  }
  const numbered = (one: Step): string => `${steps.indexOf(one) + 1}  ${one.title}`
  screen.print(`No longer done:\n${earlier.map((one) => `  ${numbered(one)}\n`).join("")}`)
  const chosen = await screen.choose("Go back?", [
    { value: earlier[0]!.id, name: `Go to cell ${numbered(earlier[0]!)}` },
    { value: BACK, name: "Stay at this cell" },
  ])
  return chosen === BACK ? undefined : earlier[0]
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
  const options = { ...(await screen.options()) }
  for (;;) {
    // The answer has its tick once it is accepted.
    const io = { ...screen.prompts, clear: true }
    const text = await screen.asked(() =>
      choices === undefined
        ? askText({ message, ...(value !== undefined && { default: value }) }, io)
        : askChoice({ message, choices: [...choices], ...(value !== undefined && { default: value }) }, io),
    )
    const changed = text === value ? undefined : withAnswer(session.call, session.opened, input, site, text)
    const accepted = changed === undefined || "opened" in changed
    screen.print(answeredText(message, text, accepted, options))
    if (changed === undefined) return undefined
    if ("opened" in changed) {
      if (changed.note !== undefined) screen.print(`  ${changed.note}\n`)
      return changed.opened
    }
    screen.print(`  ${changed.wrong}\n`)
  }
}

/** Cells whose checkpoint is valid now and would become stale. */
function newlyStale(
  session: Session,
  changed: OpenedFederation,
): { readonly key: string; readonly step: string; readonly why: string }[] {
  const { notebook } = session.call
  const { memory } = session
  return buildGraph(notebook, changed.federation).cells.flatMap((cell) => {
    if (remember(notebook, session.opened.federation, memory, cell).stale.length > 0) return []
    const { stale } = remember(notebook, changed.federation, memory, cell)
    return stale.length === 0 ? [] : [{ key: cell.key, step: cell.step.id, why: stale.join("; ") }]
  })
}
