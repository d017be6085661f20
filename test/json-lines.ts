/** Every object that a call prints with `--json` is as its schema says: all tests that call the program go through here. */
import { readFileSync } from "node:fs"
import { problems } from "./terminal/validate.ts"

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../schema/${name}.schema.json`, import.meta.url), "utf8"))
const events = read("events")
const answers = read("answers")

/** The objects, one a line: events of a run, or the answer of a command. @throws Error naming what does not fit its schema */
export function jsonLines(stdout: string): Record<string, unknown>[] {
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const object = JSON.parse(line) as Record<string, unknown>
      const found = problems(
        "kind" in object && "version" in object && !("v" in object) ? answers : events,
        object,
      )
      if (found.length > 0) throw new Error(`${line} is not as its schema says: ${found.join("; ")}`)
      return object
    })
}

/** Checks what a call printed, where it asked for JSON. `report` and help print something else. */
export function checkJson(argv: readonly string[], stdout: string): void {
  if (argv.includes("--json") && !argv.includes("--help")) jsonLines(stdout)
}
