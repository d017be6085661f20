/** Names the tests that failed in vitest's JSON reports, each with its message: `node tools/failed-tests.ts REPORT...` */
import { readFileSync } from "node:fs"
import { relative } from "node:path"
import { stripVTControlCharacters } from "node:util"

/** What is read of vitest's JSON report. A file that does not load has a message and no tests. */
type Report = {
  testResults: {
    name: string
    status: string
    message: string
    assertionResults: { fullName: string; status: string; failureMessages: string[] }[]
  }[]
}

/** Lines of a message that are shown: enough for what was expected and what came. */
const LINES = 25

const shown = (message = ""): string =>
  stripVTControlCharacters(message)
    .split("\n")
    .filter((line) => !/^ +at .*node_modules/.test(line))
    .slice(0, LINES)
    .map((line) => `  ${line.slice(0, 200)}`)
    .join("\n")

for (const path of process.argv.slice(2)) {
  const { testResults } = JSON.parse(readFileSync(path, "utf8")) as Report
  for (const { name, status, message, assertionResults } of testResults) {
    const failed = assertionResults.filter((test) => test.status === "failed")
    const file = relative(".", name)
    for (const { fullName, failureMessages } of failed) {
      console.log(`failed: ${file}: ${fullName}\n${shown(failureMessages[0])}`)
    }
    if (status === "failed" && failed.length === 0) console.log(`failed: ${file}\n${shown(message)}`)
  }
}
