import type { PracticeImage } from "./types/images.ts"

/** Other images in place of a notebook's own, under a flag. */
export interface PracticeVariant {
  readonly images: readonly PracticeImage[]
  /** Why the notebook's own images cannot do what these federation-wide inputs ask: practice then needs the flag. */
  needed?(values: Readonly<Record<string, unknown>>): string | undefined
  /**
   * Gets ready, before clusters start, what the images need for these federation-wide inputs.
   * @returns nothing where all is there, else what to tell the person who waits
   * @throws RunbookError at once where something is missing on this machine
   */
  prepare?(
    values: Readonly<Record<string, unknown>>,
    signal: AbortSignal,
  ): Promise<{ readonly text: string; readonly ready: Promise<unknown> } | undefined>
}
