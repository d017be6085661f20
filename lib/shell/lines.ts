type Stream = "stdout" | "stderr"

/** Cuts output into whole lines, so that a secret in two chunks is still found. */
export class Lines {
  readonly #emit: (stream: Stream, text: string) => void
  readonly #rest: Record<Stream, string> = { stdout: "", stderr: "" }

  constructor(emit: (stream: Stream, text: string) => void) {
    this.#emit = emit
  }

  take(stream: Stream, chunk: string): void {
    const text = this.#rest[stream] + chunk
    const end = text.lastIndexOf("\n") + 1
    this.#rest[stream] = text.slice(end)
    if (end > 0) this.#emit(stream, text.slice(0, end))
  }

  /** Emits what came without a last newline. */
  end(): void {
    for (const stream of ["stdout", "stderr"] as const) {
      if (this.#rest[stream] !== "") this.#emit(stream, this.#rest[stream])
      this.#rest[stream] = ""
    }
  }
}
