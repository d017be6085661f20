/** Real programs that this machine has: the suites run with them, or say what they skipped. */
import { execFile } from "node:child_process"
import { accessSync, constants, mkdtempSync, symlinkSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { promisify } from "node:util"
import type { RouterPrograms } from "../router/images.ts"
import { whyNoSandbox } from "../router/sandbox.ts"

const executable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

const path = (): string[] => (process.env.PATH ?? "").split(delimiter).filter((it) => it !== "")

/** A program of that name in the first folder that has it. */
export const findProgram = (name: string, folders = path()): string | undefined =>
  folders.map((folder) => join(folder, name)).find(executable)

const said = async (file: string, ...args: string[]): Promise<string> => {
  const { stdout, stderr } = await promisify(execFile)(file, args)
  return stdout + stderr
}

const missing = (name: string): undefined => {
  process.stderr.write(`skipped: no ${name} on PATH\n`)
}

export interface RealCommands {
  /** Holds nothing but them. */
  readonly folder: string
  /** Their versions; left out where there is none. */
  readonly oc?: string
  readonly skupper?: string
}

/** Real `oc` and `skupper`: of the folder COMMANDS_UNDER_TEST, else on PATH. What is missing is said. */
export const realCommands = async (): Promise<RealCommands> => {
  const given = process.env.COMMANDS_UNDER_TEST
  const folder = mkdtempSync(join(tmpdir(), "found-"))
  const [oc, skupper] = ["oc", "skupper"].map((name) => {
    const file = findProgram(name, given === undefined ? path() : [given])
    if (file === undefined) return missing(name)
    symlinkSync(file, join(folder, name))
    return file
  })
  return {
    folder,
    ...(oc !== undefined && {
      oc: /Client Version: (\S+)/.exec(await said(oc, "version", "--client"))?.[1] ?? "of an unknown version",
    }),
    ...(skupper !== undefined && { skupper: await skupperVersion(skupper) }),
  }
}

/** 2.2 prints one line, 2.1 a table with a row `cli`. */
const skupperVersion = async (file: string): Promise<string> => {
  const text = await said(file, "version")
  return /^cli\s+(\S+)/m.exec(text)?.[1] ?? text.trim()
}

export interface RealController {
  readonly file: string
  readonly version: string
}

/**
 * Real Skupper controllers: the files SKUPPER_CONTROLLER (divided as a PATH is), else `skupper-controller` on PATH. What is
 * missing is said.
 */
export const realControllers = async (): Promise<RealController[]> => {
  const given = process.env.SKUPPER_CONTROLLER?.split(delimiter) ?? [findProgram("skupper-controller") ?? ""]
  const files = given.filter((file) => file !== "" && executable(file))
  if (files.length === 0) missing("skupper-controller")
  return Promise.all(files.map(async (file) => ({ file, version: (await said(file, "-version")).trim() })))
}

export interface RealRouters extends RouterPrograms {
  readonly version: string
}

/** Real routers: the files SKUPPER_ROUTER (`skrouterd`) and KUBE_ADAPTOR, for pods as namespaces. What is missing is said. */
export const realRouters = async (): Promise<RealRouters | undefined> => {
  const { SKUPPER_ROUTER: router = "", KUBE_ADAPTOR: adaptor = "" } = process.env
  for (const [name, file] of Object.entries({ SKUPPER_ROUTER: router, KUBE_ADAPTOR: adaptor })) {
    if (executable(file)) continue
    process.stderr.write(`skipped: ${name} names no program\n`)
    return undefined
  }
  const why = await whyNoSandbox()
  if (why === undefined) return { router, adaptor, version: (await said(router, "--version")).trim() }
  process.stderr.write(`skipped: router pods need namespaces of their own: ${why}\n`)
  return undefined
}
