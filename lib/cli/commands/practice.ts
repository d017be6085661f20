import { once } from "node:events"
import { readdirSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { EXIT } from "../../notebook/exit-codes.ts"
import { STAND_INS } from "../../practice/commands/index.ts"
import type { CallOf } from "../call.ts"
import { stateRoot } from "../folder.ts"
import { trustOwnFile } from "../trust.ts"
import { type PracticeClusters, withoutStandIns, withPractice } from "../with-practice.ts"

/**
 * `practice`: keeps practice clusters running until SIGINT, SIGTERM or SIGHUP, which is their normal end. It prints only
 * commands to type on stdout, and explains them on stderr.
 */
export async function practice(call: CallOf<"practice">): Promise<number> {
  return withPractice(call, true, async (clusters) => {
    if (call.flags.has("real-commands")) await withoutStandIns(clusters.file)
    await trustOwnFile(call, clusters.file, readFileSync(clusters.file, "utf8"))
    call.out.print(`${commandsToType(call, clusters).join("\n")}\n`)
    call.out.note(`${about(call, clusters).join("\n")}\n`)
    if (!call.signal.aborted) await once(call.signal, "abort")
    removeTemporaryState(call, clusters)
    return EXIT.done
  })
}

function commandsToType(call: CallOf<"practice">, { practice, file }: PracticeClusters): string[] {
  const { io, flags } = call
  const first = practice.clusters[0]!
  const calls = standIns(call).map(({ name, words }) =>
    [flags.has("real-commands") ? name : join(practice.commands, name), ...words].join(" "),
  )
  return [
    `export KUBECONFIG=${first.kubeconfig}`,
    `${io.program} run --federation ${file}`,
    "kubectl get pods --all-namespaces",
    ...calls,
  ]
}

/** The stand-ins that concern this notebook: its own, and those of practice whose command its steps name. */
function standIns({ notebook, io }: CallOf<"practice">): { name: string; words: readonly string[] }[] {
  const own = io.practiceCommands === undefined ? [] : readdirSync(io.practiceCommands)
  const texts = notebook.steps.map(({ prose, check, apply, update, manual, show }) =>
    [prose, check, apply, update, manual, show].join("\n"),
  )
  const named = Object.entries(STAND_INS).filter(
    ([name]) => !own.includes(name) && texts.some((text) => new RegExp(`\\b${name}\\b`).test(text)),
  )
  return [
    ...named.map(([name, call]) => ({ name, words: [call] })),
    ...own.map((name) => ({ name, words: ["--help"] })),
  ]
}

function about(call: CallOf<"practice">, { practice }: PracticeClusters): string[] {
  const names = new Intl.ListFormat("en").format(standIns(call).map(({ name }) => name))
  return [
    `# ${names === "" ? "Each site's token and CA file" : `The stand-ins for ${names}, and each site's token and CA file,`} are named in that federation file.`,
    ...practice.clusters.map(
      ({ name, server, kubeconfig }) =>
        `# ${name}: ${server.url}, kubeconfig of its administrator: ${kubeconfig}`,
    ),
    "# Type these commands in another terminal. Ctrl-C here stops the clusters.",
  ]
}

/** Deletes what runs from other terminals recorded about clusters that no longer exist. */
function removeTemporaryState({ flags, notebook, io }: CallOf<"practice">, { name }: PracticeClusters): void {
  if (flags.text("keep") !== undefined || flags.text("name") !== undefined) return
  rmSync(join(stateRoot(notebook, io.env), name), { recursive: true, force: true })
}
