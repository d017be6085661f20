import { StringDecoder } from "node:string_decoder"
import { QUIET_STREAM_MS } from "../limits.ts"
import { CheckError, unknown } from "../notebook/check-result.ts"
import type { Api } from "./api.ts"
import type { Changes, Versioned } from "./changes.ts"
import { ClusterError } from "./errors.ts"
import type { LogOptions } from "./types.ts"

/** Characters kept of a log that is followed for long; kubelets rotate at 10 MiB. */
const LONGEST = 32 * 1024 * 1024

/** The log of a container, read once whole and then followed. */
export class FollowedLog implements Versioned {
  version = 0
  /** False once the stream has ended. */
  live = true
  readonly #options: LogOptions
  #whole: string
  /** What the stream has brought: it starts from the beginning, so it counts once it has as many lines as the log that was read whole. */
  #streamed = ""
  #lines = 0

  private constructor(options: LogOptions, whole: string) {
    this.#options = options
    this.#whole = whole
  }

  static async open(
    api: Api,
    options: LogOptions,
    changes: Changes,
    signal: AbortSignal,
  ): Promise<FollowedLog> {
    const log = new FollowedLog(options, await readLog(api, options, signal))
    const expected = countLines(log.#whole)
    void log.#follow(api, expected, changes, signal).then(() => {
      log.live = false
      // Its container or the connection ended: it is read again after a pause.
      changes.unwatched()
    })
    return log
  }

  get text(): string {
    const { tail } = this.#options
    if (tail === undefined) return this.#whole
    const lines = this.#whole.split("\n")
    const last = lines.at(-1) === "" ? 1 : 0
    return lines.slice(Math.max(0, lines.length - last - tail)).join("\n")
  }

  async #follow(api: Api, expected: number, changes: Changes, signal: AbortSignal): Promise<void> {
    try {
      const { answer } = await api.ask({
        path: logPath(this.#options),
        query: { ...logQuery(this.#options), follow: true },
        headers: { accept: "*/*" },
        signal,
        quiet: QUIET_STREAM_MS,
      })
      if (answer.status !== 200) {
        await answer.body.dump()
        return
      }
      const decoder = new StringDecoder("utf8")
      for await (const chunk of answer.body as AsyncIterable<Buffer>) {
        const text = decoder.write(chunk)
        this.#streamed = (this.#streamed + text).slice(-LONGEST)
        this.#lines += countLines(text)
        if (this.#lines < expected || this.#streamed === this.#whole) continue
        this.#whole = this.#streamed
        this.version++
        changes.moved()
      }
    } catch {
      // Why it ended does not matter: the next read asks the server.
    }
  }
}

/**
 * The log as it is now.
 * @throws CheckError unknown (missing): the pod does not exist (404), or its container has not started yet (400)
 */
export async function readLog(api: Api, options: LogOptions, signal?: AbortSignal): Promise<string> {
  const request = { path: logPath(options), query: logQuery(options), headers: { accept: "*/*" }, signal }
  try {
    return (await api.text(request)).text
  } catch (error) {
    if (!(error instanceof ClusterError) || (error.code !== 400 && error.code !== 404)) throw error
    throw new CheckError(unknown("missing", error.message), { cause: error })
  }
}

const logPath = ({ namespace, pod }: LogOptions): string =>
  `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log`

const logQuery = ({ container, previous, tail, timestamps }: LogOptions) => ({
  container,
  previous,
  tailLines: tail,
  timestamps,
})

function countLines(text: string): number {
  let count = 0
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) count++
  return count
}
