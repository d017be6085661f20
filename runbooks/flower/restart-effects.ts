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
  const gate = result.fields.some(({ field }) => field === GATE)
  const effects = [
    restartEffect(found, role, wanted),
    ...versionEffects(found, role, version),
    ...(gate ? gateEffects(found) : []),
  ]
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
/** The Fleet API is the gate's, or the SuperLink's own again. */
function gateEffects(found: Deployment): string[] {
  const has = gateIn(found) !== undefined
  const reached = has
    ? "the Control and Runtime APIs can then be reached by whoever reaches the Fleet API"
    : "the Control and Runtime APIs can then be reached in the SuperLink's pod only"
  return [`the Fleet API moves to another port, so the connector changes too; ${reached}`]
}

function versionEffects(found: Deployment, role: Role, version: string): string[] {
  const before = runningVersion(found, role)
  if (before === undefined || before === version || role === "supernode") return []
  const [old, next] = [familyOf(before), familyOf(version)]
  const ports =
    old.fleetPort === next.fleetPort
      ? ""
      : `; the Fleet API moves from port ${old.fleetPort} to ${next.fleetPort}, so the connector changes too`
  return [
    `Flower ${before} becomes ${version}: every SuperNode is restarted in that version after it${ports}`,
  ]
}
