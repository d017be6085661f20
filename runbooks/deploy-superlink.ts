import {
  blocked,
  type CheckResult,
  type ClusterReader,
  foresee,
  type KubeObject,
  main,
  progressing,
  RunbookError,
} from "../lib/index.ts"
import { type Context, type Foresee, guideStep } from "./context.ts"
import { withTls } from "./flower/adopted-tls.ts"
import { hasFlag } from "./flower/command-line.ts"
import {
  checkDeployment,
  type DeployTarget,
  deploy,
  manifestInputsOf,
  rerunDeployment,
  takeManifest,
  updateDeployment,
} from "./flower/deploy.ts"
import { familyOf, superlinkImage } from "./flower/flower-versions.ts"
import { superlinkManifest, tlsOf } from "./flower/manifests.ts"
import { superlinkManual } from "./flower/manual.ts"
import {
  adaptSuperlinkFlags,
  adoptedSuperlinkDifferences,
  chooseVersion,
  findSuperlink,
  runningVersion,
  superlinkFlags,
} from "./flower/superlink.ts"
import { containerOf, type Deployment } from "./openshift/workload.ts"
import { gateIn, withGate, withoutGate } from "./security/gate.ts"
import { ONLY_REGISTERED } from "./security/node-auth.ts"
import { CLAIM, claimProblem, claimRef } from "./security/state.ts"
import { tlsSecretOf } from "./security/tls.ts"
import { isOwn } from "./shared/labels.ts"
import { objectRef } from "./shared/reading.ts"
import { snippet } from "./shared/snippet.ts"

/** @returns undefined if a SuperLink exists whose Flower version is unknown */
async function targetOf(context: Context, found: Deployment | undefined): Promise<DeployTarget | undefined> {
  const chosen = chooseVersion(context, found)
  if (chosen === undefined) return undefined
  const { site } = context
  const { version } = chosen
  const gate = context.inputs.gate === "on"
  const inputs = await manifestInputsOf(context, version)
  const tls = { secret: tlsSecretOf(site, context.inputs), content: inputs.certificates }
  return {
    step: "deploy-superlink",
    manifest: await superlinkManifest(site, inputs),
    adoptedDifferences: (one) => adoptedSuperlinkDifferences(one, context, version, inputs.certificates),
    adaptPods: (one) => withOrWithoutGate(context, withTls(one, "superlink", tls), version),
    adapt(one) {
      const { image } = containerOf(one, "superlink")
      const wantedImage =
        site.image ?? (runningVersion(one, "superlink") === version ? image : superlinkImage(version))
      return {
        image: wantedImage,
        ...adaptSuperlinkFlags(one, version, { gate, nodeAuth: context.inputs.nodeAuth }),
      }
    },
    note: noteOn(version, gate),
  }
}

/** The SuperLink that existed before, with the gate that the inputs ask for. */
async function withOrWithoutGate(
  { inputs, site, federation }: Context,
  found: Deployment,
  version: string,
): Promise<Deployment> {
  if (inputs.gate === "off" || !familyOf(version).onePort) return withoutGate(found)
  const superlink = containerOf(found, "superlink")
  const options = { image: site.gateImage, tls: tlsOf(superlink), federation }
  return (await withGate(found, superlink, options)).deployment
}

const noteOn = (version: string, gate: boolean): string | undefined => {
  const { note, onePort } = familyOf(version, gate)
  if (gate && !onePort) return NO_GATE
  return note === undefined ? undefined : `Flower ${version}: ${note}`
}

