import { refuse } from "./refusal.ts"

/** A value that one step hands to later steps: see {@link value}. */
export interface Value<T = unknown, Name extends string = string> {
  readonly name: Name
  /** Kept in a private file of the federation's folder, and redacted everywhere else. */
  readonly secret: boolean
  /** In `reads`: see {@link everySite}. */
  readonly at?: "every site"
  /** The type of its content: only for the compiler, there is no such property. */
  readonly type?: T
}

/**
 * Declares a value that one step hands to later steps. Text, or with a type parameter whatever JSON can hold:
 *
 *     const address = value("address")
 *     const password = value("password", { secret: true })
 *     const ports = value<number[]>("ports")
 *
 * One step of the notebook lists it in `provides` and calls `provide(address, "https://…")` in its `check`, `apply`,
 * `update` or `rerun`. A check that can read the value from the cluster provides it best: then it is never lost. Steps that
 * list it in `reads`, and the providing step in `needs`, get it with `value(address)`; with `reads: [everySite(address)]`
 * also `value(address, site)` of any site, and `values(address)` of all of them. The journal keeps it for later runs; once
 * it changes, the steps that read it are stale.
 */
export function value<const Name extends string>(
  name: Name,
  options?: { readonly secret?: boolean },
): Value<string, Name>
export function value<T>(name: string): Value<T>
export function value(name: string, options: { readonly secret?: boolean } = {}): Value {
  if (!/^[a-z][a-z0-9-]*$/.test(name))
    refuse(`a value cannot be named ${JSON.stringify(name)}: use lower-case letters, digits and dashes`)
  return Object.freeze({ name, secret: options.secret === true })
}

/** For a step's `reads`: the value of every site that provides it, not only of its own. The step waits for all of them. */
export const everySite = <T, Name extends string>(value: Value<T, Name>): Value<T, Name> =>
  Object.freeze({ ...value, at: "every site" })

/** Whether a step reads a value of another step from every site. */
export const readsEverySite = (
  { reads }: { readonly reads?: readonly Value[] },
  { provides }: { readonly provides?: readonly Value[] },
): boolean =>
  reads?.some(({ name, at }) => at === "every site" && provides?.some((value) => value.name === name)) ===
  true
