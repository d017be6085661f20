/** What a changed Deployment restarts, and what is lost with that: the plan shows it before it is approved. */
import type { CheckResult, Difference } from "../../lib/index.ts"
import { containerOf, type Deployment } from "../openshift/workload.ts"
import { ANOTHER, GATE, gateIn } from "../security/gate.ts"
import { argumentOf, commandLine } from "./command-line.ts"
import { familyOf } from "./flower-versions.ts"
import { runningVersion } from "./superlink.ts"

type Role = "superlink" | "supernode"

/**
 * @param version the Flower version that the inputs ask for
 * @param wanted what a Deployment of this federation becomes
 */
export function withRestartEffects(
  result: CheckResult,
  found: Deployment,
  role: Role,
  version: string,
  wanted?: Deployment,
): CheckResult {
  if (result.state !== "drifted" || !result.fields.some(restarts)) return result
  const effects = [restartEffect(found, role, wanted)]
  if (role === "superlink") {
    const has = gateIn(found) !== undefined
    const gate = result.fields.some(({ field }) => field === GATE) ? !has : has
    effects.push(...superlinkEffects({ before: runningVersion(found, role), has }, { version, gate }))
  }
  return { ...result, effects }
}

/** Other objects of the manifest and the number of pods are changed without a restart. */
const restarts = ({ field, found }: Difference): boolean =>
  (field !== "replicas" && !/^[A-Z]\w* \S/.test(field)) || found === ANOTHER

function restartEffect(found: Deployment, role: Role, wanted: Deployment | undefined): string {
  const { name, namespace } = found.metadata
  const what = `restarts Deployment ${name} in ${namespace}`
  if (role === "supernode") return `${what}: what the SuperNode computes at that moment is lost`
  const forgets = `${what}: the SuperLink forgets its SuperNodes, which register again with new ids, and its runs`
  if (!hasDatabase(found)) return forgets
  if (wanted === undefined || hasDatabase(wanted))
    return `${what}: the SuperNodes lose their connection for that time`
  return `${forgets}; its volume stays unused with what it knew, and a teardown deletes it`
}

const hasDatabase = (deployment: Deployment): boolean =>
  argumentOf(commandLine(containerOf(deployment, "superlink")), "--database") !== undefined
/** Another version, or another way to reach it. */
function superlinkEffects(
  { before, has }: { before: string | undefined; has: boolean },
  { version, gate }: { version: string; gate: boolean },
): string[] {
  const [old, next] = [familyOf(before ?? version, has).fleetPort, familyOf(version, gate).fleetPort]
  const another =
    before === undefined || before === version
      ? []
      : [`Flower ${before} becomes ${version}: every SuperNode is restarted in that version after it`]
  const reached = gate ? "in the SuperLink's pod only" : "by whoever reaches the Fleet API"
  return [
    ...another,
    ...(old === next
      ? []
      : [`the Fleet API moves from port ${old} to ${next}, so the connector changes too`]),
    ...(has === gate ? [] : [`the Control and Runtime APIs are then reached ${reached}`]),
  ]
}
