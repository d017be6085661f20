/** Faults of routers: they strike once a router has something to carry, each once where the table does not say how often. */
import { faultStrikes } from "../faulty.ts"
import { activeSite, type Skupper } from "./common.ts"
import { routerPod } from "./router-pods.ts"
import type { RouterProcess } from "./router-process.ts"

/** A router that hangs is ended by its liveness probe: three tries, ten seconds apart. */
const LIVENESS = [30_000, 600] as const
/** SIGKILL. */
const KILLED = 137

export interface RouterFaults {
  /** The router of a namespace was configured, or the table of faults has changed. */
  configured(namespace: string, router: RouterProcess): void
  stop(): void
}

export function startRouterFaults(
  skupper: Pick<Skupper, "store" | "context" | "pace">,
  /** Called when the router of a namespace hangs. */
  changed: (namespace: string) => void,
): RouterFaults {
  const { store, context, pace } = skupper
  const timers = new Set<NodeJS.Timeout>()
  const hang = (namespace: string, router: RouterProcess): void => {
    router.hung = true
    changed(namespace)
    const timer = setTimeout(
      () => {
        timers.delete(timer)
        router.end(KILLED)
      },
      pace(...LIVENESS),
    ).unref()
    timers.add(timer)
  }
  return {
    configured(namespace, router) {
      if (router.hung || router.ending) return
      if (![...router.configured].some((name) => /^(listener|connector)\//.test(name))) return
      const site = activeSite(store, namespace)?.metadata.name
      if (site === undefined) return
      const fault = faultStrikes(
        context.faults,
        "router",
        context.name,
        site,
        ...["restart", "oom", "hang", "replace"],
      )
      if (fault === undefined) return
      if (fault.what === "hang") return hang(namespace, router)
      router.ending = true
      if (fault.what === "replace") {
        const pod = routerPod(skupper, namespace)
        if (pod !== undefined) void store.remove(pod).catch(() => undefined)
      } else router.end(KILLED, fault.what === "oom" ? "OOMKilled" : undefined)
    },
    stop() {
      for (const timer of timers) clearTimeout(timer)
    },
  }
}
