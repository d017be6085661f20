import { clippedDeep, LONGEST_JOURNALED } from "../notebook/format.ts"
import type { Redactor } from "../notebook/secrets.ts"
import type { Emit, Event, Listener } from "./events.ts"
import type { Journal } from "./journal-memory.ts"

/**
 * The one source of events: redacts, limits the length of texts, writes to the journal and calls the listeners, in this order. `emit` does not wait;
 * `durable` resolves once the line is on disk and is awaited where the order matters (approval, action, checkpoint).
 */
export interface Bus {
  readonly emit: Emit
  durable(event: Event): Promise<void>
}

/** What later runs rely on is kept whole; everything else is the words of clusters and commands. */
const OURS: ReadonlySet<Event["type"]> = new Set(["run started", "answered", "value", "checkpoint"])

export function createBus(journal: Journal, redactor: Redactor, listeners: readonly Listener[]): Bus {
  const send = (event: Event): Promise<void> => {
    const redacted = redactor.deep(event)
    const { recorded, durable } = journal.append(
      OURS.has(event.type) ? redacted : clippedDeep(redacted, LONGEST_JOURNALED),
    )
    for (const listener of listeners) listener(recorded)
    return durable
  }
  return {
    emit: (event) => {
      void send(event).catch(() => {})
    },
    durable: send,
  }
}
