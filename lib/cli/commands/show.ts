import { RunbookError } from "../../notebook/errors.ts"
import { EXIT } from "../../notebook/exit-codes.ts"
import { placeName } from "../../runner/events.ts"
import type { Shown } from "../../runner/journal.ts"
import { showText } from "../../terminal/show-text.ts"
import { type Call, federationFlags, textOptions } from "../call.ts"
import { openFederation } from "../open-federation.ts"

/** `show ID`: what the step printed when it was last carried out, beside what the guide promises. */
export async function show(call: Call): Promise<number> {
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
  if (found.length === 0) {
    const site = sites[0] === undefined ? "" : ` --site ${sites[0]}`
    throw new RunbookError(
      `Nothing is kept of ${step.id}${sites.length === 0 ? "" : ` at ${sites.join(", ")}`}`,
      {
        why: `no run of it has shown anything yet (${folder})`,
        fix: "carry it out: what it shows is kept, also when nothing had to be done",
        next: `${io.program} step ${step.id}${site}${federationFlags(call)}`,
      },
    )
  }
  const { colours } = await textOptions(call)
  const { expect } = step
  const text = (one: Shown) => showText(one, { colours, ...(expect !== undefined && { expect }) })
  const texts = found.map(({ place, shown }) => `${place}\n${shown.map(text).join("")}`)
  io.stdout.write(call.redactor.text(texts.join("\n")))
  return EXIT.done
}
