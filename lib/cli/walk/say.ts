import { screenWidth, wrap } from "../../terminal/index.ts"
import type { Call } from "../call.ts"

/** Prints text wrapped to the terminal, with `first` before the first line and the other lines indented as far. */
export function say({ out, redactor }: Call, text: string, first = ""): void {
  const rest = " ".repeat(first.length)
  const lines = wrap(redactor.text(text), screenWidth(out.stdout.columns) - first.length)
  out.print(lines.map((line, index) => `${index === 0 ? first : rest}${line}\n`).join(""))
}
