import { spawn } from "node:child_process"
import { once } from "node:events"
import { RunbookError } from "../../notebook/errors.ts"
import { variablePart } from "../../notebook/inputs.ts"
import { readState } from "../../runner/open-state.ts"
import type { PlanEntry } from "../../runner/types.ts"
import { commandEnvironment } from "../../tools.ts"
import { chooseSite } from "./choices.ts"
import type { WalkScreen } from "./screen.ts"
import type { Session } from "./session.ts"

/**
 * The person's own shell, with a site's kubeconfig (its current project is the site's). Ctrl-C is the shell's while it
 * is open.
 * @returns false where none was opened
 */
export async function openShell(
  session: Session,
  screen: WalkScreen,
  entries: readonly PlanEntry[],
): Promise<boolean> {
  const { call, opened } = session
  const sites = entries.some(({ site }) => site !== undefined)
    ? entries
    : opened.federation.sites.map(
        ({ name }): PlanEntry => ({ step: "", title: "", site: name, action: "ok", reason: "" }),
      )
  const site = await chooseSite(screen, sites, "A shell for which site?")
  if (site === undefined) return false
  const { env } = call.io
  const program = env.SHELL || "/bin/sh"
  screen.print(
    `A shell for ${site}: KUBECONFIG is its own. Type exit to come back; it is looked at again then.\n`,
  )
  const child = spawn(program, [], {
    stdio: "inherit",
    env: {
      ...commandEnvironment(
        { notebook: call.notebook, federation: opened.federation, env: env as NodeJS.ProcessEnv },
        readState(opened.folder).kubeconfig(site),
      ),
      [`${variablePart(call.notebook.name)}_SITE`]: site,
    },
  })
  // The terminal sends Ctrl-C to us as well: it is the shell's.
  await call.interruptible(async () => {
    try {
      await once(child, "exit")
    } catch (error) {
      throw new RunbookError(`the shell ${program} cannot be started`, {
        why: (error as Error).message,
        fix: "set SHELL to one that can",
      })
    }
  })
  return true
}
