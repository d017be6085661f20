import { type ManualContext, type Step, type StepContext, type StepDefinition, step } from "../lib/index.ts"
import type { SiteInputs, Values } from "./inputs.ts"

/** The context of every step of the guide. */
export type Context = StepContext<SiteInputs, Values>
/** The context of its `manual`. */
export type Manual = ManualContext<SiteInputs, Values>

/** Declares a step of the guide. */
export const guideStep = (definition: StepDefinition<Context>): Step => step(definition)

// In these types, an input that is required or has a default is never undefined.
export type { SiteInputs, Values } from "./inputs.ts"
