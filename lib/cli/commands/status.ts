import { RunbookError } from "../../notebook/errors.ts"
import { EXIT } from "../../notebook/exit-codes.ts"
import { staleness } from "../../runner/checkpoints.ts"
import { buildGraph, type Cell } from "../../runner/graph.ts"
import type { Memory } from "../../runner/journal-memory.ts"
import { holderOf } from "../../runner/lock.ts"
import { selector } from "../../runner/selection.ts"
import type { PlanEntry } from "../../runner/types.ts"
import { statusTable } from "../../terminal/status-table.ts"
import { printAnswer } from "../answers.ts"
import { type CallOf, inputFlags, textOptions } from "../call.ts"
import { formerLines } from "../former.ts"
import { type OpenedFederation, openFederation, selectionOf } from "../open-federation.ts"
import { partyAnswers, partyLines } from "../parties/party-lines.ts"
import { planEntries, printPlan } from "../plan-entries.ts"

/** `status`: how each step ended, from the journal; with `--live` by checking again. */
export async function status(call: CallOf<"status">): Promise<number> {
  const { notebook, flags, out } = call
  const live = flags.has("live")
  const opened = await openFederation(call, { complete: live, reading: true })
  if (live) {
    const entries = await planEntries(call, opened)
    if (flags.has("json")) {
      printAnswer(call, "status", liveAnswer(opened, entries))
      return entries.some(({ action }) => action === "unknown") ? EXIT.failed : EXIT.done
    }
    // Nothing is approved here, so the plan does not ask for it.
    await printPlan(
      call,
      opened,
      entries.map(({ approval: _, ...entry }) => entry),
    )
    return refuseUnknown(call, entries)
  }
  const { memory, folder, federation } = opened
  if (flags.has("json")) {
    printAnswer(call, "status", statusAnswer(call, opened))
    return EXIT.done
  }
  if (memory?.lastRun === undefined) {
    const lines = partyLines(memory)
    out.print(
      lines.length > 0
        ? `Nothing has run yet.\n${lines.join("\n")}\n`
        : `Nothing has run yet: there is no journal in ${folder}\n`,
    )
    return EXIT.done
  }
  const cells = new Map(buildGraph(notebook, federation).cells.map((cell) => [cell.key, cell]))
  const text = statusTable(selected(call, memory, cells), {
    ...(await textOptions(call)),
    steps: notebook.steps.map(({ id }) => id),
    facts: [...partyLines(memory), ...formerLines(call, federation, memory)],
    holder: holderOf(folder),
    stale: staleness(notebook, federation, memory),
    details: isSelective(call),
  })
  out.print(text)
  return EXIT.done
}

/** What the journal says, as an object. */
function statusAnswer(call: CallOf<"status">, { memory, folder, federation }: OpenedFederation): object {
  const { notebook } = call
  const head = { federation: federation.name, live: false, folder }
  const parties = notebook.parties && { parties: partyAnswers(memory) }
  if (memory?.lastRun === undefined) return { ...head, ...parties, steps: [] }
  const cells = new Map(buildGraph(notebook, federation).cells.map((cell) => [cell.key, cell]))
  const { ended, checkpoints, interrupted } = selected(call, memory, cells)
  const stale = staleness(notebook, federation, memory)
  const places = new Set([...ended.keys(), ...checkpoints.keys(), ...interrupted])
  const steps = [...places].map((place) => {
    const at = place.indexOf("/")
    const last = ended.get(place)
    const checkpoint = checkpoints.get(place)
    return {
      step: place.slice(at + 1),
      site: at === -1 ? undefined : place.slice(0, at),
      t: last?.t ?? checkpoint?.t,
      outcome: last?.outcome.kind,
      done: checkpoint !== undefined,
      interrupted: interrupted.has(place),
      party: last?.outcome.party,
      reason: last?.outcome.reason ?? checkpoint?.reason,
      fix: last?.outcome.fix,
      next: last?.outcome.next,
      stale: stale(place) ?? [],
    }
  })
  const { started, command, code } = memory.lastRun
  return {
    ...head,
    ...parties,
    lastRun: { started, command, code, pid: holderOf(folder) },
    facts: formerLines(call, federation, memory),
    steps,
  }
}

/** What the sites say now, as an object. */
const liveAnswer = ({ federation }: OpenedFederation, entries: readonly PlanEntry[]) => ({
  federation: federation.name,
  live: true,
  steps: entries.map(({ step, site, action, party, reason, fix, next, stale = [] }) => ({
    step,
    site,
    action,
    party,
    reason,
    fix,
    next,
    stale,
  })),
})

/** An error if a site could not be checked: that is not a sign that all is well. */
function refuseUnknown(call: CallOf<"status">, entries: readonly PlanEntry[]): 0 {
  const unknown = entries.filter(({ action }) => action === "unknown")
  if (unknown.length === 0) return EXIT.done
  const places = [...new Set(unknown.map(({ site, step }) => site ?? step))].join(", ")
  const { reason, fix, next } = unknown[0]!
  throw new RunbookError(`${places} could not be checked; the state is unknown`, {
    why: reason,
    fix:
      fix ??
      "make sure that the cluster is up and reachable from here; `status` shows what the journal recorded",
    next: next ?? `${call.io.program} doctor${inputFlags(call)}`,
  })
}

/** Whether the flags select steps or sites: then each of them has a line of its own. */
const isSelective = (call: CallOf<"status">): boolean =>
  Object.values(selectionOf(call)).some((part) => part !== undefined && part.length > 0)

/** Without a selection everything, including places that only the journal still knows. */
function selected(call: CallOf<"status">, memory: Memory, cells: ReadonlyMap<string, Cell>): Memory {
  if (!isSelective(call)) return memory
  const matches = selector(call.notebook, selectionOf(call))
  const isSelected = (place: string): boolean => {
    const cell = cells.get(place)
    return cell !== undefined && matches(cell)
  }
  const only = <T>(places: ReadonlyMap<string, T>): Map<string, T> =>
    new Map([...places].filter(([place]) => isSelected(place)))
  return {
    ...memory,
    ended: only(memory.ended),
    checkpoints: only(memory.checkpoints),
    interrupted: new Set([...memory.interrupted].filter(isSelected)),
  }
}
