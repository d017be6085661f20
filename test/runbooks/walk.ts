/** The first half of the guide, to the link, on practice clusters. */
import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { Selection } from "../../lib/runner/types.ts"
import guide from "../../runbooks/index.ts"
import type { Call, World } from "./practice.ts"

/** The steps up to the link; the SuperLink itself comes later. */
export const TO_THE_LINK: Selection = { to: "link-status", skip: ["deploy-superlink"] }

/** Runs the guide to the link, or the given selection, and sorts what happened. */
export async function walk(world: World, call: Call = {}) {
  await world.run({ selection: TO_THE_LINK, ...call })
  const { events } = world
  const outcomes = Object.fromEntries(world.ended)
  return {
    outcomes,
    ok: Object.values(outcomes).every(({ ok }) => ok),
    commands: events.flatMap((event) => (event.type === "command" ? [event.line] : [])),
    notes: events.flatMap((event) => (event.type === "note" ? [event.text] : [])),
    shown: events.filter((event) => event.type === "shown"),
    actions: events.filter((event) => event.type === "action started"),
  }
}

/** The places of the selection's steps, each of which should succeed. */
export const placesToTheLink = (): string[] =>
  guide.steps
    .slice(0, guide.steps.findIndex(({ id }) => id === "link-status") + 1)
    .filter(({ id, when }) => id !== "deploy-superlink" && (when === undefined || when.network === "shared"))
    .flatMap(({ id, on }) =>
      on === "here"
        ? [id]
        : on === "every site"
          ? [`superlink/${id}`, `supernode-1/${id}`]
          : [`supernode-1/${id}`],
    )

/** A file that only its owner can read. */
export async function privateFile(world: World, name: string, text: string): Promise<string> {
  const path = join(world.practice.folder, name)
  await writeFile(path, text, { mode: 0o600 })
  return path
}

export const journalOf = (world: World): Promise<string> =>
  readFile(join(world.state, "journal.jsonl"), "utf8")
