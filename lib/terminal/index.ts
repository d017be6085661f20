/** Everything that is shown on a terminal. Light to load: listr2, inquirer and ora are loaded when they are used. */

export { answeredText } from "./answered.ts"
export {
  cellHead,
  commandsText,
  foundText,
  type KeptCell,
  type KeptPlace,
  keptText,
  typedText,
} from "./cell.ts"
export { type ClosingOptions, closingTable } from "./closing-table.ts"
export { type Colours, colours, wantsColour } from "./colours.ts"
export { type DoctorRow, doctorTable } from "./doctor-table.ts"
export { type ErrorParts, errorText, partsOf, type TextOptions } from "./error-text.ts"
export { EventLines } from "./lines.ts"
export { markdownLines } from "./markdown.ts"
export { type PlanOptions, planSummary, planTable } from "./plan-table.ts"
export {
  askChoice,
  askConfirm,
  askNumber,
  askPlan,
  askSecret,
  askText,
  askUrl,
  type PromptIo,
  type Question,
} from "./prompts.ts"
export { seenText } from "./seen-text.ts"
export { type ShowOptions, showText } from "./show-text.ts"
export { age, outcomeSign, planSign } from "./signs.ts"
export { waitingFor } from "./spinner.ts"
export { type StatusOptions, statusTable } from "./status-table.ts"
export { type TableCell, type TableOptions, table } from "./table.ts"
export { dropTypedKeys } from "./typed-keys.ts"
export { valuesTable } from "./values-table.ts"
export { createView, type View, type ViewOptions } from "./view.ts"
export { cut, pad, screenWidth, width, wrap } from "./width.ts"
