/**
 * Shows that something outside the list of lanes is waited for (practice clusters starting, a browser login); silent
 * off a terminal. Draws on stderr: stdout is for what a program may read.
 */
import { duration } from "../notebook/format.ts"
export async function waitingFor<T>(
  text: string,
  promise: Promise<T>,
  stream: NodeJS.WriteStream = process.stderr,
): Promise<T> {
  // On a terminal that reports no columns ora never comes to the end of a line.
  if (stream.isTTY !== true || !stream.columns) return promise
  // The promise may fail before ora is loaded: that is not an unhandled rejection, it is awaited below.
  promise.catch(() => {})
  const { default: ora } = await import("ora")
  const started = performance.now()
  const spinner = ora({
    text,
    stream,
    // Ctrl-C and what is typed ahead stay with whoever listens to stdin.
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
