import { join } from "node:path"

/** Tells how the process is reached that answers the commands of a folder: its port, and what each side proves itself with. */
export const serverFile = (folder: string): string => join(folder, ".server")
