/**
 * Loaded into the program with `node --import`: notes the arguments of the process itself and of
 * each one that it starts, as everybody on the machine may read them in the list of processes.
 */
import { ChildProcess } from "node:child_process"
import { appendFileSync } from "node:fs"

const note = (args: readonly string[]): void =>
  appendFileSync(process.env.E2E_ARGV!, `${JSON.stringify(args)}\n`)

note(process.argv)

// What `spawn`, `exec` and the rest all end in.
const prototype = ChildProcess.prototype as unknown as { spawn(options: { args: string[] }): unknown }
const { spawn } = prototype
prototype.spawn = function (this: ChildProcess, options) {
  note(options.args)
  return spawn.call(this, options)
}
