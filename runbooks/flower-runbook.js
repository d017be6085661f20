#!/usr/bin/env node
// The command. Plain JavaScript that an older Node can read as well: everything else it could not even parse.
import { readFileSync } from "node:fs"
import * as module from "node:module"

const OLDEST = "22.22.2"
// Node strips no types under node_modules: a package brings JavaScript, a checkout runs as it is.
const installed = new URL(import.meta.url).pathname.split("/").includes("node_modules")

const [is, least] = [process.versions.node, OLDEST].map((version) => version.split(".").map(Number))
const first = is.findIndex((part, index) => part !== least[index])
if (first !== -1 && is[first] < least[first]) {
  process.stderr.write(
    `flower-runbook needs Node ${OLDEST} or newer, and this is ${process.versions.node}: ` +
      "install a newer one (https://nodejs.org), or in a checkout call `npx node runbooks/flower-runbook.js`.\n",
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

/** A package brings its help texts ready made; a checkout makes them from its table of commands. */
function printedHelp(argv) {
  if (!installed || argv.length > 2 || argv.at(-1) !== "--help") return false
  const text = JSON.parse(readFileSync(new URL("../dist/help.json", import.meta.url), "utf8"))[
    argv.length === 2 ? argv[0] : ""
  ]
  if (text === undefined) return false
  process.stdout.write(text)
  return true
}
