import type { Journal } from "./journal.ts"

/** A federation's folder and what it remembers (design §6). */
export interface State {
  readonly folder: string
  readonly journal: Journal
  /** What opening it had to say: a torn tail was cut, a new journal was started. */
  readonly warnings: readonly string[]
  /** `kubeconfigs/<site>`; the file may not exist yet. */
  kubeconfig(site: string): string
  /** `tokens/<site>.yaml`; the file may not exist yet. */
  token(site: string): string
  /** Waits for pending lines, gives the lock back. */
  close(): Promise<void>
}
