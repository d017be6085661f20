import { type CheckResult, foresee, main, progressing } from "../lib/index.ts"
import { type Context, guideStep, type Manual } from "./context.ts"
import {
  checkExposure,
  type Exposure,
  FLEET_API,
  findExposure,
  LISTENER_PORT,
  listenerPort,
  takeExposure,
  updateExposure,
} from "./interconnect/exposure.ts"
import { exposureManual } from "./interconnect/manual.ts"
import { listenerResource } from "./interconnect/resources.ts"
import { objectRef } from "./shared/reading.ts"
import { snippet } from "./shared/snippet.ts"
import { createOwn, viaApi } from "./shared/via.ts"

async function wantedSpec(context: Context): Promise<Exposure["spec"]> {
  return {
    routingKey: FLEET_API,
    port: await listenerPort(context, context.site.project),
    host: FLEET_API,
  }
}

async function check(context: Context): Promise<CheckResult> {
  const { cluster, site } = context
  const found = await findExposure(context, "Listener", site.project)
  const answer = checkExposure(context, found, "Listener", await wantedSpec(context))
  if (answer.state !== "ready") return answer
  // A Listener is Configured even if its Service could not be created: only the controller's log says so.
  const service = await cluster.get({
    apiVersion: "v1",
    kind: "Service",
    name: FLEET_API,
    namespace: site.project,
  })
  if (service === undefined) return progressing(`Service ${FLEET_API} does not exist yet`, objectRef(found!))
  return answer
}

export default guideStep({
  id: "listener",
  foresees: () => [foresee.creates(`Listener ${FLEET_API}`)],
  title: "Listen for the Fleet API",
  on: "supernode",
  needs: ["site-create"],
  inputs: ["project"],
  prose: `
A **listener** is the other end of a routing key. It creates a Service in this project that leads to the connector with the
same key, anywhere in the network. The SuperNode connects to \`fleet-api:9092\` as if the SuperLink ran in this project.

    skupper listener create fleet-api 9092

The name is the routing key of the connector at the SuperLink. The port is this project's own business: the connector decides which
port of the SuperLink it leads to. (Flower's current guide uses 8000 for both; a listener that already exists keeps its port.)
`,
  readyWhen: "Ready when a Listener for the routing key `fleet-api` is Configured and its Service exists.",
  docs: ["https://skupperproject.github.io/refdog/concepts/listener.html"],
  check,
  async apply(context) {
    const { $, site } = context
    if (viaApi(context)) {
      await createOwn(context, await listenerResource(site.project))
      return
    }
    await $`skupper listener create ${FLEET_API} ${LISTENER_PORT} --wait none -n ${site.project}`
  },
  async update(context) {
    const found = await findExposure(context, "Listener", context.site.project)
    if (found !== undefined) await updateExposure(context, found, await wantedSpec(context))
  },
  takeOwnership: (context) => takeExposure(context, "Listener"),
  manual: (context: Manual) => exposureManual(context, "listener", `${FLEET_API} ${LISTENER_PORT}`),
  show: ({ $, site }) => $`skupper listener status -n ${site.project}`,
  get expect() {
    return snippet("listener.txt")
  },
})

if (import.meta.main) void main(import.meta.url)
