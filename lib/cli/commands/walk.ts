import { existsSync, rmSync } from "node:fs"
import { join } from "node:path"
import { UsageError } from "../../notebook/errors.ts"
import { type Call, federationFlags } from "../call.ts"
import { PRACTICE_FOLDER, stateRoot } from "../folder.ts"
import { findSources, type OpenedFederation, openFederation } from "../open-federation.ts"
import { askHowToReturn, openWalkFederation, type Return } from "../walk/opening.ts"
import { WalkScreen } from "../walk/screen.ts"
import { Session } from "../walk/session.ts"
import { Walkthrough } from "../walk/walkthrough.ts"
import { withFlag } from "../walk/with-flag.ts"
import { withPractice } from "../with-practice.ts"
import { refuseFederationFile } from "./run.ts"

/** `walk`, and the program without a command: the notebook followed by a person in a terminal. */
export async function walk(call: Call): Promise<number> {
  refuseOffTerminal(call)
  if (call.flags.has("practice")) refuseFederationFile(call)
  const opening = await openWalkFederation(call)
  if (opening.practise) return practise(call)
  const again = `${call.io.program} walk${federationFlags(opening.call)}`
  return follow(opening.call, opening.opened, opening, again)
}

function refuseOffTerminal({ interaction, io }: Call): void {
  if (interaction.ask) return
  throw new UsageError("A walk needs a person at a terminal", {
    why: interaction.because,
    fix: "run everything unattended instead (run --yes), or one step",
    next: `${io.program} run --help`,
  })
}

const PRACTICE = "practice"

/** Practice clusters are kept until a person starts over: a walk can be quit, and come back to. */
async function practise(call: Call): Promise<number> {
  const { flags, notebook, io } = call
  const ours = flags.path("state") === undefined && flags.path("keep") === undefined
  const state = flags.path("state") ?? join(stateRoot(notebook, io.env), PRACTICE_FOLDER)
  const keep = flags.path("keep") ?? join(state, "clusters.json")
  const file = join(state, "practice", "federation.yaml")
  const walking = withFlag(call, "state", state)
  const back: Return =
    existsSync(keep) && existsSync(file)
      ? await askHowToReturn(
          walking,
          await findSources(walking, { complete: false, file, folder: state }),
          ours ? "Clusters and journal begin anew; what was practised is gone" : undefined,
        )
      : // A journal without its clusters tells of what is gone.
        { start: "plan", fresh: true }
  // A folder that a person named is theirs: only its journal begins anew.
  if (ours && back.fresh) rmSync(state, { recursive: true, force: true })
  return withPractice(
    walking,
    false,
    async (clusters) => {
      const { fresh } = back
      const opened = await openFederation(walking, {
        complete: true,
        file: clusters.file,
        folder: clusters.state,
        fresh,
        ...(flags.has("real-commands") && { adapt: (data) => void data.values.delete("commands") }),
      })
      const again = `${io.program} walk --practice${ours ? "" : federationFlags(walking)}`
      return follow(walking, opened, back, again)
    },
    { state, keep, ...(ours && { name: PRACTICE }) },
  )
}

/** @param again what a person types to come back */
async function follow(
  call: Call,
  opened: OpenedFederation,
  { fresh, start }: Return,
  again: string,
): Promise<number> {
  const session = await Session.open(call, opened, fresh)
  try {
    if (fresh || opened.memory === undefined || opened.answered !== "") await session.keepAnswers()
    const manual = call.flags.has("by-hand")
    const same = `${again}${manual ? " --by-hand" : ""}`
    return await new Walkthrough(session, new WalkScreen(call), { manual, again: same }).go(start)
  } finally {
    await session.close()
  }
}
