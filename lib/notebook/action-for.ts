import type { Step } from "./step.ts"

/** What a step does on *missing* or *drifted*, and under which name; nothing where it has no function for it. */
export function actionFor(
  step: Step,
  state: "missing" | "drifted",
): { action: "apply" | "update" | "delete"; run: NonNullable<Step["apply"]> } | undefined {
  const { apply, update, delete: remove } = step
  if (state === "missing") return apply && { action: "apply", run: apply }
  if (remove !== undefined) return { action: "delete", run: remove }
  const run = update === true ? apply : update
  return run && { action: "update", run }
}
