import type { Journal } from "./journal-memory.ts"

/** A federation's folder and its journal (docs/design.md, state on disk). */
export interface State {
  readonly folder: string
  readonly journal: Journal
  /** Warnings of its opening: a torn tail was cut, a new journal was started. */
  readonly warnings: readonly string[]
  /** `kubeconfigs/<site>`; the file may not exist yet. */
  kubeconfig(site: string): string
  /** `private/<site>.<name>`; the file may not exist yet. */
  privateFile(site: string, name: string): string
  /** Waits for pending lines and releases the lock. */
  close(): Promise<void>
}
