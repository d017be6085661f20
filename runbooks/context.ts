import { type ManualContext, type Step, type StepContext, type StepDefinition, step } from "../lib/index.ts"
import type { SiteInputs, Values } from "./inputs.ts"

/** What every step of the guide is handed. */
export type Context = StepContext<SiteInputs, Values>
/** What its `hand` is told. */
export type Manual = ManualContext<SiteInputs, Values>

/** Declares a step of the guide. */
export const guideStep = (definition: StepDefinition<Context>): Step => step(definition)

// Types hold: what is required or has a default is never undefined.
export type { SiteInputs, Values } from "./inputs.ts"
