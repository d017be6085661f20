import { processesWith } from "../../e2e/processes.ts"

/** The processes of a container, by the mark in their environment. */
export const marked = (id: string): number[] => processesWith(`PRACTICE_CONTAINER_ID=${id}`)
