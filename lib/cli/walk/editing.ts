import { readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { RunbookError } from "../../notebook/errors.ts"
import { EXIT } from "../../notebook/exit-codes.ts"
import type { Step } from "../../notebook/step.ts"
import { placeName } from "../../runner/events.ts"
import { preview } from "../../runner/preview.ts"
import type { PlanEntry } from "../../runner/types.ts"
import { draftText, type Edits, Refused, readDraft, type Section } from "./draft.ts"
import { editText } from "./editor.ts"
import { say } from "./say.ts"
import type { WalkScreen } from "./screen.ts"
import type { Session } from "./session.ts"

/**
 * Lets a person edit what a cell would run, until it can be taken or they think better of it.
 * @returns nothing where nothing is to be run
 */
export async function editCell(
  session: Session,
  screen: WalkScreen,
  step: Step,
  entries: readonly PlanEntry[],
): Promise<Edits | undefined> {
  const { call, opened } = session
  const sections = await screen.while("Rehearsing…", sectionsOf(session, step, entries))
  if (sections.every(({ commands }) => commands.length === 0)) {
    screen.print("There is no command to edit: what this cell does it does without one.\n")
    return undefined
  }
  const path = join(opened.folder, "edit", `${step.id}.txt`)
  const draft = draftText(step.title, sections)
  let text = draft
  try {
    for (;;) {
      text = await editText(call, path, text)
      if (text === draft) {
        screen.print("Nothing was changed, so nothing is run.\n")
        return undefined
      }
      try {
        const edits = await readDraft(text, sections)
        if (edits.size > 0) return edits
        screen.print("Nothing that is run was changed, so nothing is run.\n")
        return undefined
      } catch (error) {
        if (!(error instanceof Refused)) throw error
        say(call, error.message, "Not taken: ")
      }
      if (!(await screen.confirm("Edit it again? What you wrote is still there", true))) return undefined
    }
  } catch (error) {
    // An editor that does not start ends the editing, not the walk.
    if (!(error instanceof RunbookError) || error.exitCode !== EXIT.failed) throw error
    say(call, error.message, "Not taken: ")
    if (error.fix !== undefined) say(call, error.fix, "fix: ")
    return undefined
  } finally {
    rmSync(path, { force: true })
  }
}

async function sectionsOf(session: Session, step: Step, entries: readonly PlanEntry[]): Promise<Section[]> {
  const open = entries.filter(({ action }) => action === "apply" || action === "update")
  const options = session.options()
  return Promise.all(
    open.map(async ({ site }): Promise<Section> => {
      const { commands } = await preview(options, step.id, site)
      const paths = commands.flatMap(({ files }) => files)
      const texts = paths.map((path) => [path, readFileSync(path, "utf8")] as const)
      return {
        place: placeName({ step: step.id, site }),
        commands,
        // A manifest of the person's own may hold secrets: it is theirs to edit where it lies.
        manifests: new Map(texts.filter(([, manifest]) => !/^kind: *["']?Secret\b/m.test(manifest))),
      }
    }),
  )
}
