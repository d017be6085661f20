#!/usr/bin/env node
// The command. Plain JavaScript that an old Node can read too: everything else it could not even parse.
var oldest = [22, 22, 2]
var found = process.versions.node.split(".").map(Number)
var older =
  found[0] !== oldest[0] ? found[0] < oldest[0] : found[1] !== oldest[1] ? found[1] < oldest[1] : found[2] < oldest[2]
if (older) {
  process.stderr.write(
    "flower-runbook needs Node " + oldest.join(".") + " or newer, and this is " + process.versions.node +
      ": install a newer one (https://nodejs.org), or in a checkout run it by `npx node runbooks/flower-runbook.js`.\n",
  )
  process.exitCode = 2
} else {
  start()
}
