import type { PracticeImage } from "../practice/types/images.ts"
import type { PracticeVariant } from "../practice/variant.ts"

/** What the program passes to the command line: streams, environment, and what practice clusters need to know. */
export interface Io {
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** The name to show in help and in commands to type next. */
  readonly program: string
  readonly version: string
  /** What the notebook's pods do in practice clusters; without it there are no practice clusters. */
  readonly practiceImages?: readonly PracticeImage[]
  /** A folder with stand-ins for commands that practice clusters lack. */
  readonly practiceCommands?: string
  /** What the pods do under the notebook's `practiceFlag`. */
  readonly practiceVariant?: PracticeVariant
  /** Keys of a site's entry in the federation file of practice clusters. */
  readonly practiceValues?: (site: { name: string; role: string }) => Record<string, unknown>
}
