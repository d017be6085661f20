import { placeName, type Recorded } from "../../lib/runner/events.ts"

/** The content of an awaited line of the journal, whichever run wrote it; undefined for lines that are not awaited. */
export function lineKey(line: Recorded): string | undefined {
  switch (line.type) {
    case "run started":
    case "run ended":
      return line.type
    case "approval":
      return `approval ${line.what}`
    case "action started":
    case "action ended":
      return `${line.type} ${line.action} ${placeName(line)}`
    case "checkpoint":
      return `checkpoint ${placeName(line)}`
    default:
      return undefined
  }
}
