import { spawn } from "node:child_process"
import { once } from "node:events"
import { siteEnvironment } from "../../cluster/proxy.ts"
import { RunbookError } from "../../notebook/errors.ts"
import { variablePart } from "../../notebook/inputs.ts"
import { readState } from "../../runner/open-state.ts"
import type { PlanEntry } from "../../runner/types.ts"
import { commandEnvironment } from "../../shell/command-environment.ts"
import { chooseSite } from "./choices.ts"
import type { WalkScreen } from "./screen.ts"
import type { Session } from "./session.ts"

/**
 * Opens your shell with the kubeconfig of a site, which selects the site's project. Ctrl-C belongs to the shell while it is
 * open.
 * @returns false if none was opened
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
    `A shell for ${site}, with its own KUBECONFIG. Type exit to return; then the cell is checked again.\n`,
  )
  const child = spawn(program, [], {
    stdio: "inherit",
    env: {
      ...commandEnvironment(
        {
          notebook: call.notebook,
          federation: opened.federation,
          env: siteEnvironment(
            env as NodeJS.ProcessEnv,
            opened.federation.sites.find(({ name }) => name === site),
          ),
        },
        readState(opened.folder).kubeconfig(site),
      ),
      [`${variablePart(call.notebook.name)}_SITE`]: site,
    },
  })
  // The terminal sends Ctrl-C to this program as well, but it belongs to the shell.
  await call.interruptible(async () => {
    try {
      await once(child, "exit")
    } catch (error) {
      throw new RunbookError(`The shell ${program} cannot be started`, {
        why: (error as Error).message,
        fix: "set SHELL to an installed shell",
      })
    }
  })
  return true
}
