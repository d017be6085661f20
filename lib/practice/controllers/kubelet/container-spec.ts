import type { KubeObject } from "../../../cluster/types.ts"
import type { ControllerContext } from "../../types/controllers.ts"
import type { PracticeContainer } from "../../types/images.ts"
import type { PodVolumes } from "./volumes.ts"

/** What a container needs from its pod and kubelet. */
export interface ContainerContext {
  readonly context: ControllerContext
  readonly pod: KubeObject
  readonly dial: PracticeContainer["dial"]
  readonly volumes: PodVolumes
  /** The pod's address. */
  readonly ip: string
  /** Something about its status changed. */
  changed(): void
  /** Something that is told as an Event. */
  warn(reason: string, message: string): void
  /** As {@link warn}, of what happened as it should. */
  note(reason: string, message: string): void
}

export interface ContainerSpec {
  name: string
  image: string
  command?: string[]
  args?: string[]
  env?: { name: string; value?: string; valueFrom?: { fieldRef?: { fieldPath: string } } }[]
  volumeMounts?: { name: string; mountPath: string; subPath?: string }[]
  ports?: { name?: string; containerPort: number }[]
  startupProbe?: Probe
  readinessProbe?: Probe
  livenessProbe?: Probe
}

/** The API server fills in the defaults. */
export interface Probe {
  httpGet?: {
    path?: string
    port: number | string
    scheme?: "HTTP" | "HTTPS"
    httpHeaders?: { name: string; value: string }[]
  }
  tcpSocket?: { port: number | string }
  grpc?: { port: number; service?: string }
  exec?: { command?: string[] }
  initialDelaySeconds?: number
  periodSeconds?: number
  timeoutSeconds?: number
  failureThreshold?: number
  successThreshold?: number
}
