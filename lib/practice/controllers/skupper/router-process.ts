/** The process of a played router, as its image starts it and its site finds it. */
import type { PracticeContainer, PracticeImage } from "../../types/images.ts"
import type { Network } from "../../types/network.ts"
import { VERSION } from "./common.ts"

/** Where a router's process is found in its pod: its port for local clients. */
const PORT = 5671
/** Its port for probes and metrics. */
const HEALTH = 9090
const HEALTHY = Buffer.from("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nOK\n")
let runs = 0

export class RouterProcess {
  readonly #container: PracticeContainer
  /** Another number for each start. */
  readonly run = ++runs
  /** It is there and does nothing. */
  hung = false
  /** It is about to end. */
  ending = false
  /** The names of the links, listeners and connectors that it works with, see `router-names.ts`. */
  configured: ReadonlySet<string> = new Set()

  constructor(container: PracticeContainer) {
    this.#container = container
  }

  /** One line as skrouterd writes it. */
  log(module: string, level: "info" | "error" | "notice", text: string): void {
    const at = new Date().toISOString().replace("T", " ").replace("Z", "000 +0000")
    this.#container.log(`${at} ${module} (${level}) ${text}`)
  }

  /** Ends; the kubelet starts another one in the same pod. */
  end(code: number, reason?: string): void {
    this.#container.exit(code, reason)
  }
}

/** The router that runs in a pod. */
export function routerIn(
  network: Network,
  place: { cluster: string; namespace: string; pod: string },
): RouterProcess | undefined {
  const found = network.listening({ ...place, port: PORT })
  return found instanceof RouterProcess ? found : undefined
}

/** What Skupper's own containers do in practice: they start, say so and are ready. */
export const skupperImages: readonly PracticeImage[] = [
  {
    image: /\/skupper-router:/,
    start(container) {
      const router = new RouterProcess(container)
      router.log("SERVER", "info", `Container Name: ${container.pod.name}`)
      router.log("ROUTER", "info", "Router started in Interior mode, area=0 id=skupper-router")
      container.listen(PORT, router)
      container.listen(HEALTH, { answer: () => (router.hung ? undefined : HEALTHY) })
      container.ready()
      return () => router.log("SERVER", "notice", "Shut Down")
    },
  },
  {
    image: /\/(kube-adaptor|controller):/,
    start(container) {
      container.log(`level=INFO msg="Version info" version=${VERSION}`)
      container.ready()
    },
  },
]
