import {
  blocked,
  CheckError,
  type CheckResult,
  type Difference,
  drifted,
  foresee,
  type KubeObject,
  main,
  RunbookError,
} from "../lib/index.ts"
import { type Context, type Foresee, guideStep } from "./context.ts"
import { tlsDifferences, withTls } from "./flower/adopted-tls.ts"
import {
  argumentOf,
  changedFlags,
  commandLine,
  type Flags,
  hasFlag,
  withoutFlags,
} from "./flower/command-line.ts"
import {
  checkDeployment,
  type DeployTarget,
  deploy,
  findDeployment,
  manifestInputsOf,
  rerunDeployment,
  takeManifest,
  updateDeployment,
} from "./flower/deploy.ts"
import { readSuperlinkLog, readSupernodeLog } from "./flower/flower-logs.ts"
import { familyOf, supernodeImage } from "./flower/flower-versions.ts"
import { supernodeManifest } from "./flower/manifests.ts"
import { supernodeManual } from "./flower/manual.ts"
import {
  type ChosenVersion,
  endsWhenForgotten,
  findSuperlink,
  runningVersion,
  versionForSupernode,
} from "./flower/superlink.ts"
import { lacksKey, manifestWithoutKey, stillCounted, withKey } from "./flower/supernode-key.ts"
import { FLEET_API, listenerPort } from "./interconnect/exposure.ts"
import { isTheirs } from "./interconnect/other-side.ts"
import { PODS } from "./openshift/rollout.ts"
import { currentPods } from "./openshift/trouble.ts"
import { containerOf, type Deployment } from "./openshift/workload.ts"
import { KEY_PATH } from "./security/node-auth.ts"
import { rootsSecretOf } from "./security/tls.ts"
import { atSite } from "./shared/at-site.ts"
import { objectRef } from "./shared/reading.ts"
import { snippet } from "./shared/snippet.ts"

const CLIENT_APP_IO = "--clientappio-api-address"

/** @returns undefined if no version was given and the SuperLink's version is unknown */
async function targetOf(context: Context): Promise<DeployTarget | undefined> {
  const { site, inputs } = context
  const chosen: ChosenVersion | undefined =
    site.supernodeManifest === undefined
      ? await versionForSupernode(context)
      : { version: inputs.flowerVersion, from: "given" }
  if (chosen === undefined) return undefined
  const { version } = chosen
  const port = await listenerPort(context, site.project)
  const fleetAddress = `${FLEET_API}:${port}`
  const manifestInputs = { ...(await manifestInputsOf(context, version)), fleetAddress }
  const tls = { secret: rootsSecretOf(site, inputs), content: manifestInputs.certificates }
  return {
    step: "deploy-supernode",
    manifest: await supernodeManifest(site, manifestInputs),
    adoptedDifferences: (found) => [
      ...adoptedSupernodeDifferences(found, context, version, port),
      ...tlsDifferences(found, "supernode", tls),
    ],
    adapt(found) {
      const { image } = containerOf(found, "supernode")
      const wantedImage =
        site.image ?? (runningVersion(found, "supernode") === version ? image : supernodeImage(version))
      return { image: wantedImage, ...adaptFlags(found, version, port) }
    },
    adaptPods: async (found) =>
      withKey(withTls(found, "supernode", tls), context, manifestInputs.numericUser),
    note: chosen.from === "adopted" ? `Flower ${version}, as the SuperLink runs` : undefined,
  }
}

