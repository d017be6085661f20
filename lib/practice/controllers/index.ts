/** All controllers of one practice cluster. */
import { skupperCrds } from "../skupper-crds.ts"
import type { Controller, ControllerContext } from "../types/controllers.ts"
import { startDeployments } from "./deployments/index.ts"
import { startKubelet } from "./kubelet/index.ts"
import { startOlm } from "./olm/index.ts"
import { startServices } from "./services.ts"
import { VERSION } from "./skupper/common.ts"
import { startSkupper } from "./skupper/index.ts"
import { skupperImages } from "./skupper/router-process.ts"
import { type Store, storeOf } from "./store.ts"
import { startVolumes } from "./volumes.ts"

export interface ControllersOptions {
  /** With OLM and Routes. Without, Skupper's controller is there from the start. Default true. */
  readonly openshift?: boolean
  /** What kube-controller-manager does where it runs: Deployments, ReplicaSets, endpoints. Default true. */
  readonly deployments?: boolean
  /** Left out where something else runs pods. */
  readonly kubelet?: boolean
  readonly services?: boolean
  /** `routers` where a real Skupper controller runs: only the routers are simulated; `none` where they are real too. Default `all`. */
  readonly skupper?: "all" | "routers" | "none"
}

/** As `kubectl apply -f` of Skupper's own manifests for the whole cluster: no OLM. */
async function installSkupper(store: Store): Promise<void> {
  const namespace = "skupper"
  const labels = { application: "skupper-controller" }
  const containers = [{ name: "controller", image: `quay.io/skupper/controller:${VERSION}` }]
  await Promise.all(skupperCrds().map((one) => store.ensure(one)))
  await store.ensure({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } })
  await store.ensure({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "skupper-controller", namespace, labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers } },
    },
  })
}

/** Starts them. `stop` ends them all, and the watches that they share; the cluster itself stays open. */
export async function startControllers(
  given: ControllerContext,
  options: ControllersOptions = {},
): Promise<Controller> {
  const openshift = options.openshift !== false
  const context = { ...given, openshift, images: [...given.images, ...skupperImages] }
  const store = storeOf(context.cluster)
  if (!openshift) await installSkupper(store)
  const started = await Promise.allSettled<Controller>([
    ...(options.deployments === false ? [] : [startDeployments(context)]),
    ...(options.services === false
      ? []
      : [startServices(context, { endpoints: options.deployments !== false })]),
    ...(options.kubelet === false ? [] : [startKubelet(context, options.deployments === false)]),
    ...(options.kubelet === false ? [] : [startVolumes(context)]),
    ...(openshift ? [startOlm(context)] : []),
    ...(options.skupper === "none" ? [] : [startSkupper(context, { play: options.skupper })]),
  ])
  const stop = async (): Promise<void> => {
    await Promise.all(started.map((one) => one.status === "fulfilled" && one.value.stop()))
    store.close()
  }
  for (const it of started) {
    if (it.status === "fulfilled") continue
    // The others must not go on working on a cluster that is given up.
    await stop()
    throw it.reason
  }
  return { name: "practice", stop }
}
