/** The public names of the library. */

import "./oldest-node.ts"

export type { Changes, Versioned } from "./cluster/changes.ts"
export { ClusterError } from "./cluster/errors.ts"
export { labelValue, MANAGED_BY, type Ownership, ownership } from "./cluster/ownership.ts"
export type * from "./cluster/types.ts"
export { federate, type Inputs, type LibraryOptions, plan, run } from "./library.ts"
export {
  clusterInputs,
  contextLogin,
  type LoginContext,
  type LoginManual,
  type LoginMethod,
  type LoginOptions,
  type LoginSite,
  login,
  tokenLogin,
} from "./login/index.ts"
export * from "./notebook/check-result.ts"
export type { CheckedSteps, StepMistakes } from "./notebook/checked-steps.ts"
export type { Diagnosis, DoctorCheck } from "./notebook/doctor-check.ts"
export * from "./notebook/errors.ts"
export type { Federation, Origin } from "./notebook/federation.ts"
export type { FingerprintInputs } from "./notebook/fingerprint.ts"
export type { Foreseen } from "./notebook/foreseen.ts"
export * as foresee from "./notebook/foreseen.ts"
export type { FederationValues, Input, InputTable, SiteValues } from "./notebook/inputs.ts"
export * as input from "./notebook/inputs.ts"
export {
  type LeasePlace,
  type MissingInput,
  type MissingTools,
  type Notebook,
  notebook,
  type Problem,
} from "./notebook/notebook.ts"
export type { CrossingMessage, MessageKind, Parties } from "./notebook/parties.ts"
export type { ReportFacts, ReportSection, SeenOutcome } from "./notebook/report-section.ts"
export type { Cardinality, Roles, Scope, Site } from "./notebook/roles.ts"
export { shellComment, shellWord } from "./notebook/shell-word.ts"
export {
  type ApplyResult,
  type BaseContext,
  type ForeseeContext,
  type ManualContext,
  type Rerun,
  rerun,
  type Step,
  type StepDefinition,
  type StepNames,
  step,
} from "./notebook/step.ts"
export { everySite, type Value, value } from "./notebook/value.ts"
export type { Fault, FaultTable, FaultWhere } from "./practice/types/faults.ts"
export type {
  ContainerProgram,
  PracticeContainer,
  PracticeImage,
  SimulatedPort,
} from "./practice/types/images.ts"
export type { Delays } from "./practice/types/practice.ts"
export type { PracticeVariant } from "./practice/variant.ts"
export { type PracticeWorld, type PracticeWorldOptions, practice } from "./practice-world.ts"
export { main, type Program } from "./program.ts"
export type {
  Action,
  At,
  By,
  Emit,
  Event,
  Exchanged,
  Listener,
  Moved,
  Outcome,
  OutcomeKind,
  Recorded,
  SiteSummary,
  SkipReason,
} from "./runner/events.ts"
export type { Edit, Hold, Observation, Place, Recorder, Toolbox } from "./runner/toolbox.ts"
export type { Approval, PlanEntry, RunResult, Selection } from "./runner/types.ts"
export type { CommandResult, Shell, ShellOptions } from "./shell/types.ts"
export { stepsFor } from "./steps-for.ts"
export type { StepContext, Tools } from "./tools.ts"
