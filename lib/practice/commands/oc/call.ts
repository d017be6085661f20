/** One call of `oc`: its arguments, its flags, its kubeconfig, its cluster. */
import { Client } from "../client.ts"
import { Exit } from "../exit.ts"
import type { Flag, Flags } from "../flags.ts"
import { type Loaded, loadKubeconfig, type Session } from "../kubeconfig.ts"

export interface Command {
  /** `login`, or `rollout status`. */
  readonly name: string
  readonly use: string
  readonly short: string
  readonly flags: readonly Flag[]
  run(call: Call): Promise<void>
}

/** `error: …` on stderr, exit 1: what most of `oc`'s own errors are. */
export const fail = (...lines: string[]): Exit =>
  new Exit(1, { stderr: [`error: ${lines[0]}`, ...lines.slice(1)] })

const INCOMPLETE = [
  "Missing or incomplete configuration info.  Please point to an existing, complete config file:",
  "",
  "",
  "  1. Via the command-line flag --kubeconfig",
  "  2. Via the KUBECONFIG environment variable",
  "  3. In your home directory as ~/.kube/config",
  "",
  "To view or setup config directly use the 'config' command.",
]

export const incomplete = (): Exit => fail(...INCOMPLETE)

export class Call {
  readonly args: readonly string[]
  readonly flags: Flags
  #loaded: Loaded | undefined
  #client: Client | undefined
  constructor(args: readonly string[], flags: Flags) {
    this.args = args
    this.flags = flags
  }

  async load(): Promise<Loaded> {
    this.#loaded ??= await loadKubeconfig(this.flags.text("kubeconfig"), this.flags.text("context"))
    return this.#loaded
  }
  /** @throws Exit where the kubeconfig names no cluster */
  async session(): Promise<Session> {
    const { session } = await this.load()
    const context = this.flags.text("context")
    if (session === undefined && context !== "") throw fail(`context "${context}" does not exist`)
    if (session?.cluster?.server === undefined) throw incomplete()
    return session
  }
  async client(): Promise<Client> {
    const session = await this.session()
    this.#client ??= Client.of(session)
    return this.#client
  }
  /** Of `-n`, else of the context, else `default`. */
  async namespace(): Promise<string> {
    return this.flags.text("namespace") || (await this.session()).namespace || "default"
  }
  close(): void {
    this.#client?.close()
  }
}
