/** The choices at a cell: the first one is what Enter does. */
import { expect, test } from "vitest"
import { type MenuState, menu } from "../../lib/cli/walk/menu.ts"
import type { PlanEntry } from "../../lib/runner/types.ts"

const at = (action: PlanEntry["action"], more: Partial<PlanEntry> = {}): PlanEntry => ({
  step: "s",
  title: "S",
  site: "a",
  action,
  reason: "",
  ...more,
})
const choices = (entries: readonly PlanEntry[], more: Partial<MenuState> = {}) =>
  menu({
    entries,
    recorded: false,
    failed: false,
    party: "nothing",
    manual: false,
    last: false,
    canRerun: false,
    hasInputs: true,
    hasOutputs: false,
    hasCommands: false,
    canEdit: false,
    ...more,
  }).map(({ value }) => value)

test.each([false, true])(
  "what only a person can fix is checked again; running it stays possible (failed: %s)",
  (failed) => {
    const run = failed ? "retry" : "run"
    expect(choices([at("blocked"), at("ok")], { failed })[0]).toBe("check")
    expect(choices([at("blocked"), at("wait", { after: "login" })], { failed })[0]).toBe("check")
    expect(choices([at("blocked")], { failed })).toContain(run)
    // At another site there is something to do.
    expect(choices([at("blocked"), at("apply")], { failed })[0]).toBe(run)
    expect(choices([at("unknown")], { failed })[0]).toBe(run)
  },
)

test("by hand, Enter waits until the commands are typed", () => {
  expect(choices([at("blocked")], { manual: true })[0]).toBe("wait")
})
