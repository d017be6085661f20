/**
 * The same guide with the same commands on equal practice clusters: by the program, by the script that `report --format sh` writes (one
 * site after the other, ten at once, by make -j10, by listr2 with its default renderer), and by Ansible where it is on PATH.
 *
 *     node test/bench/peers.ts SUPERNODES [ROUNDS]
 */
import { execFileSync, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { fileURLToPath } from "node:url"
import { practiceHere } from "../e2e/practice-here.ts"
import { median } from "./startup.ts"

const PROGRAM = fileURLToPath(new URL("../../runbooks/flower-runbook.js", import.meta.url))
const LISTR2 = import.meta.resolve("listr2")
const WIDE = 10

interface Place {
  readonly folder: string
  readonly federation: string
  readonly script: string
  readonly sites: readonly string[]
}

/** What is typed in a shell, by contender. */
const CONTENDERS: Readonly<Record<string, (place: Place) => string | undefined>> = {
  "flower-runbook": ({ folder, federation }) =>
    `node '${PROGRAM}' run --federation '${federation}' --state '${folder}/own' --yes --parallel ${WIDE}`,
  "flower-runbook --via api": ({ folder, federation }) =>
    `node '${PROGRAM}' run --federation '${federation}' --state '${folder}/own' --yes --via api`,
  "script, one by one": ({ script, sites }) => sites.map((site) => `sh '${script}' ${site}`).join(" && "),
  "script, 10 at once": ({ script, sites: [first, ...rest] }) =>
    `sh '${script}' ${first} && printf '%s\\n' ${rest.join(" ")} | xargs -P ${WIDE} -n 1 sh '${script}'`,
  "make -j10": ({ folder, script, sites: [first, ...rest] }) => {
    const rule = (site: string, needs: string) => `${site}:${needs}\n\tsh '${script}' ${site}\n`
    const rules = [rule(first!, ""), ...rest.map((site) => rule(site, ` ${first}`))]
    writeFileSync(join(folder, "Makefile"), `all: ${rest.join(" ")}\n${rules.join("")}`)
    return has("make") ? `make -s -j${WIDE} -f '${folder}/Makefile' all` : undefined
  },
  listr2: ({ folder, script, sites: [first, ...rest] }) => {
    const file = join(folder, "listr2.mjs")
    writeFileSync(
      file,
      `import { Listr } from ${JSON.stringify(LISTR2)}
import { execFile } from "node:child_process"
import { promisify } from "node:util"
const go = (site) => ({ title: site, task: () => promisify(execFile)("sh", [${JSON.stringify(script)}, site], { maxBuffer: 1e9 }) })
await new Listr([go(${JSON.stringify(first)}), { title: "sites", task: (_, task) => task.newListr(${JSON.stringify(rest)}.map(go), { concurrent: ${WIDE} }) }]).run()
`,
    )
    return `node '${file}'`
  },
  "ansible -f 10": ({ folder, script, sites: [first, ...rest] }) => {
    if (!has("ansible-playbook")) return undefined
    const local = "ansible_connection=local"
    const lines = ["[first]", `${first} ${local}`, "[rest]", ...rest.map((site) => `${site} ${local}`)]
    writeFileSync(join(folder, "inventory"), `${lines.join("\n")}\n`)
    const play = (hosts: string) => ({
      hosts,
      gather_facts: false,
      tasks: [{ command: `sh '${script}' {{ inventory_hostname }}` }],
    })
    writeFileSync(join(folder, "play.json"), JSON.stringify([play("first"), play("rest")]))
    return `ansible-playbook -f ${WIDE} -i '${folder}/inventory' '${folder}/play.json'`
  },
}

const has = (command: string): boolean => spawnSync("sh", ["-c", `command -v ${command}`]).status === 0

export interface Contest {
  readonly who: string
  /** Seconds, medians: until the end, and of CPU time, of the contender and all that it started. */
  readonly wall: number
  readonly cpu: number
}

async function onceMore(who: string, supernodes: number): Promise<Contest | undefined> {
  const folder = mkdtempSync(join(tmpdir(), "bench-peers-"))
  const here = await practiceHere(supernodes, { folder, delays: "short" })
  try {
    const { practice } = here
    const sites = practice.clusters.map(({ name }) => name)
    const script = join(folder, "walk.sh")
    const env = {
      ...process.env,
      HOME: folder,
      XDG_STATE_HOME: join(folder, "state"),
      PATH: [practice.commands, process.env.PATH].join(delimiter),
    }
    const asScript = ["report", "--format", "sh", "--federation", practice.federationFile, "--out", script]
    execFileSync(process.execPath, [PROGRAM, ...asScript], { env, stdio: ["ignore", "ignore", "inherit"] })
    const line = CONTENDERS[who]!({ folder, federation: practice.federationFile, script, sites })
    if (line === undefined) return undefined
    const timed = `TIMEFORMAT='time %R %U %S'; time { ${line}; } >'${folder}/out' 2>&1`
    const child = spawn("bash", ["-c", timed], { env, cwd: folder, stdio: ["ignore", "ignore", "pipe"] })
    let words = ""
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      words += text
    })
    const [code] = (await once(child, "exit")) as [number]
    const [, wall, user, system] = /time ([\d.]+) ([\d.]+) ([\d.]+)/.exec(words) ?? []
    if (code !== 0) throw new Error(`${who} ended with ${code}; its output is in ${folder}/out`)
    return { who, wall: Number(wall), cpu: Number(user) + Number(system) }
  } finally {
    await here.close()
  }
}

export async function peers(supernodes: number, rounds: number): Promise<Contest[]> {
  const found: Contest[] = []
  for (const who of Object.keys(CONTENDERS)) {
    const all: Contest[] = []
    for (let round = 0; round < rounds; round++) {
      const one = await onceMore(who, supernodes)
      if (one !== undefined) all.push(one)
    }
    if (all.length > 0)
      found.push({ who, wall: median(all.map(({ wall }) => wall)), cpu: median(all.map(({ cpu }) => cpu)) })
  }
  return found
}

export function peersTable(found: readonly Contest[], supernodes: number): string {
  const [own] = found
  const fastest = Math.min(...found.slice(2).map(({ wall }) => wall))
  const lines = found.map(
    ({ who, wall, cpu }) =>
      `${who.padEnd(26)}${wall.toFixed(1).padStart(7)} s ${(wall / own!.wall).toFixed(2).padStart(7)}${cpu.toFixed(1).padStart(10)} s ${(cpu / own!.cpu).toFixed(2).padStart(7)}`,
  )
  return [
    `1 SuperLink and ${supernodes} SuperNodes      wall   ratio       CPU   ratio`,
    ...lines,
    `ours is ${(own!.wall / fastest).toFixed(2)} times the fastest peer in wall (1.05 at most)`,
  ].join("\n")
}

if (process.argv[1] === import.meta.filename) {
  const [count = "10", rounds = "3"] = process.argv.slice(2)
  console.log(peersTable(await peers(Number(count), Number(rounds)), Number(count)))
}
