import { RunbookError } from "../../notebook/errors.ts"
import { EXIT } from "../../notebook/exit-codes.ts"
import { placeName } from "../../runner/events.ts"
import type { Shown } from "../../runner/journal-memory.ts"
import { seenText } from "../../terminal/seen-text.ts"
import { showText } from "../../terminal/show-text.ts"
import { printAnswer } from "../answers.ts"
import { type CallOf, federationFlags, textOptions } from "../call.ts"
import { openFederation } from "../open-federation.ts"

/** `show ID`: the output of the last run of a step, next to the expected output. */
export async function show(call: CallOf<"show">): Promise<number> {
  const { notebook, flags, steps, io } = call
  const { memory, folder } = await openFederation(call, { complete: false })
  const step = notebook.steps.find(({ id }) => id === steps[0])!
  const sites = flags.list("site")
  const names = new Set([...(memory?.sites.keys() ?? []), ...(memory?.known.keys() ?? [])])
  const places = [...(sites.length === 0 ? [undefined] : []), ...names]
    .filter((site) => sites.length === 0 || sites.includes(site!))
    .map((site) => ({ step: step.id, ...(site !== undefined && { site }) }))
  const found = places.flatMap((at) => {
    const shown = memory?.shown.get(placeName(at))
    return shown === undefined ? [] : [{ place: placeName(at), shown }]
  })
  // A step that runs no command to show has seen something all the same.
  const seen = places.flatMap((at) => {
    const outcome = memory?.ended.get(placeName(at))?.outcome
    return outcome === undefined || memory?.shown.has(placeName(at)) ? [] : [{ ...at, outcome }]
  })
  if (found.length === 0 && seen.length === 0) {
    const site = sites[0] === undefined ? "" : ` --site ${sites[0]}`
    throw new RunbookError(
      `No output of ${step.id} is saved${sites.length === 0 ? "" : ` at ${sites.join(", ")}`}`,
      {
        why: `this step has not run yet (${folder})`,
        fix: "run the step: its output is saved, even if nothing has to be applied",
        next: `${io.program} step ${step.id}${site}${federationFlags(call)}`,
      },
    )
  }
  if (flags.has("json")) {
    const outputs = found.flatMap(({ shown }) =>
      shown.map(({ site, line, text, differs, t }) => ({ site, t, command: line, text, differs })),
    )
    const saw = seen.map(({ site, outcome }) => ({ site, outcome: outcome.kind, reason: outcome.reason }))
    printAnswer(call, "show", { step: step.id, expected: step.expect, outputs, seen: saw })
    return EXIT.done
  }
  const options = await textOptions(call)
  const { colours } = options
  const { expect } = step
  const text = (one: Shown) => showText(one, { colours, ...(expect !== undefined && { expect }) })
  const texts = found.map(({ place, shown }) => `${place}\n${shown.map(text).join("")}`)
  call.out.print([...texts, ...(seen.length === 0 ? [] : [seenText(seen, options)])].join("\n"))
  return EXIT.done
}
