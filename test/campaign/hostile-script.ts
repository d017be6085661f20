/** Hostile inputs in the script of `report --format sh`, which then runs between stubs: nothing of theirs may run. */
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { stringify } from "yaml"
import { callGuide } from "./guide.ts"
import { PWNED } from "./hostile-values.ts"

const SERVER = "https://127.0.0.1:1"
/** Commands of the script itself that do no harm. */
const REAL = ["cat", "sed", "grep", "tail", "basename", "dirname", "rm"]
const SHELLS = ["sh", "bash"]

/** Values of each site, by the way in which it logs in; each takes the next hostile text. */
const SITE_INPUTS = [
  ["token-file", "operator-source", "certificate-authority", "supernode-manifest"],
  ["username", "password-file", "operator-channel", "env"],
  ["context", "kubeconfig", "operator-source", "node-config", "image-pull-policy"],
] as const

/** How many texts one SuperNode takes on average, to make batches of a size. */
const PER_SITE = 4

interface Federation {
  readonly text: string
  readonly sites: readonly string[]
}

/** A federation file in which the texts are values, each once. */
function federationOf(values: readonly string[]): Federation {
  const left = [...values]
  const site = (kinds: readonly string[]): Record<string, unknown> => {
    const inputs: Record<string, unknown> = {}
    for (const kind of kinds) {
      const value = left.shift()
      if (value === undefined || value.trim() === "") continue
      if (kind === "env" || kind === "node-config") inputs[kind] = { KEY: value }
      else if (kind !== "image-pull-policy") inputs[kind] = value
    }
    return inputs
  }
  const first = left.shift() ?? "commands"
  const superlink = {
    server: SERVER,
    project: "p",
    context: "c",
    "operator-source": left.shift() ?? "source",
  }
  const supernodes: Record<string, unknown>[] = []
  do {
    const name = `s${supernodes.length + 1}`
    supernodes.push({
      name,
      server: SERVER,
      project: `q${supernodes.length}`,
      ...site(SITE_INPUTS[supernodes.length % 3]!),
    })
  } while (left.length > 0)
  const file = {
    version: 1,
    federation: "x",
    ...(first.trim() !== "" && { commands: first }),
    superlink,
    supernodes,
  }
  return { text: stringify(file), sites: ["superlink", ...supernodes.map(({ name }) => String(name))] }
}

/** Commands that answer as if all were well, and `pwned`, which leaves a trace. */
function stubs(folder: string): string {
  const bin = join(folder, "bin")
  mkdirSync(bin, { recursive: true })
  for (const name of [...REAL, ...SHELLS]) {
    const path = [`/bin/${name}`, `/usr/bin/${name}`].find(existsSync)
    if (path !== undefined && !existsSync(join(bin, name))) symlinkSync(path, join(bin, name))
  }
  const answers = `#!/bin/sh\ncase "$1" in logs) echo 'SuperNode ID: 1 Activated node_id=1';; whoami) echo ${SERVER};; esac\n`
  for (const [name, text] of [
    ["oc", answers],
    ["skupper", "#!/bin/sh\n"],
    ["sleep", "#!/bin/sh\n"],
    [PWNED, `#!/bin/sh\necho ran >>'${join(folder, "trace")}'\n`],
    ["touch", `#!/bin/sh\necho "touch $*" >>'${join(folder, "trace")}'\n`],
  ] as const) {
    writeFileSync(join(bin, name), text, { mode: 0o755 })
  }
  return bin
}

/** What the script leaves in its folder. */
const OWN = /^[a-z0-9-]+\.(?:kubeconfig|token\.yaml)$/

/** @returns what is wrong; nothing if the script ran and nothing of the values did */
export async function tryScript(folder: string, values: readonly string[]): Promise<string | undefined> {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const { text, sites } = federationOf(values)
  writeFileSync(join(folder, "federation.yaml"), text)
  const argv = ["report", "--format", "sh", "--federation", "federation.yaml", "--state", "state"]
  const { code, stdout, stderr } = await callGuide(folder, argv)
  if (code !== 0) return `no script: exit code ${code}: ${stderr}`
  const script = join(folder, "r.sh")
  writeFileSync(script, stdout)
  const bin = stubs(folder)
  for (const shell of SHELLS.filter((name) => existsSync(join(bin, name)))) {
    const here = join(folder, `in ${shell}`)
    mkdirSync(here)
    // The login of a site may end it: the steps after it are then called one by one.
    const driver = [...sites, "federation"]
      .map(
        (site) => `${shell} ../r.sh ${site} || for one in ${LATER}; do ${shell} ../r.sh ${site} $one; done`,
      )
      .join("\n")
    const ran = spawnSync(join(bin, shell), ["-c", driver], {
      cwd: here,
      env: { PATH: bin, HOME: here },
      input: "\n".repeat(1000),
      encoding: "utf8",
      timeout: 60_000,
      maxBuffer: 1 << 28,
    })
    if (ran.error !== undefined) return `${shell}: ${ran.error.message}`
    if (existsSync(join(folder, "trace"))) return `${shell} ran a command of an input`
    if (!ran.stdout.includes("== verify at s1"))
      return `${shell} did not get to the last step: ${ran.stderr.slice(-500)}`
    if (/syntax error|unexpected EOF|Unterminated/i.test(ran.stderr))
      return `${shell}: ${ran.stderr.slice(-500)}`
    const others = readdirSync(here).filter((name) => !OWN.test(name))
    if (others.length > 0) return `${shell} wrote ${JSON.stringify(others)}`
  }
  return undefined
}

const LATER =
  "project deploy-supernode install-operator site-create token-issue token-redeem link-status listener verify"

/** So many texts fill this many SuperNodes. */
export const batch = (sites: number): number => 2 + sites * PER_SITE
