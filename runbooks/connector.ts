import { type CheckResult, foresee, main, missing, progressing, unknown } from "../lib/index.ts"
import { type Context, guideStep, type Manual } from "./context.ts"
import { FLEET_PORT, familyOf } from "./flower/flower-versions.ts"
import { findSuperlink, fleetPort, runningVersion } from "./flower/superlink.ts"
import {
  checkExposure,
  type Exposure,
  FLEET_API,
  findExposure,
  takeExposure,
  updateExposure,
} from "./interconnect/exposure.ts"
import { exposureManual } from "./interconnect/manual.ts"
import { connectorResource } from "./interconnect/resources.ts"
import { currentPods } from "./openshift/trouble.ts"
import { type Deployment, selectorText } from "./openshift/workload.ts"
import { gateIn } from "./security/gate.ts"
import { objectRef } from "./shared/reading.ts"
import { snippet } from "./shared/snippet.ts"
import { createOwn, viaApi } from "./shared/via.ts"

/** Where the routing key leads: to the SuperLink's pods and its Fleet port. */
export const wantedSpec = (superlink: Deployment): Exposure["spec"] => ({
  routingKey: FLEET_API,
  port: fleetPort(superlink),
  selector: selectorText(superlink.spec.selector.matchLabels),
})

/** Decided here, whoever created the SuperLink: the connector opens the port to every linked site. */
export function offered(superlink: Deployment): string {
  const version = runningVersion(superlink, "superlink")
  const family = version === undefined ? undefined : familyOf(version, gateIn(superlink) !== undefined)
  return family?.onePort && family.note !== undefined ? `; Flower ${version}: ${family.note}` : ""
}

async function check(context: Context): Promise<CheckResult> {
  const { cluster, site } = context
  const superlink = await findSuperlink(context)
  if (superlink === undefined)
    return unknown("missing", `no Deployment ${site.superlinkWorkload} in ${site.project}`)
  const found = await findExposure(context, "Connector", site.project)
  const answer = checkExposure(context, found, "Connector", wantedSpec(superlink))
  if (answer.state === "missing") return missing(`${answer.reason}${offered(superlink)}`)
  // Skupper reacts only to events of pods: without a matching pod a Connector never gets a status.
  const silent = found?.status === undefined && found?.metadata.deletionTimestamp === undefined
  if (answer.state === "progressing" && silent && (await currentPods(cluster, superlink)).length === 0) {
    return progressing(
      `no pod matches ${wantedSpec(superlink).selector} yet; the Connector waits for one`,
      objectRef(found!),
    )
  }
  return answer
}

export default guideStep({
  id: "connector",
  foresees: () => [foresee.creates(`Connector ${FLEET_API}`)],
  title: "Offer the Fleet API to the network",
  on: "superlink",
  when: { network: "shared" },
  needs: ["site-create", "deploy-superlink"],
  inputs: ["project", "superlink-workload", "gate"],
  prose: `
A **connector** binds pods of this site to a *routing key* of the application network. This one binds the port of the SuperLink's
Fleet API (9092; from Flower 1.40 on 8000, unless it has a gate or its arguments say otherwise) to the routing key \`fleet-api\`. A listener with the same key in a linked site reaches the Fleet API.

    skupper connector create fleet-api 9092 --workload deployment/superlink

A routing key has no owner. Any linked site can create a connector with the same key, and new connections of SuperNodes may then go
to that site, while every status stays \`Ready / OK\`. \`verify\` and \`doctor\` see it in the network's own record and name the site;
only Flower's own TLS prevents that a SuperNode trusts it.

The connector is configured when a pod of the Deployment is ready, and matched when a listener with the same key exists.
`,
  readyWhen:
    "Ready when a Connector binds the SuperLink's pods and its Fleet port to the routing key `fleet-api` and is Configured.",
  docs: ["https://skupperproject.github.io/refdog/concepts/connector.html"],
  check,
  async apply(context) {
    const { $, site } = context
    const superlink = await findSuperlink(context)
    if (viaApi(context) && superlink !== undefined) {
      await createOwn(context, await connectorResource(site.project, wantedSpec(superlink)))
      return
    }
    const port = superlink === undefined ? FLEET_PORT : fleetPort(superlink)
    const workload = `deployment/${site.superlinkWorkload}`
    await $`skupper connector create ${FLEET_API} ${port} --workload ${workload} --wait none -n ${site.project}`
  },
  async update(context) {
    const superlink = await findSuperlink(context)
    const found = await findExposure(context, "Connector", context.site.project)
    if (superlink !== undefined && found !== undefined)
      await updateExposure(context, found, wantedSpec(superlink))
  },
  takeOwnership: (context) => takeExposure(context, "Connector"),
  manual: (context: Manual) =>
    exposureManual(
      context,
      "connector",
      `${FLEET_API} ${familyOf(context.inputs.flowerVersion, context.inputs.gate === "on").fleetPort} --workload deployment/${context.site.superlinkWorkload}`,
    ),
  show: ({ $, site }) => $`skupper connector status -n ${site.project}`,
  get expect() {
    return snippet("connector.txt")
  },
})

if (import.meta.main) void main(import.meta.url)
