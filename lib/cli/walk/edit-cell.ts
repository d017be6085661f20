import { readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { RunbookError } from "../../notebook/errors.ts"
import { EXIT } from "../../notebook/exit-codes.ts"
import type { Step } from "../../notebook/step.ts"
import { placeName } from "../../runner/events.ts"
import { preview } from "../../runner/preview.ts"
import type { PlanEntry } from "../../runner/types.ts"
import { draftText, type Edits, InvalidDraft, readDraft, type Section } from "./draft.ts"
import { editText } from "./editor.ts"
import { say } from "./say.ts"
import type { WalkScreen } from "./screen.ts"
import type { Session } from "./session.ts"

/**
 * Opens what a cell would run in an editor, until the text is valid or the editing is given up.
 * @returns nothing if nothing is to be run
 */
export async function editCell(
  session: Session,
  screen: WalkScreen,
  step: Step,
  entries: readonly PlanEntry[],
): Promise<Edits | undefined> {
  const { call, opened } = session
  const sections = await screen.while("Preparing the commands…", sectionsOf(session, step, entries))
  if (sections.every(({ commands }) => commands.length === 0)) {
    screen.print("There is no command to edit: this cell works without commands.\n")
    return undefined
  }
  const path = join(opened.folder, "edit", `${step.id}.txt`)
  const draft = draftText(step.title, sections)
  let text = draft
  try {
    for (;;) {
      text = await editText(call, path, text)
      if (text === draft) {
        screen.print("Nothing was changed, so nothing runs.\n")
        return undefined
      }
      try {
        const edits = await readDraft(text, sections)
        if (edits.size > 0) return edits
        screen.print("No command or manifest was changed, so nothing runs.\n")
        return undefined
      } catch (error) {
        if (!(error instanceof InvalidDraft)) throw error
        say(call, error.message, "Not accepted: ")
      }
      if (!(await screen.confirm("Edit it again? Your text is still there", true))) return undefined
    }
  } catch (error) {
    // An editor that cannot be started ends the editing, not the walk.
    if (!(error instanceof RunbookError) || error.exitCode !== EXIT.failed) throw error
    say(call, error.message, "Not accepted: ")
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
        // A Secret is not copied into a draft: edit the file itself.
        manifests: new Map(texts.filter(([, manifest]) => !/^kind: *["']?Secret\b/m.test(manifest))),
      }
    }),
  )
}
