import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { parse, stringify } from "yaml"
import { FORMATS } from "../../lib/cli/commands-table.ts"
import type { Fault } from "../../lib/practice/types/faults.ts"
import { program } from "../../runbooks/index.ts"
import { filesIn, found, recordingCommands, type Secrets } from "../e2e/canaries.ts"
import { type PracticeHere, practiceHere } from "../e2e/practice-here.ts"
import { type Campaign, shorter } from "./campaign.ts"
import { callGuide } from "./guide.ts"
import type { Random } from "./random.ts"

const LOGINS = ["token", "password", "context"] as const
type Login = (typeof LOGINS)[number]

interface Typed {
  readonly argv: readonly string[]
  /** The clusters fail meanwhile: an error tells more than a success. */
  readonly fault?: Fault
}

interface Case {
  readonly login: Login
  /** What is typed, in this order. */
  readonly calls: readonly Typed[]
}

const STEPS = program.notebook.steps.map(({ id }) => id)
const SITES = ["superlink", "supernode-1"]
/** What passes by itself after so many requests. */
const FAILING = ["500", "503", "429", "reset", "cut", "gone", "forbidden", "unauthorized"]

/** What reads the folder alone is as likely as what asks clusters, and a tenth of its work. */
function drawCall(random: Random): Typed {
  const site = random.percent(30) ? ["--site", random.pick(SITES)] : []
  if (random.percent(75)) {
    const argv = random.pick([
      ["status", ...site],
      ["values", ...site],
      ["show", random.pick(STEPS)],
      ["report", "--format", random.pick(FORMATS), ...site],
      ["report", "--format", random.pick(FORMATS), ...site],
      ["report", "--format", random.pick(FORMATS), ...site],
    ])
    return { argv: [...argv, ...(argv[0] !== "report" && random.percent(30) ? ["--json"] : [])] }
  }
  const argv = random.pick([
    ["status", "--live", ...site],
    ["plan", ...site],
    ["plan", "--json"],
    ["doctor", ...site],
    ["step", random.pick(["login", "token-redeem", "project"]), random.pick(["--json", "--rerun"])],
    ["run", random.pick(["--json", "--show"]), "--yes"],
  ])
  if (random.percent(70)) return { argv }
  return { argv, fault: { where: "api", what: random.pick(FAILING), times: random.int(1, 4) } }
}

/** Canaries over every output, every file and every argument, for each way to log in. */
export const secrets: Campaign<Case> = {
  name: "secrets",
  promise: "no token, password, code or key is printed, journaled, typed or readable for others",
  unit: "outputs",
  count: 10_000,
  short: 40,
  async prepare() {
    const worlds = new Map<Login, World>()
    const worldOf = async (login: Login): Promise<World> => {
      const world = worlds.get(login) ?? (await prepareWorld(login))
      worlds.set(login, world)
      return world
    }
    return {
      draw: (random) => ({ login: random.pick(LOGINS), calls: random.list(20, () => drawCall(random)) }),
      attempt: async ({ login, calls }) => attempt(await worldOf(login), calls),
      *smaller({ login, calls }) {
        for (const fewer of shorter(calls)) yield { login, calls: fewer }
      },
      show: ({ login, calls }) => `login ${login}: ${calls.map((call) => JSON.stringify(call)).join("; ")}`,
      size: ({ calls }) => 2 * calls.length,
      close: async () => void (await Promise.all([...worlds.values()].map(({ here }) => here.close()))),
    }
  },
}

interface World {
  readonly here: PracticeHere
  readonly argv: readonly string[]
  readonly secrets: Secrets
  /** What the commands were called with. */
  readonly record: string
}

/** Clusters on which the notebook has run, with every secret that it has met. */
async function prepareWorld(login: Login): Promise<World> {
  const here = await practiceHere(1)
  const { folder, practice } = here
  const secrets: Secrets = new Map()
  const record = join(folder, "argv")
  writeFileSync(record, "", { mode: 0o600 })
  const commands = recordingCommands(folder, practice.commands, record)
  const file = parse(readFileSync(practice.federationFile, "utf8"))
  for (const [name, site] of [
    ["superlink", file.superlink],
    ["supernode-1", file.supernodes[0]],
  ]) {
    const { admin, kubeconfig } = practice.clusters.find((one) => one.name === name)!
    secrets.set(`token of ${name}`, admin.token)
    secrets.set(`password of ${name}`, admin.password!)
    if (login === "token") continue
    delete site["token-file"]
    if (login === "password") {
      site.username = "kubeadmin"
      site["password-file"] = join(folder, `password-${name}`)
      writeFileSync(site["password-file"], `${admin.password}\n`, { mode: 0o600 })
    } else {
      site.kubeconfig = kubeconfig
      site.context = parse(readFileSync(kubeconfig, "utf8"))["current-context"]
    }
  }
  const own = join(folder, "federation.yaml")
  writeFileSync(own, stringify({ ...file, commands }))
  mkdirSync(join(folder, "here"))
  const argv = ["--federation", own, "--state", join(folder, "state")]
  const { code, raw } = await callGuide(folder, ["run", ...argv, "--yes", "--show"], {}, MOST_MS)
  if (code !== 0) throw new Error(`the run ended with ${code}: ${raw}`)
  const world = { here, argv, secrets, record }
  await remember(world)
  const said = found(raw, secrets)
  if (said.length > 0) throw new Error(`the run printed the ${said.join(", ")}`)
  return world
}

/** Sessions and keys that the run has made. */
async function remember({ here, secrets }: World): Promise<void> {
  for (const { name } of here.practice.clusters) {
    const text = readFileSync(join(here.folder, "state", "kubeconfigs", name), "utf8")
    secrets.set(`session of ${name}`, parse(text).users[0].user.token)
    for (const { metadata, data } of await here.cluster(name).list({ apiVersion: "v1", kind: "Secret" })) {
      const key = data?.["tls.key"]
      // The first lines of all keys of a kind are the same.
      if (key)
        secrets.set(
          `key of ${metadata.name}`,
          Buffer.from(key, "base64").toString().trim().split("\n").at(-3)!,
        )
    }
  }
}

/** Of a call, in milliseconds: a step may wait for what has just failed. */
const MOST_MS = 300_000

async function attempt(world: World, calls: Case["calls"]): Promise<string | undefined> {
  const { here, argv, secrets, record } = world
  for (const { argv: call, fault } of calls) {
    here.practice.faults.set(fault === undefined ? [] : [fault])
    const { code, raw } = await callGuide(
      here.folder,
      [...call, ...(call[0] === "show" ? argv.slice(2) : argv)],
      {},
      MOST_MS,
    )
    here.practice.faults.set([])
    if (code > 2) return `${call.join(" ")} ended with ${code}: ${raw}`
    if (call[0] === "step" || call[0] === "run") await remember(world)
    const said = found(raw, secrets)
    if (said.length > 0) return `${call.join(" ")} printed the ${said.join(", ")}`
  }
  const typed = found(readFileSync(record, "utf8"), secrets)
  if (typed.length > 0) return `an argument of a command contains the ${typed.join(", ")}`
  for (const path of filesIn(join(here.folder, "state"))) {
    const mode = statSync(path).mode & 0o777
    if (mode !== 0o600) return `${path} has mode ${mode.toString(8)}`
    if (path.includes("/kubeconfigs/")) continue
    const kept = found(readFileSync(path, "utf8"), secrets)
    if (kept.length > 0) return `${path} contains the ${kept.join(", ")}`
  }
  return undefined
}
