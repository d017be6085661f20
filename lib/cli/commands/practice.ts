import { once } from "node:events"
import { readFileSync, rmSync } from "node:fs"
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
    call.out.note(`${about(clusters).join("\n")}\n`)
    if (!call.signal.aborted) await once(call.signal, "abort")
    removeTemporaryState(call, clusters)
    return EXIT.done
  })
}

function commandsToType({ io, flags }: CallOf<"practice">, { practice, file }: PracticeClusters): string[] {
  const first = practice.clusters[0]!
  const calls = Object.entries(STAND_INS).map(
    ([name, words]) => `${flags.has("real-commands") ? name : join(practice.commands, name)} ${words}`,
  )
  return [
    `export KUBECONFIG=${first.kubeconfig}`,
    `${io.program} run --federation ${file}`,
    "kubectl get pods --all-namespaces",
    ...calls,
  ]
}

function about({ practice }: PracticeClusters): string[] {
  return [
    `# The stand-ins for ${Object.keys(STAND_INS).join(" and ")}, and each site's token and CA file, are named in that federation file.`,
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
