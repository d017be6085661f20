import { duration } from "../notebook/format.ts"

/**
 * Shows that the program waits for something outside the lanes (practice clusters that start, a browser login); silent
 * without a terminal.
 * @param stream stderr, because a program may read stdout
 */
export async function waitingFor<T>(
  text: string,
  promise: Promise<T>,
  stream: NodeJS.WriteStream,
): Promise<T> {
  // On a terminal that reports 0 columns ora never ends a line.
  if (stream.isTTY !== true || !stream.columns) return promise
  // The promise may fail before ora is loaded. That is not an unhandled rejection: it is awaited below.
  promise.catch(() => {})
  const { default: ora } = await import("ora")
  const started = performance.now()
  const spinner = ora({
    text,
    stream,
    // Ctrl-C and text that is typed ahead are left to other listeners of stdin.
    discardStdin: false,
    interval: 100,
  }).start()
  try {
    const result = await promise
    spinner.succeed(`${text} (${duration((performance.now() - started) / 1000)})`)
    return result
  } catch (error) {
    spinner.fail(text)
    throw error
  }
}
