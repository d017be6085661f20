import {
  blocked,
  type CheckResult,
  type ClusterReader,
  type KubeObject,
  main,
  progressing,
  RunbookError,
} from "../lib/index.ts"
import { type Context, guideStep } from "./context.ts"
import { askedBy, checkDeployment, type Deploying, deploy, redeploy, rerunRestart } from "./flower/deploy.ts"
import { familyOf, superlinkImage } from "./flower/flower-versions.ts"
import { superlinkManifest } from "./flower/manifests.ts"
import { superlinkManual } from "./flower/manual.ts"
import {
  adaptSuperlink,
  chooseVersion,
  findSuperlink,
  runningVersion,
  superlinkMisfits,
} from "./flower/superlink.ts"
import { containerOf, type Deployment } from "./openshift/workload.ts"
import { ours } from "./shared/labels.ts"
import { objectRef } from "./shared/reading.ts"
import { snippet } from "./shared/snippet.ts"

/** @returns nothing where a SuperLink is there whose version cannot be told */
async function deploying(context: Context, found: Deployment | undefined): Promise<Deploying | undefined> {
  const chosen = chooseVersion(context, found)
  if (chosen === undefined) return undefined
  const { site } = context
  const { version } = chosen
  return {
    step: "deploy-superlink",
    manifest: await superlinkManifest(site, await askedBy(context, version)),
    misfits: (one) => superlinkMisfits(one, context, version),
    adapt(one) {
      const { image, args = [] } = containerOf(one, "superlink")
      const asked =
        site.image ?? (runningVersion(one, "superlink") === version ? image : superlinkImage(version))
      return { image: asked, args: adaptSuperlink(args, version) }
    },
    note: noteOn(version),
  }
}

const noteOn = (version: string): string | undefined => {
  const { note } = familyOf(version)
  return note === undefined ? undefined : `Flower ${version}: ${note}`
}

async function check(context: Context): Promise<CheckResult> {
  const { cluster, site, federation } = context
  const found = await findSuperlink(context)
  const asked = await deploying(context, found)
  if (asked === undefined || found === undefined)
    return asked ? checkDeployment(context, asked) : unknownVersion(found!)
  const answer = await checkDeployment(context, asked)
  if (answer.state !== "ready") return answer
  const service = asked.manifest.others[0]!.metadata.name
  if (ours(found, federation) && !(await hasEndpoint(cluster, site.project, service))) {
    return progressing(`Service ${service} has no ready endpoint yet`, objectRef(found))
  }
  const version = runningVersion(found, "superlink")
  const flower = version === undefined ? "" : `; Flower ${version}`
  const shared =
    version !== undefined && familyOf(version).onePort ? ", its Control API shares the Fleet port" : ""
  return { ...answer, reason: `${answer.reason}${flower}${shared}` }
}

const unknownVersion = (found: Deployment): CheckResult =>
  blocked(
    `Deployment ${found.metadata.name} was there before us, and its image ${containerOf(found, "superlink").image} does not tell Flower's version`,
    {
      code: "version",
      fix: "say which version it runs: SuperNodes must run the same",
      next: "flower-runbook step deploy-superlink --flower-version VERSION",
      object: objectRef(found),
    },
  )

/** Whether a Service leads to a pod that is ready. */
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

async function present(context: Context): Promise<Deploying> {
  const asked = await deploying(context, await findSuperlink(context))
  if (asked === undefined) throw new RunbookError("the SuperLink's Flower version cannot be told")
  return asked
}

export default guideStep({
  id: "deploy-superlink",
  title: "Deploy the SuperLink",
  on: "superlink",
  needs: ["project"],
  inputs: [
    "flower-version",
    "project",
    "superlink-workload",
    "image",
    "image-pull-secret",
    "env",
    "resources",
    "tls-secret",
  ],
  prose: `
The SuperLink is Flower's server: SuperNodes dial its **Fleet API** (port 9092), the \`flwr\` command its **Control API**
(port 9093). It runs in one cluster, as a Deployment with a Service beside it. SuperNodes of other clusters come in through the
interconnect, so neither port needs a public address.

    oc apply --server-side --field-manager=flower-runbook -f superlink.yaml

A SuperLink that is there already is used as it is, and stays when everything else is torn down. SuperNodes then take
its Flower version. Changing it needs \`--allow-restart\`: it keeps the list of its SuperNodes in memory, so after
a restart they have to register anew (one of 1.28 only once it is started anew).

**Versions.** SuperLink and SuperNodes should run the same version. The arguments in Flower's own guide fit up to 1.34; from 1.40 one
HTTP port carries everything, so that whoever reaches the Fleet API reaches the Control API as well.

**Encryption.** \`--insecure\` turns off Flower's own TLS. Between the clusters Skupper encrypts with mutual TLS all the
same. For Flower's own TLS as well, give a Secret with \`tls.crt\`, \`tls.key\` and \`ca.crt\` as \`tls-secret\` here, and one with
\`ca.crt\` as \`root-certificates-secret\` at every SuperNode; the certificate must be valid for the name \`fleet-api\`.
`,
  readyWhen:
    "Whether the Deployment has the image, arguments, environment and resources asked for; whether its newest revision is rolled out, no old pod is left, and its Service has a ready endpoint.",
  docs: ["https://flower.ai/docs/framework/ref-flower-network-communication.html"],
  check,
  apply: async (context) => deploy(context, await present(context)),
  update: async (context) => redeploy(context, await present(context)),
  async rerun(context) {
    await rerunRestart(context, await present(context))
    context.note(
      "the SuperLink forgets its SuperNodes: start them anew with `flower-runbook step deploy-supernode --rerun`",
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
