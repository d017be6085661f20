import { dropUndrawn } from "../notebook/hidden-characters.ts"
import type { Redactor } from "../notebook/secrets.ts"
import type { Io } from "./io.ts"

type Stream = NodeJS.WriteStream

/**
 * The only way to stdout and stderr; `test/arrows.ts` holds that. It redacts at the streams themselves, so that lanes, prompts
 * and spinners, which draw by themselves, pass the redactor too. Texts are written whole: half a secret is not recognized. What no
 * terminal needs (C1, separators, directions of reading) is dropped here as well; escape codes are ours, and `clean` drops those of others.
 */
export class Out {
  /** For whatever draws by itself. */
  readonly stdout: Stream
  readonly stderr: Stream
  readonly #releases: readonly (() => void)[]

  constructor({ stdout, stderr }: Pick<Io, "stdout" | "stderr">, redactor: Redactor) {
    this.stdout = stdout
    this.stderr = stderr
    this.#releases = [stdout, stderr].map((stream) => redacting(stream, redactor))
    for (const stream of [stdout, stderr]) surviveClosedPipe(stream)
  }

  /** The result of a call, on stdout. */
  print(text: string): void {
    this.stdout.write(text)
  }

  /** What the user wants to know besides the result, on stderr. */
  note(text: string): void {
    this.stderr.write(text)
  }

  /** Gives the streams back as they were. */
  release(): void {
    for (const release of this.#releases) release()
  }
}

/** Replaces the stream's `write` by one that redacts; returns what puts it back. */
function redacting(stream: Stream, redactor: Redactor): () => void {
  const plain = stream.write
  const write = (chunk: Uint8Array | string, ...rest: unknown[]): boolean =>
    Reflect.apply(plain, stream, [
      typeof chunk === "string" ? dropUndrawn(redactor.text(chunk)) : chunk,
      ...rest,
    ])
  stream.write = write
  return () => {
    if (stream.write === write) stream.write = plain
  }
}

const surviving = new WeakSet<Stream>()

/** `… | head` closes our output: the run goes on, the journal has it all. */
function surviveClosedPipe(stream: Stream): void {
  if (surviving.has(stream)) return
  surviving.add(stream)
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error
  })
}
