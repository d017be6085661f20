/**
 * The gate on this machine: nginx, if it is there, with the configuration of the pod. Only its port, the SuperLink's and the folders
 * are others. Without nginx, connections are passed on as they are.
 */
import { accessSync, constants } from "node:fs"
import { mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises"
import { delimiter, join } from "node:path"
import type { PracticeContainer } from "../../lib/index.ts"
import { FLEET_PORT } from "../flower/flower-versions.ts"
import { GATE_UPSTREAM } from "../security/gate.ts"

/** Where the pod's start script keeps what nginx writes, and the links to certificates. */
const SCRATCH = "/tmp/gate"
const CONFIGURATION = "/etc/gate"

/** The path of nginx: Debian has it in a folder that is not on everybody's PATH. */
export const findNginx = (path = process.env.PATH ?? ""): string | undefined =>
  [...path.split(delimiter), "/usr/sbin"]
    .filter(Boolean)
    .map((folder) => join(folder, "nginx"))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK)
        return true
      } catch {
        return false
      }
    })

/** Ports and folder of a gate on this machine. */
export interface GateHere {
  readonly port: number
  readonly superlink: number
  readonly scratch: string
}

/** A file of the gate's configuration, as it is in the pod, for this machine. */
export const configHere = (text: string, { port, superlink, scratch }: GateHere): string =>
  text
    .replaceAll(/^listen \d+/gm, `listen 127.0.0.1:${port}`)
    .replaceAll(GATE_UPSTREAM, `127.0.0.1:${superlink}`)
    .replaceAll(/\/tmp\/gate([^\s;]*)/g, (_, rest: string) => JSON.stringify(`${scratch}${rest}`))

export async function startGateHere(container: PracticeContainer): Promise<void> {
  const nginx = findNginx()
  if (nginx === undefined) return passOn(container)
  const scratch = await container.path(SCRATCH)
  const here = {
    port: await container.serve(FLEET_PORT),
    superlink: await container.forward(GATE_UPSTREAM),
    scratch,
  }
  const configuration = join(scratch, "here")
  await mkdir(configuration, { recursive: true, mode: 0o700 })
  for (const name of ["nginx.conf", "server.conf"]) {
    const text = await readFile(await container.path(`${CONFIGURATION}/${name}`), "utf8")
    await writeFile(join(configuration, name), configHere(text, here), { mode: 0o600 })
  }
  const { CERTIFICATE, KEY, AUTHORITY } = container.env
  const links = { "tls.crt": CERTIFICATE, "tls.key": KEY, "ca.crt": AUTHORITY }
  for (const [name, target] of Object.entries(links)) {
    await rm(join(scratch, name), { force: true })
    if (target !== undefined) await symlink(await container.path(target), join(scratch, name))
  }
  container.run({
    command: nginx,
    args: ["-e", "stderr", "-c", join(configuration, "nginx.conf")],
    env: { PATH: "/usr/bin:/bin" },
    folder: scratch,
  })
  container.ready()
}

/** A practice goes on without nginx, and says what is missing. */
function passOn(container: PracticeContainer): void {
  container.log(
    "nginx is not on PATH: this gate of a practice cluster passes every connection on to the SuperLink and refuses nothing; install nginx to practice with the real gate",
  )
  container.ready()
  let close = () => {}
  container.dial(GATE_UPSTREAM, {
    open(superlink) {
      close()
      close = container.listen(FLEET_PORT, superlink)
    },
    lost: () => close(),
  })
}
