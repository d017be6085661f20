import type { Cluster } from "./cluster/types.ts"
import type { Site } from "./notebook/roles.ts"
import type { BaseContext } from "./notebook/step.ts"
import type { Shell } from "./shell/types.ts"

/** What a step of an OpenShift notebook is handed beside the base context. */
export interface Tools {
  /** Runs commands with KUBECONFIG set to the site's own kubeconfig and no stdin. */
  readonly $: Shell
  /** The site's cluster, as the identity of the site's own kubeconfig. */
  readonly cluster: Cluster
  /** The site's own kubeconfig; it may not exist yet. */
  readonly kubeconfig: string
  /** `tokens/<site>.yaml` in the federation's folder, 0600; it may not exist yet. */
  readonly tokenFile: string
  /** The same tools for another site. */
  at(site: Site): Omit<Tools, "at">
}

/** What every step of a notebook with clusters is handed. */
export type StepContext<S = Record<string, unknown>, F = Record<string, unknown>> = BaseContext<S, F> & Tools
