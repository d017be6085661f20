import type { FederationValues, InputTable, SiteValues } from "./notebook/inputs.ts"
import type { Roles, Scope } from "./notebook/roles.ts"
import { type StepDefinition, type StepNames, type StepOf, step } from "./notebook/step.ts"
import type { StepContext } from "./tools.ts"

/**
 * `step` for the steps of one notebook: `site` and `inputs` of their context have the types of the notebook's inputs, and
 * the compiler checks `on` and `inputs` of each step, and `needs` and `reads` where `notebook` puts the steps together.
 *
 *     const step = stepsFor({ roles, inputs })
 *     const greeting = step({ id: "greeting", on: "every site", check: ({ site }) => … })
 */
export const stepsFor =
  <const R extends Roles, const I extends InputTable>(_: { readonly roles: R; readonly inputs: I }) =>
  <
    const N extends StepNames & {
      readonly on: Scope | (keyof R & string)
      readonly inputs?: readonly (keyof I & string)[]
    },
  >(
    definition: StepDefinition<StepContext<SiteValues<I>, FederationValues<I>>> & N,
  ): StepOf<N> =>
    step<StepContext<SiteValues<I>, FederationValues<I>>, N>(definition)
