import type { Step } from "../../notebook/step.ts"
import type { PlanEntry } from "../../runner/types.ts"
import { outcomeSign, colours as paints, planSign } from "../../terminal/index.ts"
import type { WalkScreen } from "./screen.ts"
import type { Session } from "./session.ts"

const BACK = "back"

/** A site of the cell; nothing if Back was chosen. A single site is not asked for. */
export async function chooseSite(
  screen: WalkScreen,
  entries: readonly PlanEntry[],
  question: string,
): Promise<string | undefined> {
  const places = entries.flatMap(({ site, action, reason }) =>
    site === undefined ? [] : [{ site, action, reason }],
  )
  if (places.length <= 1) return places[0]?.site
  const chosen = await screen.choose(question, [
    ...places.map(({ site, action, reason }) => ({
      value: `site ${site}`,
      name: `${planSign(action, paints(false)).symbol} ${site}`,
      description: reason,
    })),
    { value: BACK, name: "Back" },
  ])
  return chosen === BACK ? undefined : chosen.slice("site ".length)
}

/** A cell of the notebook; nothing if you stay at this one. */
export async function chooseStep(
  session: Session,
  screen: WalkScreen,
  here: Step,
): Promise<Step | undefined> {
  const { memory } = session
  const { steps } = session
  const signOf = (step: Step): string => {
    const cells = session.cells(step.id)
    const ended = cells.flatMap(({ key }) => memory.ended.get(key) ?? [])
    const failed = ended.find(({ outcome }) => !outcome.ok)
    if (failed !== undefined) return outcomeSign(failed.outcome, paints(false)).symbol
    if (ended.length < cells.length) return " "
    return cells.some((cell) => session.stale(memory, cell).length > 0) ? "~" : "✓"
  }
  const chosen = await screen.choose(
    "Go to which cell?",
    [
      ...steps.map((step, index) => ({
        value: step.id,
        name: `${signOf(step)} ${String(index + 1).padStart(2)}  ${step.title}${step === here ? "  (you are here)" : ""}`,
      })),
      { value: BACK, name: "Back" },
    ],
    here.id,
  )
  return chosen === BACK || chosen === here.id ? undefined : steps.find(({ id }) => id === chosen)
}
