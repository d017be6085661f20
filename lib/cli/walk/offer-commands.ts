import { join } from "node:path"
import { writeWhole } from "../../cluster/whole-file.ts"
import { placeless } from "../../notebook/notebook.ts"
import { shellWord } from "../../notebook/shell-word.ts"
import type { Step } from "../../notebook/step.ts"
import type { PlanEntry } from "../../runner/types.ts"
import { colours, typedText } from "../../terminal/index.ts"
import { manualCommandsOf } from "./cell-commands.ts"
import type { WalkScreen } from "./screen.ts"
import type { Session } from "./session.ts"

/** More lines than this would push the question off a screen of 24 rows. */
const LONG = 6

export const isLong = (text: string): boolean => text.trimEnd().split("\n").length > LONG

/** Shows the commands by hand of a cell, or writes them to a file that a shell can run. */
export async function offerCommands(
  session: Session,
  screen: WalkScreen,
  step: Step,
  entries: readonly PlanEntry[],
): Promise<void> {
  const how = await screen.choose("The commands by hand", [
    { value: "show", name: "Show them here" },
    { value: "write", name: "Write them to a file", description: "A script that only you can read" },
    { value: "back", name: "Back" },
  ])
  if (how === "back") return
  const commands = await manualCommandsOf(session, step, entries)
  const text = (options: Parameters<typeof typedText>[1]) => typedText(commands, options)
  const at = { placeless: placeless(step) }
  if (how === "show") {
    screen.print(`\n${text({ ...(await screen.options()), ...at })}`)
    return
  }
  const path = join(session.opened.folder, "by-hand", `${step.id}.sh`)
  await writeWhole(path, `#!/bin/sh\nset -eu\n\n${text({ colours: colours(false), ...at })}`)
  screen.print(`Written to ${path}\nTo run them: sh ${shellWord(path)}\n`)
}
