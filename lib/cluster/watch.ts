import { StringDecoder } from "node:string_decoder"
import { GOOD_STREAM_MS, LONGEST_ANSWER_BYTES, pause, QUIET_STREAM_MS, WATCH_BACK_OFF_MS } from "../limits.ts"
import { type Api, selectors } from "./api.ts"
import { tooLong } from "./body.ts"
import { ClusterError, errorCode, refused, unreachable } from "./errors.ts"
import type { KubeObject, Query, WatchEvent } from "./types.ts"

export interface WatchHandlers {
  /** Everything that exists: at the start, and again whenever events were missed. */
  list(items: KubeObject[]): void
  /** ADDED, MODIFIED or DELETED; bookmarks are not passed on. */
  event(event: WatchEvent): void
  /** Called after each failed attempt; true ends the watch by throwing the error. Without it a watch never gives up. */
  giveUp?(error: unknown, failures: number): boolean
}

/**
 * LIST, then WATCH from its resourceVersion for ever: opened again where it ended, listed again after 410, with
 * back-off when it fails. Resolves when the signal aborts.
 * @throws what a handler throws; the error for which `giveUp` returned true
 */
export async function watchQuery(
  api: Api,
  query: Query,
  handlers: WatchHandlers,
  signal: AbortSignal,
): Promise<void> {
  let version: string | undefined
  let failures = 0
  let thrown: { error: unknown } | undefined
  const handle = (call: () => void): void => {
    try {
      call()
    } catch (error) {
      thrown = { error }
      throw error
    }
  }
  while (!signal.aborted) {
    const started = performance.now()
    try {
      if (version === undefined) {
        const page = await api.list(query, signal)
        handle(() => handlers.list(page.items))
        version = page.resourceVersion
      }
      for await (const event of events(api, query, version, signal)) {
        version = event.object.metadata.resourceVersion ?? version
        failures = 0
        if (event.type !== "BOOKMARK") handle(() => handlers.event(event))
      }
      failures = performance.now() - started >= GOOD_STREAM_MS ? 0 : failures + 1
    } catch (error) {
      if (thrown !== undefined) throw thrown.error
      if (signal.aborted) return
      failures++
      if (error instanceof ClusterError && error.code === 410) version = undefined
      else if (handlers.giveUp?.(error, failures)) throw error
    }
    await pause(backOff(failures), signal)
  }
}

/** Nothing after the first failure (a stream's ordinary end), then growing, spread so that many do not come at once. */
function backOff(failures: number): number {
  if (failures <= 1) return 0
  return (
    Math.min(WATCH_BACK_OFF_MS.longest, WATCH_BACK_OFF_MS.first * 2 ** (failures - 2)) *
    (0.8 + 0.4 * Math.random())
  )
}

/** The events of one WATCH until the server ends it. */
async function* events(
  api: Api,
  query: Query,
  resourceVersion: string,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent> {
  const { answer, connection } = await api.ask({
    path: await api.path({ ...query, name: undefined }, signal),
    query: { ...selectors(query), watch: true, allowWatchBookmarks: true, resourceVersion },
    signal,
    quiet: QUIET_STREAM_MS,
  })
  if (answer.status !== 200) throw refused(connection, answer.status, await connection.text(answer, signal))
  for await (const line of lines(answer.body)) {
    const event = JSON.parse(line) as WatchEvent | { type: "ERROR"; object: { code?: number } }
    if (event.type === "ERROR") {
      throw refused(connection, event.object.code ?? 500, JSON.stringify(event.object))
    }
    yield event
  }
  async function* lines(body: AsyncIterable<Buffer>): AsyncGenerator<string> {
    const decoder = new StringDecoder("utf8")
    let rest = ""
    try {
      for await (const chunk of body) {
        const parts = (rest + decoder.write(chunk)).split("\n")
        rest = parts.pop()!
        if (rest.length > LONGEST_ANSWER_BYTES)
          throw tooLong(connection.server, answer.about, LONGEST_ANSWER_BYTES)
        for (const part of parts) if (part.trim() !== "") yield part
      }
    } catch (error) {
      // Quiet for long: the watch resumes from its last version.
      if (errorCode(error) === "UND_ERR_BODY_TIMEOUT") return
      throw unreachable(connection, error)
    }
  }
}
