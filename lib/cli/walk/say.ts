import { screenWidth, wrap } from "../../terminal/index.ts"
import type { Call } from "../call.ts"

/** Prints sentences, wrapped to the terminal; `first` stands before the first line, the others are indented as far. */
export function say({ io, redactor }: Call, text: string, first = ""): void {
  const rest = " ".repeat(first.length)
  const lines = wrap(redactor.text(text), screenWidth(io.stdout.columns) - first.length)
  io.stdout.write(lines.map((line, index) => `${index === 0 ? first : rest}${line}\n`).join(""))
}