/** How a SuperNode that existed before differs from what is needed. */
function adoptedSupernodeDifferences(
  found: Deployment,
  { site, inputs }: Pick<Context, "site" | "inputs">,
  version: string,
  port: number,
): Difference[] {
  const container = containerOf(found, "supernode")
  const { image } = container
  const flags = commandLine(container)
  const running = runningVersion(found, "supernode")
  const fields: Difference[] = []
  if ((found.spec.replicas ?? 1) < 1) fields.push({ field: "replicas", found: "0", wanted: "1" })
  if (site.image !== undefined ? image !== site.image : running !== undefined && running !== version) {
    fields.push({ field: "image", found: image, wanted: site.image ?? supernodeImage(version) })
  }
  const { without, more } = flagChanges(flags, version, port)
  if (without.length > 0) {
    const wanted = [...withoutFlags(flags, without), ...more]
    fields.push({ field: "arguments", found: flags.join(" ") || "none", wanted: wanted.join(" ") })
  }
  if (lacksKey(found, inputs)) fields.push({ field: "key of the SuperNode", found: "none", wanted: KEY_PATH })
  return fields
}

/** What to change in a SuperNode's flags, so that it connects to the listener's Service and has only flags of this version. */
function flagChanges(
  flags: readonly string[],
  version: string,
  port: number,
): { without: string[]; more: string[] } {
  const family = familyOf(version)
  const dialled = argumentOf(flags, "--superlink") ?? ""
  // Without a port, Flower takes the version's own.
  const [, host, given = String(family.fleetPort)] = /^(.*?)(?::(\d+))?$/.exec(dialled) ?? []
  const right = Number(given) === port && (host === FLEET_API || host?.startsWith(`${FLEET_API}.`) === true)
  const retired = family.clientAppIo === undefined && hasFlag(flags, CLIENT_APP_IO) ? [CLIENT_APP_IO] : []
  return right
    ? { without: retired, more: [] }
    : { without: [...retired, "--superlink"], more: ["--superlink", `${FLEET_API}:${port}`] }
}

function adaptFlags(found: Deployment, version: string, port: number): Flags {
  const container = containerOf(found, "supernode")
  const { without, more } = flagChanges(commandLine(container), version, port)
  return changedFlags(found, container, without, more)
}

async function check(context: Context): Promise<CheckResult> {
  const target = await targetOf(context)
  if (target === undefined) {
    return blocked(
      "the SuperLink's image does not show its Flower version, and SuperNodes must run the same version",
      {
        code: "version",
        fix: "give the version that it runs with --flower-version",
        next: atSite(
          context,
          context.the("superlink"),
          `oc get deployments -n ${context.the("superlink").project} -o wide`,
        ),
      },
    )
  }
  const keyless = manifestWithoutKey(context, target)
  if (keyless !== undefined) return keyless
  const answer = await checkDeployment(context, target)
  if (answer.state !== "ready") return stillCounted(context, answer) ?? answer
  const found = (await findDeployment(context, target))!
  if (endsWhenForgotten(context, found)) return answer
  const pod = (await currentPods(context.cluster, found))[0]
  if (pod === undefined) return answer
  const container = containerOf(found, "supernode").name
  const log = await context.cluster.log({
    namespace: context.site.project,
    pod: pod.metadata.name,
    container,
  })
  const registration = readSupernodeLog(log)
  if (registration.is === "forgotten") {
    return lost(found, `the SuperLink no longer knows node ${registration.id} (${registration.line})`)
  }
  const hasId = registration.is === "registered" || registration.is === "reconnecting"
  if (hasId && (await stranded(context, pod, registration.id))) {
    return lost(found, `the SuperLink was restarted and does not know node ${registration.id}`)
  }
  return answer
}

const lost = (found: Deployment, what: string): CheckResult =>
  drifted([{ field: PODS, found: what, wanted: "registered again" }], {
    reason: `${what}; its pod is restarted`,
    object: objectRef(found),
    effects: [`restarts Deployment ${found.metadata.name} in ${found.metadata.namespace}`],
  })

/**
 * Whether a SuperNode of 1.28 hangs, or will hang with its next call, because its SuperLink has forgotten it. This needs read access to the SuperLink's cluster, which
 * may belong to another institution: without it the answer is no.
 */
