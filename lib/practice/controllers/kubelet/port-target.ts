/** What a forwarded port of a pod leads to. */
import { Duplex } from "node:stream"
import type { SimulatedPort } from "../../types/images.ts"
import { TcpService } from "./loopback.ts"

/** What is listening at a port of a pod: a program's, or a simulated one; undefined where nothing is. */
export type Behind = (port: number) => TcpService | SimulatedPort | undefined

/** Why a port cannot be reached, in a kubelet's words. */
export function whyNot(port: number, uid: string, why: string): string {
  const namespace = `/var/run/netns/${uid}`
  const text = `port forward into network namespace "${namespace}": failed to connect to localhost:${port} inside namespace ${uid}: dial tcp 127.0.0.1:${port}: connect: ${why}`
  return `error forwarding port ${port} to pod ${uid}, uid : ${text}`
}

export async function connectTo(target: TcpService | SimulatedPort): Promise<Duplex> {
  if (target instanceof TcpService) return target.connect()
  const simulated = new Duplex({
    read: () => undefined,
    write(bytes: Buffer, _encoding, written) {
      const answer = target.answer?.(bytes)
      if (answer !== undefined) simulated.push(answer)
      written()
    },
  })
  if (target.greeting !== undefined) simulated.push(target.greeting)
  return simulated
}
