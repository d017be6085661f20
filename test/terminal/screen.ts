import { clearLine, cursorTo, moveCursor } from "node:readline"
import { Writable } from "node:stream"

/**
 * A terminal of a given size: what is written to it and what a person would see. Understands what log-update and
 * listr2 write; anything else is an error, so that nothing is drawn unseen.
 */
export class FakeTerminal extends Writable {
  readonly isTTY = true
  columns: number | undefined
  rows: number | undefined
  /** Every write, as it came. */
  readonly writes: string[] = []
  readonly #width: number
  readonly #height: number
  /** Everything, scrolled-off lines included. */
  readonly #lines: string[][] = [[]]
  #row = 0
  #column = 0
  #cursor = true

  /** `columns` and `rows` are what it reports; 0 is drawn on as 80 by 24, as terminals that report 0 are. */
  constructor(columns: number, rows: number) {
    super({ decodeStrings: false })
    this.columns = columns
    this.rows = rows
    this.#width = columns || 80
    this.#height = rows || 24
  }

  get asStream(): NodeJS.WriteStream {
    return this as unknown as NodeJS.WriteStream
  }

  get cursorShown(): boolean {
    return this.#cursor
  }

  /** What was ever on the screen and stayed, top to bottom. */
  text(): string {
    return this.#lines
      .map((line) =>
        Array.from(line, (cell) => cell ?? " ")
          .join("")
          .trimEnd(),
      )
      .join("\n")
  }

  // What a tty.WriteStream has beside writing; ora uses it.
  readonly cursorTo = (column: number): boolean => cursorTo(this, column)
  readonly moveCursor = (x: number, y: number): boolean => moveCursor(this, x, y)
  readonly clearLine = (direction: -1 | 0 | 1): boolean => clearLine(this, direction)

  override _write(chunk: string | Buffer, _: BufferEncoding, done: () => void): void {
    const text = String(chunk)
    this.writes.push(text)
    const pieces = text.matchAll(/\u001b\[([?0-9;]*)([A-Za-z])|\n|\r|[^\u001b\n\r]/gu)
    for (const [piece, parameters, letter] of pieces) {
      if (letter !== undefined) this.#control(parameters!, letter)
      else if (piece === "\n") this.#newLine()
      else if (piece === "\r") this.#column = 0
      else this.#print(piece)
    }
    done()
  }

  #print(character: string): void {
    if (this.#column >= this.#width) this.#newLine()
    this.#lines[this.#row]![this.#column++] = character
  }

  #newLine(): void {
    this.#row++
    this.#lines[this.#row] ??= []
    this.#column = 0
  }

  #control(parameters: string, letter: string): void {
    const number = Number(parameters || 1)
    const line = this.#lines[this.#row]!
    const top = Math.max(0, this.#lines.length - this.#height)
    switch (letter) {
      case "m":
        return
      case "A":
        this.#row = Math.max(top, this.#row - number)
        return
      case "B":
        this.#row = Math.min(this.#lines.length - 1, this.#row + number)
        return
      case "G":
        this.#column = number - 1
        return
      case "K":
        if (parameters === "2") line.length = 0
        else line.length = Math.min(line.length, this.#column)
        return
      case "h":
      case "l":
        if (parameters === "?25") this.#cursor = letter === "h"
        else if (parameters !== "?2026") throw new Error(`mode ${parameters}${letter}`)
        return
      default:
        throw new Error(`escape code ${parameters}${letter}`)
    }
  }
}
