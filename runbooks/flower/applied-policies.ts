/** What the steps have in common that isolate pods by NetworkPolicies: how these are compared, applied and deleted. */
import {
  type CheckResult,
  type Difference,
  drifted,
  type KubeObject,
  missing,
  type Ref,
  ready,
} from "../../lib/index.ts"
import type { Context } from "../context.ts"
import { NETWORKING, POLICY } from "../security/network-policies.ts"
import { enforcementText } from "../security/policy-enforcement.ts"
import { policyText } from "../security/policy-text.ts"
import { PROGRAM, recordOwn, selector } from "../shared/labels.ts"
import { hasProjects, ifAllowed, ifServed, objectRef } from "../shared/reading.ts"
import { applyObjects, deleteObject, viaApi } from "../shared/via.ts"
import { manifestText, writeManifest } from "../shared/write-manifest.ts"

/** The policies that a project should have. */
export interface Wanted {
  readonly policies: readonly KubeObject[]
  /** What is left open, because others own it. */
  readonly open: readonly string[]
}

/** Where the cluster's API server listens, as the `kubernetes` Service knows it. Not every user may read that. */
async function apiServerOf({ cluster }: Context): Promise<{ address: string; port: number }[] | undefined> {
  const slices = await ifServed(
    ifAllowed(
      cluster.list({
        apiVersion: "discovery.k8s.io/v1",
        kind: "EndpointSlice",
        namespace: "default",
        labels: "kubernetes.io/service-name=kubernetes",
      }),
    ),
  )
  const found = (slices ?? []).flatMap(({ endpoints = [], ports = [] }) =>
    endpoints.flatMap(({ addresses = [] }: { addresses?: string[] }) =>
      addresses.flatMap((address) => ports.map(({ port }: { port: number }) => ({ address, port }))),
    ),
  )
  const text = ({ address, port }: { address: string; port: number }) => `${address} ${port}`
  return found.length === 0 ? undefined : found.sort((a, b) => (text(a) < text(b) ? -1 : 1))
}

/** What policies in a context's project depend on, in addition to its inputs. */
export async function around(context: Context, ownRouter: boolean) {
  const { cluster, federation, site } = context
  const [openshift, apiServer] = [await hasProjects(cluster), await apiServerOf(context)]
  return { federation, project: site.project, openshift, apiServer, ownRouter }
}

const refOf = ({ metadata: { name, namespace } }: KubeObject): Ref => ({
  apiVersion: NETWORKING,
  kind: POLICY,
  name,
  ...(namespace !== undefined && { namespace }),
})

/** Policies of this federation in the project, those for which there is no reason any more among them. */
const ownPolicies = ({ cluster, site, federation }: Context): Promise<KubeObject[]> =>
  cluster.list({
    apiVersion: NETWORKING,
    kind: POLICY,
    namespace: site.project,
    labels: selector(federation),
  })

/**
 * The parts of a step that gives a project the policies that it should have.
 * @param wantedAt these policies, or why they are not known yet
 * @param at the context of the project
 */
export function policyStep(
  wantedAt: (context: Context) => Promise<Wanted | CheckResult>,
  at: (context: Context) => Context = (context) => context,
) {
  const check = async (here: Context): Promise<CheckResult> => {
    const wanted = await wantedAt(here)
    if ("state" in wanted) return wanted
    const context = at(here)
    const found = await ownPolicies(context)
    const fields = wanted.policies.flatMap((policy): Difference[] => {
      const existing = found.find(({ metadata }) => metadata.name === policy.metadata.name)
      const field = `${POLICY} ${policy.metadata.name}`
      if (existing === undefined) return [{ field, found: "missing", wanted: policyText(policy) }]
      const texts = [existing, policy].map(policyText)
      return texts[0] === texts[1] ? [] : [{ field, found: texts[0]!, wanted: texts[1]! }]
    })
    const surplus = found.filter(({ metadata }) =>
      wanted.policies.every((policy) => policy.metadata.name !== metadata.name),
    )
    for (const { metadata } of surplus)
      fields.push({ field: `${POLICY} ${metadata.name}`, found: "exists", wanted: "deleted" })
    const open = wanted.open.map((text) => `; ${text}`).join("")
    if (found.length === 0 && fields.length > 0) {
      const names = wanted.policies.map(({ metadata }) => metadata.name)
      return missing(`no ${POLICY} ${names.join(", ")} in ${context.site.project}${open}`)
    }
    if (fields.length > 0) return drifted(fields)
    const count = found.length === 1 ? `1 ${POLICY}` : `${found.length} NetworkPolicies`
    const [first] = found
    return ready(`${count}; ${await enforcementText(context.cluster)}${open}`, {
      ...(first !== undefined && { object: objectRef(first) }),
    })
  }
  const apply = async (here: Context): Promise<void> => {
    const wanted = await wantedAt(here)
    if ("state" in wanted) return
    const context = at(here)
    const { $, site } = context
    if (wanted.policies.length > 0) {
      const name = `${here.site.name}-${site.project}-isolation`
      const file = await writeManifest(context, name, await manifestText(wanted.policies))
      if (viaApi(here)) await applyObjects(context, wanted.policies, { namespace: site.project, force: true })
      else
        await $`oc apply --server-side --force-conflicts --field-manager=${PROGRAM} -f ${file} -n ${site.project}`
    }
    for (const { metadata } of await ownPolicies(context)) {
      if (wanted.policies.some((policy) => policy.metadata.name === metadata.name)) continue
      const { name } = metadata
      await deleteObject(context, { apiVersion: NETWORKING, kind: POLICY, name, namespace: site.project })
    }
  }
  return {
    docs: ["https://kubernetes.io/docs/concepts/services-networking/network-policies/"],
    check,
    apply,
    update: apply,
    async takeOwnership(here: Context) {
      const wanted = await wantedAt(here)
      if (!("state" in wanted)) await recordOwn(at(here), wanted.policies.map(refOf))
    },
    show(here: Context) {
      const { $, site } = at(here)
      return $`oc get networkpolicies -n ${site.project}`
    },
    timeout: 120,
  } as const
}