async function check(context: Context): Promise<CheckResult> {
  const { cluster, site } = context
  const found = await findSuperlink(context)
  const target = await targetOf(context, found)
  if (target === undefined || found === undefined)
    return target
      ? ((await claimProblem(context)) ?? checkDeployment(context, target))
      : unknownVersion(found!)
  const refused = isOwn(found, context) ? await claimProblem(context) : undefined
  if (refused !== undefined) return refused
  const answer = await checkDeployment(context, target)
  if (answer.state !== "ready") return answer
  const service = target.manifest.others[0]!.metadata.name
  if (isOwn(found, context) && !(await hasEndpoint(cluster, site.project, service))) {
    return progressing(`Service ${service} has no ready endpoint yet`, objectRef(found))
  }
  const version = runningVersion(found, "superlink")
  const flower = version === undefined ? "" : `; Flower ${version}`
  const shared = version === undefined ? "" : sharing(version, found, context)
  const closed = hasFlag(superlinkFlags(found), ONLY_REGISTERED)
  const registered = !closed
    ? ""
    : context.inputs.nodeAuth === "on"
      ? ", registered SuperNodes only"
      : REGISTER_THEM
  const kept =
    isOwn(found, context) && context.inputs.superlinkState === "disk"
      ? `; its nodes and runs are on ${CLAIM} ${claimRef(site.project, site.superlinkWorkload).name}`
      : ""
  return { ...answer, reason: `${answer.reason}${flower}${shared}${registered}${kept}` }
}

/** What an old version makes of `gate: on`. */
const NO_GATE = "gate: not needed, because the Fleet API has a port of its own up to Flower 1.39"

/** Who reaches the Control and Runtime API. */
function sharing(version: string, found: Deployment, { inputs }: Context): string {
  if (!familyOf(version).onePort) return inputs.gate === "on" ? `; ${NO_GATE}` : ""
  return gateIn(found) === undefined
    ? ", its Control API and Runtime API share the Fleet port"
    : ", its gate passes the Fleet API only"
}

/** Said here, because a SuperNode only shows it by crash-looping. */
const REGISTER_THEM = `; it only accepts registered SuperNodes (${ONLY_REGISTERED}): --node-auth on gives each a key and registers it`

const unknownVersion = (found: Deployment): CheckResult =>
  blocked(
    `Deployment ${found.metadata.name} existed before, and its image ${containerOf(found, "superlink").image} does not show its Flower version`,
    {
      code: "version",
      fix: "give the version that it runs with --flower-version: SuperNodes must run the same version",
      next: `oc describe deployment ${found.metadata.name} -n ${found.metadata.namespace}`,
      object: objectRef(found),
    },
  )

/** Whether a Service has an endpoint that is ready. */
async function hasEndpoint(cluster: ClusterReader, namespace: string, service: string): Promise<boolean> {
  const slices = await cluster.list({
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    namespace,
    labels: `kubernetes.io/service-name=${service}`,
  })
  return slices.some((slice: KubeObject) =>
    (slice.endpoints ?? []).some(
      ({ addresses, conditions }: { addresses?: string[]; conditions?: { ready?: boolean } }) =>
        (addresses?.length ?? 0) > 0 && conditions?.ready !== false,
    ),
  )
}

async function requireTarget(context: Context): Promise<DeployTarget> {
  const target = await targetOf(context, await findSuperlink(context))
  if (target === undefined) throw new RunbookError("the SuperLink's Flower version is unknown")
  return target
}

