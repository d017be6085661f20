/** How each tool is given the guide's commands: the files that its user would write, and the call. */
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { stringify } from "yaml"
import { shellWord } from "../../lib/notebook/shell-word.ts"
import type { Command, Lane } from "./peers-commands.ts"

/** What a tool is given for one run. */
export interface Task {
  readonly lanes: readonly Lane[]
  readonly federationFile: string
  /** For its own files. */
  readonly folder: string
}

export interface Tool {
  readonly name: string
  /** Why it cannot be measured here. */
  readonly missing?: string
  readonly env?: Readonly<Record<string, string>>
  /** Writes its files. */
  call(task: Task): readonly string[]
}

/** Ours. */
export const PROGRAM = "flower-runbook"
const HALVES = ["first", "second"] as const

export const ours = (bin: string, via: "commands" | "api"): Tool => ({
  name: `${PROGRAM}, --via ${via}`,
  call: ({ federationFile, folder }) => [
    ...[process.execPath, bin, "run", "--yes", "--via", via],
    ...["--federation", federationFile, "--state", join(folder, "federation")],
  ],
})

const shellLine = ({ kubeconfig, argv }: Command): string =>
  `KUBECONFIG=${shellWord(kubeconfig)} ${argv.map(shellWord).join(" ")}`

/** A script for each half of a lane; xargs starts so many of them side by side. */
export const bash = (wide: number, name = `bash, ${wide === 1 ? "sequential" : `${wide} wide`}`): Tool => ({
  name,
  call({ lanes, folder }) {
    const halves = HALVES.map((half) => {
      const scripts = lanes.map((lane) => {
        const path = join(folder, `${lane.site}-${half}.sh`)
        const lines = lane[half].flatMap(({ commands }) => commands.map(shellLine))
        writeFileSync(path, `set -e\n${lines.join("\n")}\n`, { mode: 0o600 })
        return shellWord(path)
      })
      return `printf '%s\\n' ${scripts.join(" ")} | xargs -P ${wide} -n 1 bash`
    })
    const all = join(folder, "all.sh")
    writeFileSync(all, `set -e\n${halves.join("\n")}\n`)
    return ["bash", all]
  },
})

/** A target for each step; what it needs of its own lane and of the SuperLink's. */
export const make = (jobs: number): Tool => ({
  name: `make -j${jobs}`,
  call({ lanes, folder }) {
    const rules = lanes.flatMap(({ site, first, second }) =>
      [...first, ...second].map(({ id, commands }, at, all) => {
        const needs = at === 0 ? [] : [`${site}.${all[at - 1]!.id}`]
        if (at === first.length) needs.push("superlink.site-create")
        const recipe = commands.map((one) => `\t@${shellLine(one).replaceAll("$", "$$$$")}\n`).join("")
        return { target: `${site}.${id}`, text: `${site}.${id}: ${needs.join(" ")}\n${recipe}` }
      }),
    )
    const path = join(folder, "Makefile")
    const targets = rules.map(({ target }) => target).join(" ")
    writeFileSync(
      path,
      `all: ${targets}\n.PHONY: all ${targets}\n\n${rules.map(({ text }) => text).join("\n")}`,
      { mode: 0o600 },
    )
    return ["make", `-j${jobs}`, "-f", path]
  },
})

export const listr: Tool = {
  name: "listr2, default renderer",
  call({ lanes, folder }) {
    const path = join(folder, "lanes.json")
    writeFileSync(path, JSON.stringify(lanes), { mode: 0o600 })
    return [process.execPath, fileURLToPath(new URL("peers-listr.js", import.meta.url)), path]
  },
}

/** A task for each step, whose commands are variables of the host; hosts do not wait for each other within a half. */
export const ansible = (forks: number, found: { command: string } | { missing: string }): Tool => ({
  name: `ansible-playbook, ${forks} forks`,
  ...("missing" in found && { missing: found.missing }),
  // What its documentation advises for speed, and its own files in the folder of the run.
  env: { ANSIBLE_PIPELINING: "1", ANSIBLE_FORKS: String(forks) },
  call({ lanes, folder }) {
    const home = join(folder, "ansible")
    mkdirSync(home)
    const [inventory, playbook] = [join(home, "inventory.yaml"), join(home, "playbook.yaml")]
    const hosts = Object.fromEntries(
      lanes.map(({ site, first, second }) => [
        site,
        { steps: Object.fromEntries([...first, ...second].map(({ id, commands }) => [id, commands])) },
      ]),
    )
    const vars = { ansible_connection: "local", ansible_python_interpreter: "{{ ansible_playbook_python }}" }
    writeFileSync(inventory, stringify({ all: { hosts, vars } }), { mode: 0o600 })
    const plays = HALVES.map((half) => ({
      hosts: "all",
      gather_facts: false,
      strategy: "free",
      // The SuperLink's lane, which is the first one, has every step of the first half.
      tasks: [...new Set(lanes.flatMap((lane) => lane[half].map(({ id }) => id)))].map((id) => ({
        name: id,
        "ansible.builtin.command": { argv: "{{ item.argv }}" },
        environment: { KUBECONFIG: "{{ item.kubeconfig }}" },
        loop: `{{ steps['${id}'] | default([]) }}`,
        loop_control: { label: "{{ item.argv[:3] | join(' ') }}" },
      })),
    }))
    writeFileSync(playbook, stringify(plays))
    return ["command" in found ? found.command : "ansible-playbook", "-i", inventory, playbook]
  },
})
