/** Shell lines that deploy and verify SuperLink and SuperNodes by hand. */
import { type KubeObject, shellComment, shellWord } from "../../lib/index.ts"
import type { Manual } from "../context.ts"
import { rootsSecretOf, tlsSecretOf } from "../security/tls.ts"
import { MANAGED_BY, PROGRAM } from "../shared/labels.ts"
import { APPLY, applyFile, hereDocument, unlessExists } from "../shared/manual.ts"
import { manifestText } from "../shared/write-manifest.ts"
import { IMAGE_USER } from "./flower-versions.ts"
import { type Manifest, superlinkManifest, supernodeManifest } from "./manifests.ts"

/** For OpenShift: only the cluster could tell whether it is plain Kubernetes. */
const manifestInputs = ({ inputs, federation }: Manual) => ({
  version: inputs.flowerVersion,
  federation,
  numericUser: false,
  security: inputs,
  ...(inputs.tls === "on" && { certificates: HASH }),
})

/** Stands for the hash of the certificates that pods read when they start: the shell puts it in, as a step would. */
const HASH = "HASH-OF-CERTIFICATES"

export const superlinkManual = async (context: Manual): Promise<string> =>
  deployed(context, await superlinkManifest(context.site, manifestInputs(context)))

/** The user's own manifest is applied from its file, because it may contain what does not belong in a script. */
export async function supernodeManual(context: Manual): Promise<string> {
  const { site } = context
  if (site.supernodeManifest === undefined)
    return deployed(context, await supernodeManifest(site, manifestInputs(context)))
  return `${applyFile(shellWord(site.supernodeManifest))} -n ${site.project}
oc wait --for=condition=Available deployments --all -n ${site.project} --timeout=10m`
}

async function deployed({ site, inputs }: Manual, { deployment, others }: Manifest): Promise<string> {
  const { name } = deployment.metadata
  const objects: KubeObject[] = [deployment, ...others]
  const foreign = `deployments -l '${MANAGED_BY}!=${PROGRAM}' --field-selector metadata.name=${name} -n ${site.project}`
  const [secret, key] =
    site.role === "superlink"
      ? [tlsSecretOf(site, inputs), "tls\\.crt"]
      : [rootsSecretOf(site, inputs), "ca\\.crt"]
  const hash = `oc get secret ${secret} -n ${site.project} -o jsonpath='{.data.${key}}' | openssl dgst -sha256 -r | cut -c1-16`
  const command = inputs.tls === "on" ? `{ sed "s/${HASH}/$(${hash})/" | ${APPLY}; }` : APPLY
  const kubernetes = `# On plain Kubernetes add  runAsUser: ${IMAGE_USER}  below  runAsNonRoot: true\n`
  return `# A Deployment that was not created by flower-runbook is used as it is.
${site.image === undefined ? kubernetes : ""}${unlessExists(foreign, hereDocument(command, await manifestText(objects)))}
oc rollout status deployment/${name} -n ${site.project} --timeout=10m`
}

/** Looks for the id from the SuperNode's log in the SuperLink's log. */
export function verifyManual({ site, the, on }: Manual): string {
  const superlink = the("superlink")
  const own = site.supernodeManifest
  const note = own === undefined ? "" : `# The Deployment in ${shellComment(own)} may have another name.\n`
  return `# The SuperNode's log shows its id: wait for it for up to a minute.
${note}for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do
  id=$(oc logs deployment/${site.name} -n ${site.project} | sed -n 's/.*SuperNode ID: \\([0-9]*\\).*/\\1/p' | tail -n 1)
  [ -n "$id" ] && break
  sleep 5
done
# The SuperLink's log must show that it activated this node.
${on(superlink)}${superlinkLogs(superlink)} |
  grep -E "(Activated|Created) node_id=\${id:?the SuperNode has no id yet}([^0-9]|$)"`
}

/** Every SuperNode that the SuperLink activated. */
export function federationManual({ the, all, on }: Manual): string {
  const superlink = the("superlink")
  return `# Prints at least one line per SuperNode: ${all("supernode").length}.
${on(superlink)}${superlinkLogs(superlink)} | grep -E '(Activated|Created) node_id='`
}

const superlinkLogs = (superlink: Manual["site"]): string =>
  `oc logs deployment/${superlink.superlinkWorkload} -n ${superlink.project}`
