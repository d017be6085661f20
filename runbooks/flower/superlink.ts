/** The existing SuperLink: who created it, and which Flower version it runs. */
import type { Difference } from "../../lib/index.ts"
import type { Context } from "../context.ts"
import { isTheirs } from "../interconnect/other-side.ts"
import { containerOf, type Deployment } from "../openshift/workload.ts"
import { gateIn } from "../security/gate.ts"
import { ONLY_REGISTERED } from "../security/node-auth.ts"
import { tlsSecretOf } from "../security/tls.ts"
import { isOwn } from "../shared/labels.ts"
import { tlsDifferences } from "./adopted-tls.ts"
import { argumentOf, changedFlags, commandLine, type Flags, hasFlag, isLoopback } from "./command-line.ts"
import { compareVersions, familyOf, OLDEST, superlinkImage, versionOfImage } from "./flower-versions.ts"
import { VERSION_ANNOTATION } from "./manifests.ts"

export const deploymentRef = (namespace: string, name: string) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  name,
  namespace,
})

/** The SuperLink's Deployment, read at the SuperLink's own cluster. */
export function findSuperlink(context: Context): Promise<Deployment | undefined> {
  const site = context.the("superlink")
  return context.at(site).cluster.get<Deployment>(deploymentRef(site.project, site.superlinkWorkload))
}

/**
 * The Flower version that a SuperLink or SuperNode runs: its annotation, otherwise the tag of its image. Undefined if the
 * tag is not a Flower version (`latest`, a digest, the version of a user's own image).
 */
export function runningVersion(deployment: Deployment, container: string): string | undefined {
  const written = deployment.metadata.annotations?.[VERSION_ANNOTATION]
  const tagged = versionOfImage(containerOf(deployment, container).image)
  const version = written ?? tagged
  return version !== undefined && compareVersions(version, OLDEST) >= 0 ? version : undefined
}

/** Whether a SuperNode that its SuperLink has forgotten exits by itself: its container is then restarted and registers with a new id. */
export const endsWhenForgotten = (context: Pick<Context, "inputs">, supernode: Deployment): boolean =>
  familyOf(runningVersion(supernode, "supernode") ?? context.inputs.flowerVersion).ends

/** The Flower version that a site should run, and where it comes from. */
export interface ChosenVersion {
  readonly version: string
  /**
   * Without a given version, the existing SuperLink decides, so that nothing changes unintentionally. `adopted`: a
   * SuperLink that existed before; `created`: a SuperLink that this federation created.
   */
  readonly from: "given" | "adopted" | "created" | "default"
}

/** @returns undefined if no version was given and the version of the existing SuperLink is unknown */
export function chooseVersion(
  context: Pick<Context, "given" | "inputs" | "federation" | "created">,
  superlink: Deployment | undefined,
): ChosenVersion | undefined {
  const version = context.inputs.flowerVersion
  if (context.given("flower-version")) return { version, from: "given" }
  if (superlink === undefined) return { version, from: "default" }
  const running = runningVersion(superlink, "superlink")
  return running === undefined
    ? undefined
    : { version: running, from: isOwn(superlink, context) ? "created" : "adopted" }
}

/** The version for a SuperNode's site. Reads the SuperLink's cluster only if no version was given. */
export async function versionForSupernode(context: Context): Promise<ChosenVersion | undefined> {
  // Of another party's SuperLink nothing is read: both sides have agreed about the version.
  const known = context.given("flower-version") || isTheirs(context.the("superlink"))
  return chooseVersion(context, known ? undefined : await findSuperlink(context))
}

/** The command line of a SuperLink's container. */
export const superlinkFlags = (deployment: Deployment): string[] =>
  commandLine(containerOf(deployment, "superlink"))

/** A SuperLink with a database still knows its SuperNodes after a restart. */
export const keepsNodes = (deployment: Deployment): boolean =>
  hasFlag(superlinkFlags(deployment), "--database")

const portOf = (address: string | undefined): string | undefined => /:(\d+)$/.exec(address ?? "")?.[1]

/** The port of a SuperLink's Fleet API in its pod. An unknown version is taken for one with a Fleet port of its own. */
export function fleetPort(deployment: Deployment): number {
  const flags = superlinkFlags(deployment)
  const version = runningVersion(deployment, "superlink") ?? OLDEST
  const gate = gateIn(deployment)?.ports?.find(({ name }) => name === "fleet")
  if (gate !== undefined) return gate.containerPort
  const family = familyOf(version)
  const given = family.onePort
    ? argumentOf(flags, "--port")
    : portOf(argumentOf(flags, "--fleet-api-address"))
  return Number(given ?? family.fleetPort)
}

