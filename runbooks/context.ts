import { type ForeseeContext, type ManualContext, type StepContext, stepsFor } from "../lib/index.ts"
import { inputs, roles, type SiteInputs, type Values } from "./inputs.ts"

/** The context of every step of the guide. */
export type Context = StepContext<SiteInputs, Values>
/** The context of its `manual`. */
export type Manual = ManualContext<SiteInputs, Values>

/** The context of its `foresees`. */
export type Foresee = ForeseeContext<SiteInputs, Values>

/** Declares a step of the guide. */
export const guideStep = stepsFor({ roles, inputs })

// In these types, an input that is required or has a default is never undefined.
export type { SiteInputs, Values } from "./inputs.ts"
