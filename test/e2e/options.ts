/** The runner as the command line calls it, for tests that pass what no flag does. */
import { Redactor } from "../../lib/notebook/secrets.ts"
import { entryOf } from "../../lib/practice/files.ts"
import type { Practice } from "../../lib/practice/types/practice.ts"
import type { RunOptions } from "../../lib/runner/types.ts"
import { createToolbox } from "../../lib/tools.ts"
import { practiceValues } from "../../runbooks/practice-images.ts"

/** The inputs of practice clusters' sites, as the federation file has them. */
export const siteInputs = ({ folder, clusters }: Practice) =>
  clusters.map(({ name, role, server }) => ({
    name,
    role,
    ...entryOf({ folder, values: practiceValues }, { name, role, server }),
  }))

/** The required options of a run, and any others. */
export type SomeRunOptions = Pick<RunOptions, "notebook" | "federation" | "state"> & Partial<RunOptions>

/** Opens the tools of a run with the commands of practice, and closes them after the work. */
export async function withRunOptions<T>(
  { commands }: Practice,
  options: SomeRunOptions,
  work: (options: RunOptions) => Promise<T>,
): Promise<T> {
  const redactor = new Redactor()
  const toolbox = createToolbox({ ...options, redactor, commands })
  try {
    return await work({
      toolbox,
      redactor,
      selection: {},
      approval: "all",
      command: "test",
      version: "test",
      interactive: false,
      timeout: 20,
      listeners: [],
      signal: new AbortController().signal,
      ...options,
    })
  } finally {
    await toolbox.close()
  }
}
