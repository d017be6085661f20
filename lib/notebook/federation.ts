import type { Site } from "./roles.ts"

/** Where a value came from. Which source wins is in `lib/inputs/precedence.ts`. */
export type Origin = "flag" | "variable" | "file" | "prompt" | "earlier answer" | "default"

/** A federation with every input resolved: what a run works on. */
export interface Federation<F = Record<string, unknown>, S = Record<string, unknown>> {
  readonly name: string
  /** Federation-wide inputs by camelCase name. */
  readonly values: Readonly<F>
  /** Every site, in the order of the roles, then as given. */
  readonly sites: readonly Site<S>[]
  /** Names of those of them that are no longer part of it: only a teardown, or a login for one, has any. */
  readonly former?: ReadonlySet<string>
  /** Origin by `greeting` or `spoke-1.server`. */
  readonly origins: Readonly<Record<string, Origin>>
  /** Where each value was given, by the same keys: `--server`, `federation.yaml:3:5 (superlink.server)`. */
  readonly places?: Readonly<Record<string, string>>
}

/** The sites that are part of the federation. */
export const currentSites = <F, S>({ sites, former }: Federation<F, S>): readonly Site<S>[] =>
  former === undefined ? sites : sites.filter(({ name }) => !former.has(name))

/** Whether some of its sites belong to other parties. */
export const hasOtherParties = ({ sites }: Pick<Federation, "sites">): boolean =>
  sites.some(({ party }) => party !== undefined)

/** An input as values and reports show it. */
export interface ValueRow {
  /** Nothing: of the whole federation. */
  readonly site?: string
  /** The input's name. */
  readonly name: string
  /** As text; nothing: unset. */
  readonly value: string | undefined
  readonly origin?: Origin
  /** Its value is not shown. */
  readonly secret?: boolean
}
