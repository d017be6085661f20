/** Faults of practice clusters. */

/** Where a fault strikes; the word says which part asks for it. */
export type FaultWhere =
  | "api" // every API request; `match` is a RegExp on "VERB /path?query"
  | "login" // OAuth and token checks
  | "admission" // new and changed objects of projects; `match` is a RegExp on "NAMESPACE/KIND/NAME"
  | "operator" // the OLM controller
  | "site" // Skupper controller: sites
  | "grant" // Skupper controller: issuing and redeeming
  | "link" // the router network; `match` is a RegExp on the Link's name
  | "router" // a site's router, once it has something to carry; `match` is a RegExp on the Skupper site's name
  | "pod" // scheduling and starting pods; `match` is a RegExp on the pod's name
  | "route" // the ingress routers; `match` is a RegExp on "NAMESPACE/NAME"
  | "tls" // certificates served
  | "clock" // of the cluster: the Date of the API server's answers, the creationTimestamp of its objects, and when grants expire

/** One line of the fault table. */
export interface Fault {
  where: FaultWhere
  /** Cluster (site) name, `*` for all. Default `*`. */
  cluster?: string
  match?: string
  /**
   * What happens. api: `500` `503` `429` `reset` `slow` `cut` (watches end) `gone` (410) `forbidden` `unauthorized`.
   * login: `expired` `refused` `anonymous` (credentials are lost on the way). admission: `quota` `limits` (a ResourceQuota or
   * a LimitRange in every project) `images` (rewritten to a mirror) `labels` `sidecar` (added). operator: `slow` `fails`
   * `manual` `no-catalog` `two-catalogs` (both have the package) `no-group` `two-groups` `old` (RHSI 1.x).
   * site: `pending`. grant: `expired` `used` `unreachable` `off`. link: `down` (refused) `reset` `drop` (packets are lost)
   * `dns`. router: `restart` (of its container) `oom` `hang` `replace` (of its pod). pod: `quota` `image` `short-name`
   * (images without a registry are not pulled) `crash` `pending`. route: `shards` (a second router refuses the Route).
   * tls: `wrong-ca`. clock: `ahead` `behind` (ten minutes, or `delay`).
   */
  what: string
  /** Milliseconds, for `slow` and `clock`. */
  delay?: number
  /** Strikes so many times, then is cured. Default: always; a router once. */
  times?: number
  /** Cured so many seconds after the clusters started. */
  seconds?: number
}

/** The one table of faults for flag, API and tests. Reads live: changing it cures or breaks running clusters. */
export interface FaultTable {
  /** The first fault that strikes now; counts one strike against `times`. */
  strike(where: FaultWhere, cluster: string, subject?: string): Fault | undefined
  /** As strike, without counting. */
  peek(where: FaultWhere, cluster: string, subject?: string): Fault | undefined
  set(faults: readonly Fault[]): void
  readonly faults: readonly Fault[]
  /** Called after each `set`. */
  onChange(listener: () => void): () => void
}
