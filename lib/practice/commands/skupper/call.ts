/** One call of `skupper`: its arguments, its flags, its cluster. */
import { type Client, type Json, pathOf, StatusError, type Thing } from "../client.ts"
import { Exit } from "../exit.ts"
import type { Flag, Flags } from "../flags.ts"
import { badDuration, badOption, OUTPUTS, SHORTEST_TIMEOUT, WAITS } from "./checks.ts"

export const API = "skupper.io/v2alpha1"

export interface Command {
  readonly group: string
  readonly verb: string
  /** `<name> <port>` */
  readonly use: string
  readonly short: string
  readonly flags: readonly Flag[]
  run(call: Call): Promise<void>
}

/** A `StatusError` as Go's typed clients word it: a path that is not served says which. */
function worded(error: unknown, verb: string, plural: string): unknown {
  if (!(error instanceof StatusError) || error.code !== 404 || error.details?.name !== undefined) return error
  const message = `the server could not find the requested resource (${verb} ${plural}.skupper.io)`
  return new StatusError(404, "NotFound", message)
}

const MISSING = [
  "The Skupper CRDs are not yet installed. To install them, run",
  '"kubectl apply -f https://skupper.io/v2/install.yaml"',
]

/** What the command says of an error of the API. */
export function linesOf(error: unknown): string[] {
  const { message } = error as Error
  return message.split("(")[0] === "the server could not find the requested resource " ? MISSING : [message]
}

export class Call {
  readonly args: readonly string[]
  readonly flags: Flags
  readonly client: Client
  readonly namespace: string
  /** What is wrong with the call; all is told at once. */
  readonly wrong: string[] = []
  constructor(args: readonly string[], flags: Flags, client: Client, namespace: string) {
    this.args = args
    this.flags = flags
    this.client = client
    this.namespace = namespace
  }
  /** Notes what is wrong, if anything is. */
  check(bad: string | undefined, about = ""): void {
    if (bad !== undefined) this.wrong.push(about === "" ? bad : `${about}: ${bad}`)
  }
  checkTimeout(): void {
    this.check(badDuration(SHORTEST_TIMEOUT, this.flags.duration("timeout")), "timeout is not valid")
  }
  checkWait(): void {
    const wait = this.flags.text("wait")
    if (wait !== "") this.check(badOption(WAITS, wait), "status is not valid")
  }
  checkOutput(): void {
    const output = this.flags.text("output")
    if (output !== "") this.check(badOption(OUTPUTS, output), "output type is not valid")
  }
  /** @throws Exit 2 with everything that is wrong */
  valid(): void {
    if (this.wrong.length > 0) throw new Exit(2, { stdout: this.wrong })
  }

  /** The first list of a command tells whether the kinds are there at all. @throws Exit 2 */
  async mustList(plural: string): Promise<Thing[]> {
    try {
      return await this.list(plural)
    } catch (error) {
      throw new Exit(2, { stdout: [...this.wrong, ...linesOf(error)] })
    }
  }
  async list(plural: string): Promise<Thing[]> {
    const { items } = await this.#send("GET", "get", plural)
    return items ?? []
  }
  async get(plural: string, name: string): Promise<Thing | undefined> {
    try {
      return await this.#send("GET", "get", plural, name)
    } catch (error) {
      if (error instanceof StatusError && error.code === 404) return undefined
      throw error
    }
  }
  create(plural: string, resource: Json): Promise<Thing> {
    return this.#send("POST", "post", plural, undefined, resource)
  }
  replace(plural: string, resource: Thing): Promise<Thing> {
    return this.#send("PUT", "put", plural, resource.metadata.name, resource)
  }
  async remove(plural: string, name: string): Promise<void> {
    await this.#send("DELETE", "delete", plural, name)
  }
  async #send(method: string, verb: string, plural: string, name?: string, body?: Json): Promise<Json> {
    try {
      return await this.client.json(method, pathOf(API, plural, this.namespace, name), body)
    } catch (error) {
      throw worded(error, verb, plural)
    }
  }
}

/** The condition of a type. */
export const conditionOf = (
  thing: Thing | undefined,
  type: string,
): { status: string; message: string } | undefined =>
  (thing?.status?.conditions ?? []).find((one: { type: string }) => one.type === type)

export const isReady = (thing: Thing): boolean => conditionOf(thing, "Ready")?.status === "True"

/** Ends with 1 and a text that brings its own line end, as most of the command's own errors do. */
export const failed = (text: string): Exit => new Exit(1, { stdout: [text, ""] })

export const resource = (kind: string, name: string, spec: Json, namespace?: string): Json => ({
  apiVersion: API,
  kind,
  metadata: { name, ...(namespace !== undefined && { namespace }) },
  spec,
})

export const TIMEOUT = (text: string): Flag => ({ name: "timeout", type: "duration", default: text })
export const OUTPUT: Flag = { name: "output", short: "o" }
