/** The images of a Skupper router's pod, run as the real programs. */
import { readFile, writeFile } from "node:fs/promises"
import type { PracticeContainer, PracticeImage } from "../../../lib/practice/types/images.ts"
import { API_SERVER, type RouterPods } from "./pods.ts"

/** The programs of a router's pod. */
export interface RouterPrograms {
  /** `skrouterd` */
  readonly router: string
  /** `kube-adaptor`, which writes its configuration first, and then keeps it up to date. */
  readonly adaptor: string
}

const { PATH = "" } = process.env

/** Variables as the image's start script fills them in: unknown ones stay as they are. */
const expanded = (text: string, env: Readonly<Record<string, string>>): string =>
  text.replace(/\$(?:\{(\w+)\}|(\w+))/g, (all, braced, bare) => env[braced ?? bare] ?? all)

async function startRouter(container: PracticeContainer, pods: RouterPods, router: string): Promise<void> {
  const sandbox = await pods.sandboxOf(container)
  const env = { ...container.env, PATH, HOSTNAME: container.pod.name }
  const [given, used] = await Promise.all([
    container.path(container.env.QDROUTERD_CONF!),
    container.path("/tmp/skrouterd.json"),
  ])
  await writeFile(used, expanded(await readFile(given, "utf8"), env))
  await sandbox.run(container, { command: router, args: ["-c", used], env })
}

async function startAdaptor(container: PracticeContainer, pods: RouterPods, adaptor: string): Promise<void> {
  const sandbox = await pods.sandboxOf(container)
  const env = {
    ...{ ...container.env, PATH },
    ...{ KUBERNETES_SERVICE_HOST: API_SERVER.host, KUBERNETES_SERVICE_PORT: String(API_SERVER.port) },
  }
  // A command names the program by its path in the image.
  const args = container.args.filter((it) => it !== "/app/kube-adaptor")
  await sandbox.run(container, { command: adaptor, args, env })
}

export const routerImages = (pods: RouterPods, { router, adaptor }: RouterPrograms): PracticeImage[] => {
  const started =
    (start: (container: PracticeContainer) => Promise<void>) => (container: PracticeContainer) =>
      void start(container).catch((error: Error) => {
        container.log(error.message)
        container.exit(128)
      })
  const adaptorStarted = started((container) => startAdaptor(container, pods, adaptor))
  return [
    { image: /\/skupper-router:/, start: started((container) => startRouter(container, pods, router)) },
    { image: /\/kube-adaptor:/, start: adaptorStarted, init: adaptorStarted },
  ]
}
