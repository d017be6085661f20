import { waysToGive } from "../../inputs/missing.ts"
import type { DoctorCheck } from "../../notebook/doctor-check.ts"
import { EXIT } from "../../notebook/exit-codes.ts"
import type { Site } from "../../notebook/roles.ts"
import { type Step, step } from "../../notebook/step.ts"
import { contextOf } from "../../runner/context.ts"
import { placeName } from "../../runner/events.ts"
import { readState } from "../../runner/open-state.ts"
import { openRunScope } from "../../runner/run-scope.ts"
import type { Toolbox } from "../../runner/toolbox.ts"
import { type DoctorRow, doctorTable } from "../../terminal/doctor-table.ts"
import { printAnswer } from "../answers.ts"
import { type CallOf, textOptions } from "../call.ts"
import { examineHere, examineSite, type Finding, finding } from "../examine.ts"
import { nextLines } from "../next-line.ts"
import { chosenSites, type OpenedFederation, openFederation } from "../open-federation.ts"
import { runOptions, toolboxFor } from "../run-options.ts"

/** `doctor`: what a run needs, here and at every site. Only reads. Exit code 1 if something has to be fixed. */
export async function doctor(call: CallOf<"doctor">): Promise<number> {
  const { notebook, out } = call
  const opened = await openFederation(call, { complete: false, runs: true })
  const state = readState(opened.folder)
  const toolbox = await toolboxFor(call, opened, state)
  try {
    const examine = examiner(call, opened, toolbox)
    const incomplete = new Map(
      opened.missing.flatMap((one) => (one.kind === "input" && one.site ? [[one.site.name, one]] : [])),
    )
    const here = async (): Promise<DoctorRow[]> => [
      ...examineHere(call, opened.folder),
      ...(await inTurn(notebook.doctor ?? [], "here", (check) => examine(check))),
    ]
    const at = async (site: Site): Promise<DoctorRow[]> => {
      const missing = incomplete.get(site.name)
      if (missing !== undefined) {
        const { flag, variable } = waysToGive(notebook, missing)
        const said = `${missing.input} is missing, so the site cannot be checked`
        return [{ site: site.name, title: "inputs", ok: "warn", said, fix: `set it: ${flag ?? variable}` }]
      }
      const generic = await examineSite(call, site, {
        kubeconfig: state.kubeconfig(site.name),
        places: opened.federation.places,
      })
      // If a site does not answer, or there is no session at it, nothing more can be checked.
      const last = generic.at(-1)?.ok ?? true
      const own =
        last === true
          ? await inTurn(notebook.doctor ?? [], "every site", (check) => examine(check, site))
          : []
      return [...generic, ...own].map((row) => ({ ...row, site: site.name }))
    }
    // Of a site of another party nothing is asked.
    const sites = chosenSites(call, opened.federation).filter(({ party }) => party === undefined)
    const complete = nextLines(call, opened.federation, state, false)
    const rows = (await Promise.all([here(), ...sites.map(at)]))
      .flat()
      .map((row) => (row.next === undefined ? row : { ...row, next: complete(row.next, row.site) }))
    if (call.flags.has("json")) {
      const findings = rows.map(({ ok, ...row }) => ({
        ...row,
        level: ok === true ? "ok" : ok === false ? "problem" : "warning",
      }))
      printAnswer(call, "doctor", { federation: opened.federation.name, findings })
    } else out.print(doctorTable(rows, await textOptions(call)))
    return rows.some(({ ok }) => ok === false) ? EXIT.failed : EXIT.done
  } finally {
    await toolbox.close()
  }
}

async function inTurn(
  checks: readonly DoctorCheck[],
  on: DoctorCheck["on"],
  examine: (check: DoctorCheck) => Promise<Finding>,
): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const check of checks) if (check.on === on) findings.push(await examine(check))
  return findings
}

/** Runs a check with the context that a step would get in its place. */
function examiner(
  call: CallOf<"doctor">,
  opened: OpenedFederation,
  toolbox: Toolbox,
): (check: DoctorCheck, site?: Site) => Promise<Finding> {
  const state = readState(opened.folder)
  const { source } = openRunScope(runOptions(call, opened, state, toolbox), () => undefined)
  return (check, site) =>
    finding(check.title, async () => {
      const place: Step = step({
        id: check.id,
        title: check.title,
        on: check.on,
        prose: "",
        check: () => ({ state: "missing", reason: "" }),
      })
      const at = { step: check.id, ...(site && { site: site.name }) }
      const tools = toolbox.open({ step: place, site, signal: call.signal, emit: () => {} })
      const cell = { step: place, site, at, key: placeName(at) }
      return check.run(contextOf(source, cell, tools, call.signal, () => {}))
    })
}
