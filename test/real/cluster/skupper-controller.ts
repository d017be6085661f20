/**
 * A real Skupper controller in the place of the played one: it runs as the container of the operator's Deployment, so it comes and goes
 * with the operator. Its routers are played.
 */
import type { KubeObject } from "../../../lib/cluster/types.ts"
import { domainOf } from "../../../lib/practice/controllers/services.ts"
import type { PracticeImage } from "../../../lib/practice/types/images.ts"
import type { ControlPlane } from "../control-plane/control-plane.ts"
import { freePort } from "../control-plane/part.ts"

const SKUPPER = "skupper.io/v2alpha1"
const GRANTS = "skupper-grant-server"

/** Its grant server's certificate; out of a cluster it cannot configure itself. */
const credentials = (namespace: string): KubeObject[] => [
  {
    apiVersion: SKUPPER,
    kind: "Certificate",
    metadata: { name: `${GRANTS}-ca`, namespace },
    spec: { ca: "", subject: `${GRANTS}-ca`, signing: true },
  },
  {
    apiVersion: SKUPPER,
    kind: "Certificate",
    metadata: { name: GRANTS, namespace },
    spec: { ca: `${GRANTS}-ca`, subject: GRANTS, hosts: ["127.0.0.1"], server: true },
  },
]

/** The image of the operator's Deployment, run as this program. */
export const controllerImage = (plane: ControlPlane, controller: string): PracticeImage => ({
  image: /\/controller:/,
  start(container) {
    const run = async (): Promise<void> => {
      const { namespace } = container.pod
      const cluster = plane.open(plane.system, "test")
      try {
        for (const it of credentials(namespace)) await cluster.apply(it)
      } finally {
        await cluster.close()
      }
      const port = await freePort()
      container.run({
        command: controller,
        args: ["-kubeconfig", await plane.kubeconfig(plane.system, namespace)],
        env: {
          NAMESPACE: namespace,
          CONTROLLER_NAME: "skupper-controller",
          SKUPPER_ENABLED_ACCESS_TYPES: "local,loadbalancer,nodeport,route",
          SKUPPER_CLUSTER_HOST: `node.${domainOf(plane.name)}`,
          SKUPPER_ENABLE_GRANTS: "true",
          SKUPPER_GRANT_SERVER_PORT: String(port),
          SKUPPER_GRANT_SERVER_BASE_URL: `127.0.0.1:${port}`,
          SKUPPER_METRICS_DISABLE: "true",
        },
      })
      container.ready()
    }
    run().catch((error) => {
      container.log(String(error))
      container.exit(1)
    })
  },
})