async function stranded(context: Context, pod: KubeObject, id: string): Promise<boolean> {
  if (isTheirs(context.the("superlink"))) return false
  try {
    const superlink = await findSuperlink(context)
    if (superlink === undefined) return false
    const container = containerOf(superlink, "superlink")
    const { name } = container
    if (argumentOf(commandLine(container), "--database") !== undefined) return false
    const { cluster } = context.at(context.the("superlink"))
    const there = (await currentPods(cluster, superlink))[0]
    if (there === undefined || startOf(there) <= startOf(pod)) return false
    const namespace = context.the("superlink").project
    const membership = readSuperlinkLog(
      await cluster.log({ namespace, pod: there.metadata.name, container: name }),
      id,
    )
    return membership.is === "unknown" || membership.is === "deactivated"
  } catch (error) {
    if (error instanceof CheckError) return false
    throw error
  }
}

/** When the containers of a pod were last started: the latest of them. */
const startOf = (pod: KubeObject): number =>
  Math.max(
    0,
    ...(pod.status?.containerStatuses ?? []).map((status: { state?: { running?: { startedAt?: string } } }) =>
      Date.parse(status.state?.running?.startedAt ?? ""),
    ),
  ) || 0

async function requireTarget(context: Context): Promise<DeployTarget> {
  const target = await targetOf(context)
  if (target === undefined) throw new RunbookError("the SuperLink's Flower version is unknown")
  return target
}

export default guideStep({
  id: "deploy-supernode",
  foresees: ({ site }: Foresee) => [
    foresee.creates(
      site.supernodeManifest === undefined
        ? `Deployment ${site.name}`
        : `the objects in ${site.supernodeManifest}`,
    ),
  ],
  title: "Deploy the SuperNode",
  on: "supernode",
  needs: [
    "root-certificates",
    "deploy-superlink",
    "register-node",
    "link-status",
    "connector",
    "listener",
    "isolate-supernode",
  ],
  inputs: [
    "flower-version",
    "project",
    "image",
    "image-pull-secret",
    "env",
    "resources",
    "tls",
    "root-certificates-secret",
    "node-auth",
    "node-config",
    "supernode-manifest",
    "probes",
    "pod-hardening",
    "scratch-size",
  ],
  prose: `
A SuperNode runs next to the data. It only opens outgoing connections: to \`fleet-api:9092\`, the Service that the listener
has created in the SuperNode's own project.

    oc apply --server-side --field-manager=flower-runbook -f supernode.yaml

\`--insecure\` means that Flower's own TLS is off. The interconnect encrypts the traffic between the clusters; the step of the
SuperLink explains how to use Flower's own TLS as well. Image, pull secret, environment, node configuration and resources are
inputs. \`--supernode-manifest FILE\` replaces this manifest with your own.

With \`probes: on\`, gRPC's health service says that the SuperNode's process serves, in every version; that it is connected is what \`verify\`
proves. With \`pod-hardening: on\`, its root file system is read-only, \`/tmp\` is a volume (\`scratch-size\`), and it has an account without a
token. Your own manifest is applied as it is.

After a restart, a SuperLink without \`superlink-state: disk\` does not know its SuperNodes any more. A SuperNode then exits with its next call, its container is
restarted, and it registers with a new id. A SuperNode of Flower 1.28 may only print \`Invalid node ID\` and hang while its pod
keeps running; this step then restarts it.
`,
  readyWhen:
    "Ready when the Deployment has the requested image, arguments, environment and resources, its newest revision is rolled out, and no old pod remains.",
  docs: ["https://flower.ai/docs/framework/ref-flower-network-communication.html"],
  check,
  apply: async (context) => deploy(context, await requireTarget(context)),
  update: async (context) => updateDeployment(context, await requireTarget(context)),
  takeOwnership: async (context) => takeManifest(context, await requireTarget(context)),
  rerun: async (context) => rerunDeployment(context, await requireTarget(context)),
  manual: supernodeManual,
  async show(context) {
    const { $, site } = context
    const { name } = (await requireTarget(context)).manifest.deployment.metadata
    return $`oc get deployment ${name} -n ${site.project}`
  },
  get expect() {
    return snippet("deploy-supernode.txt")
  },
  timeout: 600,
})

if (import.meta.main) void main(import.meta.url)