export default guideStep({
  id: "deploy-superlink",
  foresees: ({ site }: Foresee) => [foresee.creates(`Deployment ${site.superlinkWorkload} and its Service`)],
  title: "Deploy the SuperLink",
  on: "superlink",
  needs: ["project", "certificates"],
  inputs: [
    "flower-version",
    "project",
    "superlink-workload",
    "image",
    "image-pull-secret",
    "env",
    "resources",
    "tls",
    "tls-secret",
    "gate",
    "gate-image",
    "node-auth",
    "runtime-dependencies",
    "superlink-state",
    "superlink-state-size",
    "superlink-state-class",
    "probes",
    "pod-hardening",
    "scratch-size",
  ],
  prose: `
The SuperLink is Flower's server. SuperNodes connect to its **Fleet API**, and the \`flwr\` command connects to its **Control
API**. It runs in one cluster, as a Deployment with a Service. SuperNodes in other clusters connect through the interconnect, so
no port needs a public address.

    oc apply --server-side --field-manager=flower-runbook -f superlink.yaml

A SuperLink that already exists is used as it is, and \`teardown\` does not delete it. SuperNodes then run its Flower version.
Changing it requires \`--allow-restart\`: a SuperLink keeps the list of its SuperNodes in memory, so after a restart they have
to register again (a SuperNode of Flower 1.28 only does so when it is restarted too).

**Versions.** SuperLink and SuperNodes should run the same version. Flower's guide has two editions: the older one (up to 1.39)
has the Fleet API on port 9092 and the Control API on 9093; the current one (from 1.40 on) has one HTTP port, 8000, for all APIs,
so whoever reaches the Fleet API also reaches the Control API and the Runtime API. What either edition has created is used as it is.

**Gate.** With \`--gate on\`, and from 1.40 on, the SuperLink listens on its pod's loopback only, and a second container in the pod, nginx
at port 9092, passes the Fleet API and \`GET /health\` and refuses everything else (\`snippets/gate\`, docs/security.md). \`flwr\` still
reaches the Control API by a port forward to port 8000 of the pod.

**Apps.** From 1.32 on, a SuperLink installs the dependencies of apps at run time, in a volume of 50Mi. Give it more room with
\`--runtime-dependencies 2Gi\`, or turn that off with \`--runtime-dependencies off\` (a cluster without access to PyPI).

**State.** With \`superlink-state: disk\`, nodes and runs are in a database on a volume of the project (\`superlink-state-size\`,
\`superlink-state-class\`), and a restarted SuperLink knows its SuperNodes under the same ids. The volume stays if the input goes back to
\`memory\`; a teardown deletes it. **Probes** (\`probes: on\`) ask gRPC's health service up to 1.36, and \`GET /health\` from 1.37 on. A start
may take five minutes. **Pods** (\`pod-hardening: on\`) have a read-only root file system with \`/tmp\` as a volume (\`scratch-size\`), an account
of their own without a token, and install nothing at run time.

**Encryption.** \`--insecure\` turns off Flower's own TLS. Between the clusters, Skupper always encrypts with mutual TLS. That
protects against outsiders, not against the other linked sites: each of them can read this traffic and take the SuperLink's place.
Only Flower's own TLS prevents that (docs/security.md): \`--tls on\` issues its certificates. With certificates of your own, give a
Secret with \`tls.crt\`, \`tls.key\` and \`ca.crt\` as \`tls-secret\` here, and a Secret with \`ca.crt\` as \`root-certificates-secret\` at
every SuperNode; the certificate must be valid for \`fleet-api\`, and for \`127.0.0.1\`, where the SuperLink's own processes reach it.
`,
  readyWhen:
    "Ready when the Deployment has the requested image, arguments, environment and resources, its newest revision is rolled out, no old pod remains, and its Service has a ready endpoint.",
  docs: ["https://flower.ai/docs/framework/ref-flower-network-communication.html"],
  check,
  apply: async (context) => deploy(context, await requireTarget(context)),
  update: async (context) => updateDeployment(context, await requireTarget(context)),
  takeOwnership: async (context) => takeManifest(context, await requireTarget(context)),
  async rerun(context) {
    await rerunDeployment(context, await requireTarget(context))
    if (context.inputs.superlinkState === "disk") return
    context.note(
      "the restarted SuperLink has forgotten its SuperNodes: restart them with `flower-runbook step deploy-supernode --rerun`",
    )
  },
  manual: superlinkManual,
  show: ({ $, site }) => $`oc get deployment ${site.superlinkWorkload} -n ${site.project}`,
  get expect() {
    return snippet("deploy-superlink.txt")
  },
  timeout: 600,
})

if (import.meta.main) void main(import.meta.url)
