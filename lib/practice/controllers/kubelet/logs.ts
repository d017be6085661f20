/** What a container wrote, with the time of each line, for reading back and following. */
export interface LogLine {
  at: number
  text: string
}

export interface LogQuery {
  tailLines?: number
  sinceSeconds?: number
  sinceTime?: number
  limitBytes?: number
  timestamps?: boolean
}

/** Real logs rotate at 10 MiB and serve the current file only; so many lines are kept here. */
const KEPT = 20_000

/** The log of one run of a container. */
export class ContainerLog {
  #lines: LogLine[] = []
  #followers = new Set<{ line(line: LogLine): void; end(): void }>()
  #ended = false

  write(text: string): void {
    for (const part of text.split("\n")) {
      const line = { at: Date.now(), text: part }
      this.#lines.push(line)
      for (const follower of [...this.#followers]) follower.line(line)
    }
    if (this.#lines.length > KEPT) this.#lines = this.#lines.slice(-KEPT * 0.9)
  }

  /** The container ended: so do those who follow. */
  end(): void {
    this.#ended = true
    for (const follower of [...this.#followers]) follower.end()
    this.#followers.clear()
  }

  /** The lines there are. */
  read({ tailLines, sinceSeconds, sinceTime, limitBytes, timestamps }: LogQuery): string {
    const from = sinceSeconds === undefined ? (sinceTime ?? 0) : Date.now() - sinceSeconds * 1000
    const since = this.#lines.filter((one) => one.at >= from)
    const lines = tailLines === undefined ? since : since.slice(Math.max(0, since.length - tailLines))
    const text = lines.map((one) => format(one, timestamps)).join("")
    return limitBytes === undefined ? text : Buffer.from(text).subarray(0, limitBytes).toString()
  }

  /** Every line from now on. Returns how to stop. */
  follow(on: { line(line: LogLine): void; end(): void }): () => void {
    if (this.#ended) {
      on.end()
      return () => undefined
    }
    this.#followers.add(on)
    return () => this.#followers.delete(on)
  }
}

/** As the kubelet sends it; nanoseconds are made up from milliseconds. */
export const format = ({ at, text }: LogLine, timestamps = false): string =>
  timestamps ? `${new Date(at).toISOString().replace("Z", "000000Z")} ${text}\n` : `${text}\n`
