import { existsSync, rmSync } from "node:fs"
import { join } from "node:path"
import { UsageError } from "../../notebook/errors.ts"
import { type CallOf, federationFlags } from "../call.ts"
import { PRACTICE_FOLDER, stateRoot } from "../folder.ts"
import { findSources, type OpenedFederation, openFederation } from "../open-federation.ts"
import { askHowToReturn, openWalkFederation, type Return } from "../walk/opening.ts"
import { WalkScreen } from "../walk/screen.ts"
import { Session } from "../walk/session.ts"
import { Walkthrough } from "../walk/walkthrough.ts"
import { withFlag } from "../walk/with-flag.ts"
import { withPractice } from "../with-practice.ts"
import { refuseFederationFile } from "./run.ts"

/** `walk`, and the program without a command: you follow the notebook in a terminal. */
export async function walk(call: CallOf<"walk">): Promise<number> {
  refuseOffTerminal(call)
  if (call.flags.has("practice")) refuseFederationFile(call)
  const opening = await openWalkFederation(call)
  if (opening.practise) return practise(call)
  const resumeCommand = `${call.io.program} walk${federationFlags(opening.call)}`
  return follow(opening.call, opening.opened, opening, resumeCommand)
}

function refuseOffTerminal({ interaction, io }: CallOf<"walk">): void {
  if (interaction.ask) return
  throw new UsageError("walk needs an interactive terminal", {
    why: interaction.because,
    fix: "run everything unattended (run --yes), or run one step",
    next: `${io.program} run --help`,
  })
}

const PRACTICE = "practice"

/** Practice clusters are saved until you start over, so that a walk can be quit and resumed. */
async function practise(call: CallOf<"walk">): Promise<number> {
  const { flags, notebook, io } = call
  const isDefaultPlace = flags.path("state") === undefined && flags.path("keep") === undefined
  const state = flags.path("state") ?? join(stateRoot(notebook, io.env), PRACTICE_FOLDER)
  const keep = flags.path("keep") ?? join(state, "clusters.json")
  const file = join(state, "practice", "federation.yaml")
  const walking = withFlag(call, "state", state)
  const returning: Return =
    existsSync(keep) && existsSync(file)
      ? await askHowToReturn(
          walking,
          await findSources(walking, { complete: false, file, folder: state }),
          isDefaultPlace
            ? "Starts with new clusters and a new journal; deletes the earlier practice"
            : undefined,
        )
      : // A journal without its clusters describes what no longer exists.
        { start: "plan", fresh: true }
  // In a folder that the flags name, only the journal starts again.
  if (isDefaultPlace && returning.fresh) rmSync(state, { recursive: true, force: true })
  return withPractice(
    walking,
    false,
    async (clusters) => {
      const { fresh } = returning
      const opened = await openFederation(walking, {
        complete: true,
        file: clusters.file,
        folder: clusters.state,
        fresh,
        ...(flags.has("real-commands") && { adapt: (data) => void data.values.delete("commands") }),
      })
      const resumeCommand = `${io.program} walk --practice${isDefaultPlace ? "" : federationFlags(walking)}`
      return follow(walking, opened, returning, resumeCommand)
    },
    { state, keep, ...(isDefaultPlace && { name: PRACTICE }) },
  )
}

/** @param resumeCommand what you type to resume the walk */
async function follow(
  call: CallOf<"walk">,
  opened: OpenedFederation,
  { fresh, start }: Return,
  resumeCommand: string,
): Promise<number> {
  const session = await Session.open(call, opened, fresh)
  try {
    if (fresh || opened.memory === undefined || opened.answered !== "") await session.saveAnswers()
    const manual = call.flags.has("by-hand")
    const full = `${resumeCommand}${manual ? " --by-hand" : ""}`
    return await new Walkthrough(session, new WalkScreen(call), { manual, resumeCommand: full }).go(start)
  } finally {
    await session.close()
  }
}
