import type { Redactor } from "../notebook/secrets.ts"
import type { Emit, Event, Listener } from "./events.ts"
import type { Journal } from "./journal-memory.ts"

/**
 * The one source of events: redacts, writes to the journal and calls the listeners, in this order. `emit` does not wait;
 * `durable` resolves once the line is on disk and is awaited where the order matters (approval, action, checkpoint).
 */
export interface Bus {
  readonly emit: Emit
  durable(event: Event): Promise<void>
}

export function createBus(journal: Journal, redactor: Redactor, listeners: readonly Listener[]): Bus {
  const send = (event: Event): Promise<void> => {
    const { recorded, durable } = journal.append(redactor.deep(event))
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
