/** Practice with real Flower: the images flwr/superlink and flwr/supernode run the programs of the `flwr` package. */
import { mkdir } from "node:fs/promises"
import { join } from "node:path"
import type { PracticeContainer, PracticeImage, PracticeVariant } from "../../lib/index.ts"
import { ensureEnvironment, findEnvironment, findPython, QUIET } from "../flower/environment.ts"
import { versionOfImage } from "../flower/flower-versions.ts"
import { GATE_IMAGE } from "../security/gate.ts"
import { superlinkHere, supernodeHere } from "./arguments.ts"
import { startGateHere } from "./gate.ts"

type Part = "superlink" | "supernode"

/** The user's home in Flower's images. */
const HOME = "/app"

function versionOf(image: string): string {
  const version = versionOfImage(image)
  if (version === undefined)
    throw new Error(`the tag of ${image} is not a version of Flower: manifest unknown`)
  return version
}

async function start(container: PracticeContainer, part: Part): Promise<void> {
  const program = `flower-${part}`
  const version = versionOf(container.image)
  const bin = await ensureEnvironment(version)
  // A Deployment may name the program that the image starts by default.
  const given = container.args[0] === program ? container.args.slice(1) : container.args
  const [command, args] =
    container.args[0] === "python"
      ? [join(bin, "python"), await scriptHere(container, version)]
      : [
          join(bin, program),
          await (part === "superlink" ? superlinkHere : supernodeHere)(given, version, container),
        ]
  const [home, flower, scratch] = await Promise.all(
    [HOME, join(HOME, ".flwr"), "/tmp"].map((path) => container.path(path)),
  )
  // Folders that exist in the image.
  await Promise.all([home, scratch].map((folder) => mkdir(folder!, { recursive: true, mode: 0o700 })))
  container.run({
    command,
    args,
    env: {
      ...container.env,
      ...QUIET,
      // It starts flower-superexec without a path.
      PATH: `${bin}:/usr/bin:/bin`,
      HOME: home!,
      FLWR_HOME: flower!,
      TMPDIR: scratch!,
    },
    folder: home!,
  })
  // A container without a probe is ready as soon as its process runs.
  container.ready()
}

/** A pod of `--proof refused`: a script, how the SuperNode is to be refused, a folder, and the SuperNode's arguments. */
async function scriptHere(container: PracticeContainer, version: string): Promise<string[]> {
  const [, flag = "", script = "", how = "", folder = "", ...flags] = container.args
  return [
    flag,
    script,
    how,
    await container.path(folder),
    ...(await supernodeHere(flags, version, container)),
  ]
}

/** How an image starts; what fails then ends the container. */
const starting =
  (started: (container: PracticeContainer) => Promise<void>) =>
  (container: PracticeContainer): void => {
    started(container).catch((error: Error) => {
      container.log(error.message)
      container.exit(128)
    })
  }

const image = (part: Part): PracticeImage => ({
  image: new RegExp(`(?:^|/)${part}(?:[:@]|$)`),
  probed: true,
  async pull(reference) {
    await ensureEnvironment(versionOf(reference))
  },
  start: starting((container) => start(container, part)),
})

/** `--flower` */
export const practiceFlower: PracticeVariant = {
  images: [image("superlink"), image("supernode"), { image: GATE_IMAGE, start: starting(startGateHere) }],
  needed: ({ proof }) =>
    proof === "run"
      ? "--proof run makes a federated run, and the simulated SuperLink of practice clusters runs no apps"
      : undefined,
  async prepare({ flowerVersion }, signal) {
    const version = String(flowerVersion)
    if ((await findEnvironment(version)) !== undefined) return undefined
    await findPython()
    return {
      text: `Installing Flower ${version} from PyPI (only once)`,
      ready: ensureEnvironment(version, { signal }),
    }
  },
}
