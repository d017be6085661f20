import { randomBytes } from "node:crypto"

/** Drafts of files that are written whole. The name is one that nobody gives to a file of their own: `report.2024` is not one. */
const DRAFT = /\.draft-(\d+)-[0-9a-f]{8}$/

/** The path of a new draft beside the file: its name holds the writer's pid, so that the draft of a killed writer can be removed. */
export const draftOf = (path: string): string =>
  `${path}.draft-${process.pid}-${randomBytes(4).toString("hex")}`

/** The pid of a draft's writer; nothing where the name is not one of a draft. */
export function writerOf(name: string): number | undefined {
  const pid = DRAFT.exec(name)?.[1]
  return pid === undefined ? undefined : Number(pid)
}
