/** What a container is up to, as its pod's status says it. */
import type { KubeObject } from "../../../cluster/types.ts"
import { wireTime } from "../conditions.ts"
import type { Pace } from "../pace.ts"

interface Terminated {
  terminated: {
    exitCode: number
    reason: string
    startedAt: string
    finishedAt: string
    containerID: string
  }
}

export type State =
  | { waiting: { reason: string; message?: string } }
  | { running: { startedAt: string } }
  | Terminated

/** Back-off as a kubelet's: ten seconds, doubled up to five minutes. */
export const backOff = (pace: Pace, failures: number): number =>
  pace(Math.min(300_000, 10_000 * 2 ** (failures - 1)), Math.min(1000, 200 * 2 ** (failures - 1))) || 50

/** The end of what is in this state. */
export const endOf = (
  state: State,
  exitCode: number,
  containerID: string,
  reason = exitCode === 0 ? "Completed" : "Error",
): Terminated => ({
  terminated: {
    ...{ exitCode, reason },
    startedAt: "running" in state ? state.running.startedAt : wireTime(),
    finishedAt: wireTime(),
    containerID,
  },
})

/** Waits in a back-off after so many failures. */
export function crashLoop(failures: number, container: string, { metadata }: KubeObject): State {
  const real = Math.min(300, 10 * 2 ** Math.max(0, failures - 1))
  const time = real < 60 ? `${real}s` : `${Math.floor(real / 60)}m${real % 60}s`
  const { name, namespace, uid } = metadata
  const message = `back-off ${time} restarting failed container=${container} pod=${name}_${namespace}(${uid})`
  return { waiting: { reason: "CrashLoopBackOff", message } }
}