/** The port of a SuperLink's Control API in its pod. */
export function controlPort(deployment: Deployment, version: string): number {
  const { controlPort: usual } = familyOf(version)
  const flags = superlinkFlags(deployment)
  // From 1.37 on it is served on the HTTP port.
  const given =
    compareVersions(version, "1.37.0") >= 0
      ? argumentOf(flags, "--port")
      : portOf(argumentOf(flags, "--control-api-address"))
  return Number(given ?? usual)
}

/**
 * How a SuperLink that existed before differs from what is needed. It keeps everything else: more arguments, other volumes,
 * its own Services.
 * @param certificates the hash of the certificate that its pods are to be started with
 */
export function adoptedSuperlinkDifferences(
  found: Deployment,
  context: Context,
  version: string,
  certificates?: string,
): Difference[] {
  const { site } = context
  const container = containerOf(found, "superlink")
  const flags = superlinkFlags(found)
  const differences: Difference[] = []
  const differ = (field: string, found: string, wanted: string): void => {
    differences.push({ field, found, wanted })
  }
  if ((found.spec.replicas ?? 1) < 1) differ("replicas", "0", "1")
  const running = runningVersion(found, "superlink")
  if (
    site.image !== undefined ? container.image !== site.image : running !== undefined && running !== version
  ) {
    differ("image", container.image, site.image ?? superlinkImage(version))
  }
  const secret = tlsSecretOf(site, context.inputs)
  differences.push(...tlsDifferences(found, "superlink", { secret, content: certificates }))
  const closed = hasFlag(flags, ONLY_REGISTERED)
  if (context.inputs.nodeAuth === "on" && !closed) differ("SuperNode authentication", "off", "on")
  const gate = context.inputs.gate === "on" && familyOf(version).onePort
  const its = gateIn(found)
  const gated = its !== undefined
  if (gate !== gated) differ("gate", gated ? "on" : "off", gate ? "on" : "off")
  else if (its !== undefined && site.gateImage !== undefined && its.image !== site.gateImage)
    differ("image of the gate", its.image, site.gateImage)
  const missing = gate === gated ? missingAddresses(flags, version, gate) : []
  if (missing.length > 0) differ("arguments", flags.join(" ") || "none", [...flags, ...missing].join(" "))
  return differences
}

/** The flags for addresses that a SuperLink of a version lacks, so that SuperNodes, or its gate, reach it. */
function missingAddresses(flags: readonly string[], version: string, gate: boolean): string[] {
  const { onePort, superlink } = familyOf(version, gate)
  if (!onePort) return []
  const host = argumentOf(flags, "--host")
  if (gate) {
    const there = ["--host", "--port"].every(
      (flag) => argumentOf(flags, flag) === argumentOf(superlink, flag),
    )
    return there ? [] : [...superlink]
  }
  return host !== undefined && !isLoopback(host) ? [] : ["--host", "0.0.0.0"]
}

/**
 * A SuperLink's flags for another version: those for its addresses are replaced where they mean something else there, all others
 * stay.
 * @throws RunbookError if they stand in a shell script
 */
export function adaptSuperlinkFlags(
  found: Deployment,
  version: string,
  { gate = false, nodeAuth = "off" }: { readonly gate?: boolean; readonly nodeAuth?: "on" | "off" } = {},
): Flags {
  const container = containerOf(found, "superlink")
  const flags = superlinkFlags(found)
  const before = familyOf(runningVersion(found, "superlink") ?? version, gateIn(found) !== undefined)
  const family = familyOf(version, gate)
  const addresses = ["--host", "--port", "--fleet-api-address", "--control-api-address"]
  const moved =
    before !== family && addresses.some((flag) => hasFlag(flags, flag) || family.superlink.includes(flag))
  const more = moved ? family.superlink : missingAddresses(flags, version, gate)
  const without = moved ? addresses : more.filter((flag) => addresses.includes(flag))
  const closing = nodeAuth === "on" && !hasFlag(flags, ONLY_REGISTERED) ? [ONLY_REGISTERED] : []
  return changedFlags(found, container, without, [...more, ...closing])
}
