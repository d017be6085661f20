import { RunbookError, UsageError } from "../notebook/errors.ts"
import { EXIT } from "../notebook/exit-codes.ts"
import { screenWidth, wrap } from "./width.ts"

/** The terminal for questions. */
export interface PromptIo {
  readonly stdin: NodeJS.ReadableStream
  readonly stdout: NodeJS.WritableStream
  readonly signal?: AbortSignal
  /** Leaves nothing of the answered question on the screen: whether the answer is accepted shows only later. */
  readonly clear?: boolean
}

export interface Question<T> {
  readonly message: string
  /** The answer that Enter alone gives. */
  readonly default?: T
  /** One sentence that says what is wrong with an answer; undefined where it is valid. */
  readonly check?: (value: T) => string | undefined
}

/*
 * All of these throw RunbookError with exit code 130 on Ctrl-C, and UsageError when the input ends without an answer.
 * Never call them without a terminal: whether to ask is decided once, by the command line.
 */

/** A line of text, trimmed. Empty answers are refused unless there is a default. */
export function askText(question: Question<string>, io: PromptIo): Promise<string> {
  return asking(io, async (context) => {
    const { input } = await import("@inquirer/prompts")
    const answer = await input(
      {
        message: question.message,
        default: question.default,
        validate: (value) => {
          const text = value.trim()
          if (text === "") return "An answer is required"
          return question.check?.(text) ?? true
        },
      },
      context,
    )
    return answer.trim()
  })
}

/** A URL; `api.example:6443` becomes `https://api.example:6443`. */
export async function askUrl(question: Question<string>, io: PromptIo): Promise<string> {
  const check = (value: string): string | undefined =>
    urlProblem(withScheme(value)) ?? question.check?.(withScheme(value))
  return withScheme(await askText({ ...question, check }, io))
}

const withScheme = (value: string): string =>
  /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `https://${value}`

function urlProblem(value: string): string | undefined {
  if (!URL.canParse(value) || !/^https?:\/\/[^/]+(\/[^/]+)*\/?$/i.test(value))
    return `${value} is not a URL such as https://api.example:6443`
  return undefined
}

/** One of several, with the arrow keys. */
export function askChoice<T extends string>(
  question: Question<T> & {
    readonly choices: readonly (T | { value: T; name?: string; description?: string })[]
  },
  io: PromptIo,
): Promise<T> {
  return asking(io, async (context) => {
    const { select } = await import("@inquirer/prompts")
    const choices = question.choices.map((choice) =>
      typeof choice === "string" ? { value: choice } : { ...choice, ...described(choice.description, io) },
    )
    // All choices at once where the screen has room, because people do not choose what they do not see.
    const pageSize = Math.max(4, Math.min(choices.length, (rowsOf(io) || 24) - 8))
    return select<T>(
      { message: question.message, choices, default: question.default, loop: false, pageSize },
      context,
    )
  })
}

/** Broken at spaces: the terminal would break it anywhere. */
function described(text: string | undefined, { stdout }: PromptIo): { description?: string } {
  const { columns } = stdout as Partial<NodeJS.WriteStream>
  return text === undefined ? {} : { description: wrap(text, screenWidth(columns) - 1).join("\n") }
}

const rowsOf = ({ stdout }: PromptIo): number | undefined =>
  (stdout as NodeJS.WritableStream & { readonly rows?: number }).rows

/** Yes or no; without a default, Enter alone means no. */
export function askConfirm(question: { message: string; default?: boolean }, io: PromptIo): Promise<boolean> {
  return asking(io, async (context) => {
    const { confirm } = await import("@inquirer/prompts")
    return confirm({ message: question.message, default: question.default ?? false }, context)
  })
}

/** Shows a plan and asks once whether to run it. */
export async function askPlan(planText: string, io: PromptIo): Promise<boolean> {
  io.stdout.write(`${planText.trimEnd()}\n\n`)
  return askConfirm({ message: "Run this plan?" }, io)
}

/** A secret: what is typed is not shown. */
export function askSecret(question: Omit<Question<string>, "default">, io: PromptIo): Promise<string> {
  return asking(io, async (context) => {
    const { password } = await import("@inquirer/prompts")
    const validate = (value: string) =>
      value === "" ? "An answer is required" : (question.check?.(value) ?? true)
    return password({ message: question.message, mask: false, validate }, context)
  })
}

/** A whole number. */
export function askNumber(
  question: Question<number> & { readonly min?: number; readonly max?: number },
  io: PromptIo,
): Promise<number> {
  return asking(io, async (context) => {
    const { number } = await import("@inquirer/prompts")
    const { message, min, max } = question
    return number<true>(
      {
        message,
        default: question.default,
        min,
        max,
        step: 1,
        required: true,
        validate: (value) => question.check?.(value) ?? true,
      },
      context,
    )
  })
}

interface Context {
  input: NodeJS.ReadableStream
  output: NodeJS.WritableStream
  signal: AbortSignal
  clearPromptOnDone: boolean
}

const ENDED = Symbol("the input ended")

/**
 * Inquirer waits for ever on an input that has ended, until the empty event loop ends the process with code 13. So this
 * listens for the end: inquirer's line reader then pauses its input, at Ctrl-D on a terminal too.
 */
async function asking<T>(io: PromptIo, ask: (context: Context) => Promise<T>): Promise<T> {
  const ended = new AbortController()
  const stdin: NodeJS.ReadableStream & { readonly readableEnded?: boolean } = io.stdin
  const end = (): void => ended.abort(ENDED)
  if (stdin.readableEnded === true) end()
  stdin.once("close", end)
  stdin.once("pause", end)
  try {
    const signal = AbortSignal.any([ended.signal, ...(io.signal === undefined ? [] : [io.signal])])
    return await ask({ input: io.stdin, output: io.stdout, signal, clearPromptOnDone: io.clear === true })
  } catch (error) {
    const name = (error as Error | undefined)?.name
    if ((error as Error | undefined)?.cause === ENDED) {
      throw new UsageError("the input ended before the question was answered", {
        fix: "give the value as a flag, or run the command in a terminal",
      })
    }
    if (name === "ExitPromptError" || name === "AbortPromptError") {
      throw new RunbookError("interrupted at a question: nothing was changed", {
        exitCode: EXIT.interrupted,
        cause: error,
      })
    }
    throw error
  } finally {
    stdin.off("close", end)
    stdin.off("pause", end)
  }
}
