/** The existing SuperLink: who created it, and which Flower version it runs. */
import type { Difference } from "../../lib/index.ts"
import type { Context } from "../context.ts"
import { containerOf, type Deployment } from "../openshift/workload.ts"
import { owns } from "../shared/labels.ts"
import {
  argumentOf,
  compareVersions,
  FLEET_PORT,
  familyOf,
  OLDEST,
  superlinkImage,
  versionOfImage,
} from "./flower-versions.ts"
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
  context: Pick<Context, "given" | "inputs" | "federation">,
  superlink: Deployment | undefined,
): ChosenVersion | undefined {
  const version = context.inputs.flowerVersion
  if (context.given("flower-version")) return { version, from: "given" }
  if (superlink === undefined) return { version, from: "default" }
  const running = runningVersion(superlink, "superlink")
  return running === undefined
    ? undefined
    : { version: running, from: owns(superlink, context.federation) ? "created" : "adopted" }
}

/** The version for a SuperNode's site. Reads the SuperLink's cluster only if no version was given. */
export async function versionForSupernode(context: Context): Promise<ChosenVersion | undefined> {
  return chooseVersion(context, context.given("flower-version") ? undefined : await findSuperlink(context))
}

/** The port of a SuperLink's Fleet API, from its arguments. */
export function fleetPort(deployment: Deployment | undefined, otherwise: number): number {
  if (deployment === undefined) return otherwise
  const args = containerOf(deployment, "superlink").args ?? []
  const port = argumentOf(args, "--port")
  const version = runningVersion(deployment, "superlink")
  if (port !== undefined && (version === undefined || familyOf(version).onePort)) return Number(port)
  const address = argumentOf(args, "--fleet-api-address")
  return Number(/:(\d+)$/.exec(address ?? "")?.[1] ?? otherwise)
}

/** The port of a SuperLink's Control API in its pod, from its arguments. */
export function controlPort(deployment: Deployment, version: string): number {
  const family = familyOf(version)
  if (family.onePort) return fleetPort(deployment, family.controlPort)
  const args = containerOf(deployment, "superlink").args ?? []
  const given =
    family.ports.control === undefined
      ? argumentOf(args, "--port")
      : /:(\d+)$/.exec(argumentOf(args, "--control-api-address") ?? "")?.[1]
  return Number(given ?? family.controlPort)
}

/**
 * How a SuperLink that existed before differs from what is needed. It keeps everything else: more arguments, other volumes,
 * its own Services.
 */
export function adoptedSuperlinkDifferences(
  found: Deployment,
  context: Context,
  version: string,
): Difference[] {
  const { site } = context
  const container = containerOf(found, "superlink")
  const args = container.args ?? []
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
  const tls = args.some((arg) => arg.startsWith("--ssl-certfile"))
  if (tls !== (site.tlsSecret !== undefined)) {
    differ("Flower's own TLS", tls ? "on" : "off", site.tlsSecret === undefined ? "off" : "on")
  }
  const adapted = adaptSuperlinkArguments(args, version)
  if (adapted.join(" ") !== args.join(" ")) differ("arguments", args.join(" ") || "none", adapted.join(" "))
  return differences
}

/** Arguments of a SuperLink for another version: those for its addresses are replaced, all others stay. */
export function adaptSuperlinkArguments(args: readonly string[], version: string): string[] {
  const family = familyOf(version)
  const [host, port] = [argumentOf(args, "--host"), argumentOf(args, "--port")]
  if (!family.onePort)
    return port === String(FLEET_PORT) ? withoutFlags(args, ["--host", "--port"]) : [...args]
  if (port !== undefined && host !== undefined && !/^(?:127\.|localhost$)/.test(host)) return [...args]
  return [...withoutFlags(args, ["--host", "--port", "--fleet-api-address"]), ...family.superlink]
}

/** Arguments without these flags and their values. */
export const withoutFlags = (args: readonly string[], flags: readonly string[]): string[] =>
  args.filter(
    (arg, index) =>
      !flags.some((flag) => arg === flag || arg.startsWith(`${flag}=`) || args[index - 1] === flag),
  )
