type Stream = "stdout" | "stderr"

/** Cuts output into whole lines, so that a secret that came in two chunks is still known as one. */
export class Lines {
  readonly #tell: (stream: Stream, text: string) => void
  readonly #rest: Record<Stream, string> = { stdout: "", stderr: "" }

  constructor(tell: (stream: Stream, text: string) => void) {
    this.#tell = tell
  }

  take(stream: Stream, chunk: string): void {
    const text = this.#rest[stream] + chunk
    const end = text.lastIndexOf("\n") + 1
    this.#rest[stream] = text.slice(end)
    if (end > 0) this.#tell(stream, text.slice(0, end))
  }

  /** What came without a last newline. */
  end(): void {
    for (const stream of ["stdout", "stderr"] as const) {
      if (this.#rest[stream] !== "") this.#tell(stream, this.#rest[stream])
      this.#rest[stream] = ""
    }
  }
}
