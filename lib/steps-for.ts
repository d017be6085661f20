import type { FederationValues, InputTable, SiteValues } from "./notebook/inputs.ts"
import type { Roles, Scope } from "./notebook/roles.ts"
import { type Step, type StepDefinition, type StepNames, step } from "./notebook/step.ts"
import type { Value } from "./notebook/value.ts"
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
    const Id extends string,
    const On extends Scope | (keyof R & string),
    const Needs extends readonly string[] = readonly [],
    const Feeds extends string = never,
    const Inputs extends readonly (keyof I & string)[] = readonly [],
    const Provides extends readonly Value[] = readonly [],
    const Reads extends readonly Value[] = readonly [],
  >(
    definition: StepDefinition<StepContext<SiteValues<I>, FederationValues<I>>> &
      StepNames<Id, On, Needs, Feeds, Inputs, Provides, Reads>,
  ): Step<Id, On, Needs[number] | Feeds, Inputs[number], Provides[number]["name"], Reads[number]["name"]> =>
    step(definition as StepDefinition & StepNames<Id, On, Needs, Feeds, Inputs, Provides, Reads>)
