/** What an image's code sees of the container that it simulates or runs. */
import { expandVariables } from "../../../cluster/container-words.ts"
import type { KubeObject } from "../../../cluster/types.ts"
import { takePort } from "../../ports.ts"
import type { ContainerProgram, PracticeContainer } from "../../types/images.ts"
import type { ContainerContext, ContainerSpec } from "./container-spec.ts"
import { LoopbackService, openForward } from "./loopback.ts"
import { fieldOf } from "./volume-sources.ts"

/** One run of a container, as its handle needs it. */
export interface Run {
  readonly spec: ContainerSpec
  readonly around: ContainerContext
  /** False once this run is over: then its handle does nothing any more. */
  live(): boolean
  /** Calls the image's code: what it throws ends the container. */
  guard(call: () => void): void
  log(line: string): void
  ready(): void
  exit(code: number, reason?: string): void
  run(program: ContainerProgram): void
  /** Called when the run is over, unless it was undone before by what is returned. */
  hold(end: () => void): () => void
}

export function handleOf(run: Run): PracticeContainer {
  const { spec, around, live, hold, guard } = run
  const { context, pod, volumes } = around
  const { namespace = "", name, labels = {} } = pod.metadata
  const cluster = context.name
  const env = environment(spec, pod)
  let scratch: Promise<string> | undefined

  /** Keeps what took its time, or gives it back at once where the run is over by then. */
  const held = <T>(thing: T, end: () => void): T => {
    if (live()) hold(end)
    else end()
    return thing
  }
  const dial: PracticeContainer["dial"] = (address, on) => {
    if (!live()) return () => undefined
    const open = (service: unknown) => guard(() => on.open(service))
    return hold(around.dial(address, { open, lost: () => guard(() => on.lost()) }))
  }
  const listen: PracticeContainer["listen"] = (port, service, where = "pod") => {
    if (!live()) return () => undefined
    const place = { cluster, namespace, pod: name, port }
    return hold(context.network.listen(place, service, where === "loopback"))
  }
  return {
    image: spec.image,
    args: expandVariables([...(spec.command ?? []), ...(spec.args ?? [])], env),
    env,
    pod: { name, namespace, labels, cluster },
    log: (line) => live() && run.log(line),
    ready: () => live() && run.ready(),
    exit: (code, reason) => live() && run.exit(code, reason),
    listen,
    dial,
    run: (program) => live() && run.run(program),
    async serve(port, where) {
      const place = await takePort()
      held(place, place.giveBack)
      listen(port, new LoopbackService(place.port), where)
      return place.port
    },
    async forward(address) {
      const way = await openForward(around.dial, address)
      return held(way, way.close).port
    },
    mounts: (spec.volumeMounts ?? []).map((one) => one.mountPath),
    path: (inside) =>
      volumes.path(inside, spec.volumeMounts ?? [], () => {
        scratch ??= volumes.scratch(spec.name)
        return scratch
      }),
  }
}

const environment = (spec: ContainerSpec, pod: KubeObject): Record<string, string> =>
  Object.fromEntries(
    (spec.env ?? []).map((one) => [
      one.name,
      one.value ?? fieldOf(pod, one.valueFrom?.fieldRef?.fieldPath ?? "") ?? "",
    ]),
  )
