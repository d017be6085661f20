import type { Journal } from "./journal.ts"

/** A federation's folder and what it remembers (design §6). */
export interface State {
  readonly folder: string
  readonly journal: Journal
  /** `kubeconfigs/<site>`; the file may not exist yet. */
  kubeconfig(site: string): string
  /** `tokens/<site>.yaml`; the file may not exist yet. */
  token(site: string): string
  /** Gives the lock back. */
  close(): Promise<void>
}
