/** Errors as `oc` and `kubectl` print them. */
import { RunbookError } from "../../../notebook/errors.ts"
import { ConnectionError, StatusError } from "../client.ts"
import { Exit } from "../exit.ts"

/** An error of the API about a file: the API's own words come after what was being done. */
export const about = (error: unknown, doing: string): unknown =>
  error instanceof StatusError
    ? new StatusError(error.code, error.reason, `${doing}: ${error.message}`, error.details)
    : error

function ofStatus(error: StatusError): string {
  if (error.code === 401) return `error: You must be logged in to the server (${error.message})`
  const { kind, name, causes = [] } = error.details ?? {}
  if (error.reason === "Invalid" && kind !== undefined) {
    const lines = causes.map((one) => (one.field ? `${one.field}: ${one.message}` : one.message))
    const what = `The ${kind} ${JSON.stringify(name ?? "")} is invalid`
    if (lines.length === 0) return what
    return `${what}: ${lines.length === 1 ? lines[0] : `\n* ${lines.join("\n* ")}`}`
  }
  return `Error from server${error.reason ? ` (${error.reason})` : ""}: ${error.message}`
}

const ofConnection = ({ code, why, host }: ConnectionError): string =>
  code === "ECONNREFUSED"
    ? `The connection to the server ${host} was refused - did you specify the right host or port?`
    : `Unable to connect to the server: ${why}`

/** How a command ends with an error that it has not foreseen. */
export function exitOf(error: unknown): Exit {
  if (error instanceof StatusError) return new Exit(1, { stderr: [ofStatus(error)] })
  if (error instanceof ConnectionError) return new Exit(1, { stderr: [ofConnection(error)] })
  const words =
    error instanceof RunbookError
      ? [error.message, error.why].filter(Boolean).join(": ")
      : (error as Error).message
  return new Exit(1, { stderr: [`error: ${words}`] })
}
