import { manualContext } from "../../notebook/manual.ts"
import { shellWord } from "../../notebook/shell-word.ts"
import type { Step } from "../../notebook/step.ts"
import type { Cell } from "../../runner/graph.ts"
import { readState } from "../../runner/open-state.ts"
import { preview } from "../../runner/preview.ts"
import type { PlanEntry } from "../../runner/types.ts"
import type { Session } from "./session.ts"

export interface SiteCommands {
  readonly site?: string
  readonly lines: readonly string[]
}

/** The commands by hand of every place that is not ready. */
export async function manualCommandsOf(
  session: Session,
  step: Step,
  entries: readonly PlanEntry[],
): Promise<SiteCommands[]> {
  const open = entries.filter(({ action }) => action !== "ok")
  return Promise.all(
    open.map(async ({ site }) => {
      const cell = session.cells(step.id).find((one) => one.site?.name === site)
      return {
        ...(site !== undefined && { site }),
        lines: cell === undefined ? [] : await manualLines(session, cell),
      }
    }),
  )
}

/** The exact commands of a cell where something is to do: those that a run would run, or those that you type. */
export async function commandsOf(
  session: Session,
  step: Step,
  entries: readonly PlanEntry[],
  manual: boolean,
): Promise<SiteCommands[]> {
  const open = entries.filter(
    ({ action, after }) => action === "apply" || action === "update" || (manual && after !== undefined),
  )
  const options = session.options()
  return Promise.all(
    open.map(async ({ site, result }): Promise<SiteCommands> => {
      const at = site === undefined ? {} : { site }
      // A step that is nothing but commands needs no `manual`.
      if ((!manual || step.manual === undefined) && step.noPreview !== true) {
        const { commands, writes } = await preview(options, step.id, site, result)
        const lines = [...commands.map(({ line }) => line), ...writes.map((what) => `# ${what}`)]
        if (!manual || site === undefined || lines.length === 0) return { ...at, lines }
        return {
          ...at,
          lines: [
            `export KUBECONFIG=${shellWord(readState(session.opened.folder).kubeconfig(site))}`,
            ...lines,
          ],
        }
      }
      const cell = session.cells(step.id).find((one) => one.site?.name === site)
      return { ...at, lines: cell === undefined ? [] : await manualLines(session, cell) }
    }),
  )
}

/** The manual commands of a step, with the kubeconfig of its site. */
async function manualLines({ call, opened }: Session, { step, site }: Cell): Promise<string[]> {
  if (step.manual === undefined) return []
  const state = readState(opened.folder)
  const kubeconfig = (name: string): string => shellWord(state.kubeconfig(name))
  const context = manualContext(call.notebook, opened.federation, step, site, {
    on: (other) => `KUBECONFIG=${kubeconfig(other.name)} `,
    kubeconfig: site === undefined ? "" : kubeconfig(site.name),
    privateFile: (name) => (site === undefined ? "" : shellWord(state.privateFile(site.name, name))),
  })
  const lines = (await step.manual(context)).trim()
  return site === undefined ? [lines] : [`export KUBECONFIG=${kubeconfig(site.name)}`, lines]
}
