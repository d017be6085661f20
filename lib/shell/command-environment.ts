import { delimiter } from "node:path"
import type { Federation } from "../notebook/federation.ts"
import type { Notebook } from "../notebook/notebook.ts"

export interface CommandEnvironment {
  readonly notebook: Pick<Notebook, "environment">
  readonly federation: Pick<Federation, "values">
  /** The environment that commands start from. */
  readonly env: Readonly<NodeJS.ProcessEnv>
  /** A folder searched first for commands; default the input `commands`. */
  readonly commands?: string
}

/** What commands run with: the kubeconfig, the notebook's variables, and the folder of commands first on PATH. */
export function commandEnvironment(
  {
    notebook,
    federation,
    env,
    commands = federation.values.commands as string | undefined,
  }: CommandEnvironment,
  kubeconfig: string,
): NodeJS.ProcessEnv {
  return {
    ...env,
    PATH: [commands, env.PATH].filter(Boolean).join(delimiter),
    KUBECONFIG: kubeconfig,
    ...notebook.environment,
  }
}
