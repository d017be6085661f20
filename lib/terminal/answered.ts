import { oneLine } from "../notebook/format.ts"
import { colours } from "./colours.ts"
import type { TextOptions } from "./error-text.ts"

/**
 * A question with its answer, as a prompt leaves it on the screen: with a tick once the answer is accepted. A prompt of which that is
 * known only later clears itself (`PromptIo.clear`).
 */
export function answeredText(
  message: string,
  answer: string,
  accepted: boolean,
  options: TextOptions,
): string {
  const { green, red, bold, cyan } = options.colours ?? colours(false)
  return `${accepted ? green("✔") : red("✗")} ${bold(message)} ${cyan(oneLine(answer))}\n`
}
