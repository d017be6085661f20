#!/usr/bin/env node
// The command. Plain JavaScript, so that an older Node can run it far enough to report its version.
import { readFileSync } from "node:fs"
import * as module from "node:module"

const OLDEST = "22.22.2"
// Node does not strip types under node_modules: a package contains JavaScript, a checkout runs TypeScript.
const installed = new URL(import.meta.url).pathname.split("/").includes("node_modules")

const [current, oldest] = [process.versions.node, OLDEST].map((version) => version.split(".").map(Number))
const first = current.findIndex((part, index) => part !== oldest[index])
if (first !== -1 && current[first] < oldest[first]) {
  process.stderr.write(
    `flower-runbook requires Node ${OLDEST} or newer, and this is Node ${process.versions.node}: ` +
      "install a newer version (https://nodejs.org), or run `npx node runbooks/flower-runbook.js` in a checkout.\n",
  )
  process.exitCode = 2
} else if (process.argv.length === 3 && (process.argv[2] === "--version" || process.argv[2] === "-V")) {
  // Answered before anything else is loaded.
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"))
  process.stdout.write(`${version}\n`)
} else if (!printedHelp(process.argv.slice(2))) {
  module.enableCompileCache()
  const index = new URL(installed ? "../dist/runbooks/index.js" : "./index.ts", import.meta.url).href
  const { main } = await import(index)
  await main(index)
}

/** A package contains its help texts; a checkout builds them from its table of commands. */
function printedHelp(argv) {
  if (!installed || argv.length > 2 || argv.at(-1) !== "--help") return false
  const text = JSON.parse(readFileSync(new URL("../dist/help.json", import.meta.url), "utf8"))[
    argv.length === 2 ? argv[0] : ""
  ]
  if (text === undefined) return false
  process.stdout.write(text)
  return true
}
