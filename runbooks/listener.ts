import { type Look, main, underWay } from "../lib/index.ts"
import { type ByHand, type Context, guideStep } from "./context.ts"
import { FLEET_PORT } from "./flower/flower-versions.ts"
import { FLEET_API } from "./flower/manifests.ts"
import { exposureByHand } from "./interconnect/by-hand.ts"
import {
  changeExposure,
  claimExposure,
  type Exposure,
  findExposure,
  lookAtExposure,
} from "./interconnect/exposure.ts"
import { seen } from "./shared/reading.ts"
import { snippet } from "./shared/snippet.ts"

const ASKED: Exposure["spec"] = { routingKey: FLEET_API, port: FLEET_PORT, host: FLEET_API }

async function look(context: Context): Promise<Look> {
  const { cluster, site } = context
  const found = await findExposure(context, "Listener", site.project)
  const answer = lookAtExposure(context, found, "Listener", ASKED)
  if (answer.is !== "done") return answer
  // A Listener is Configured even where its Service could not be made: that is only in the controller's log.
  const service = await cluster.get({
    apiVersion: "v1",
    kind: "Service",
    name: FLEET_API,
    namespace: site.project,
  })
  if (service === undefined) return underWay(`Service ${FLEET_API} is not there yet`, seen(found!))
  return answer
}

export default guideStep({
  id: "listener",
  title: "Listen for the Fleet API",
  on: "supernode",
  needs: ["site-create"],
  inputs: ["project"],
  prose: `
A **listener** is the other end of a routing key: it makes a Service in this project that leads to the connector of the
same key, wherever in the network that is. The SuperNode then dials \`fleet-api:9092\` as if the SuperLink ran next to it.

    skupper listener create fleet-api 9092

Name (routing key) and port are those of the connector at the SuperLink.
`,
  checks:
    "Whether a Listener for the routing key `fleet-api` is Configured, and whether its Service is there.",
  docs: ["https://skupperproject.github.io/refdog/concepts/listener.html"],
  look,
  async act({ $, site }) {
    await $`skupper listener create ${FLEET_API} ${FLEET_PORT} --wait none -n ${site.project}`
  },
  async change(context) {
    const found = await findExposure(context, "Listener", context.site.project)
    if (found !== undefined) await changeExposure(context, found, ASKED)
  },
  claim: (context) => claimExposure(context, "Listener"),
  hand: (context: ByHand) => exposureByHand(context, "listener", `${FLEET_API} ${FLEET_PORT}`),
  show: ({ $, site }) => $`skupper listener status -n ${site.project}`,
  get expect() {
    return snippet("listener.txt")
  },
})

if (import.meta.main) void main(import.meta.url)
