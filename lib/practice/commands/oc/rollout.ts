/** `oc rollout status` and `oc rollout restart` */
import { type Json, pathOf, type Thing } from "../client.ts"
import { say } from "../exit.ts"
import { type Call, type Command, fail } from "./call.ts"
import { discover, fullName } from "./discovery.ts"
import { follow, inTime } from "./follow.ts"
import { type Asked, readAsked } from "./get.ts"

const KINDS = ["Deployment", "DaemonSet", "StatefulSet"]

async function chosen(call: Call): Promise<Asked[]> {
  if (call.args.length === 0) throw fail("required resource not specified")
  const asked = readAsked(await discover(call, 4), call.args)
  for (const { served, names } of asked) {
    if (names.length === 0) throw fail("required resource not specified")
    if (!KINDS.includes(served.kind)) {
      throw fail(`no rollout is known for ${fullName(served, names[0]!)}`)
    }
  }
  return asked
}

/** What `status` says of a Deployment now, and whether that is the end (kubectl's status viewer). */
function progress(entry: Thing): { line: string; done: boolean } {
  const { name } = entry.metadata
  const wanted: number = entry.spec?.replicas ?? 1
  const {
    observedGeneration = 0,
    updatedReplicas = 0,
    replicas = 0,
    availableReplicas = 0,
  } = entry.status ?? {}
  const waiting = (why: string) => ({
    line: `Waiting for deployment "${name}" rollout to finish: ${why}...`,
    done: false,
  })
  if ((entry.metadata.generation ?? 0) > observedGeneration) {
    return { line: "Waiting for deployment spec update to be observed...", done: false }
  }
  const progressing = (entry.status?.conditions ?? []).find((one: Json) => one.type === "Progressing")
  if (progressing?.reason === "ProgressDeadlineExceeded") {
    throw fail(`deployment "${name}" exceeded its progress deadline`)
  }
  if (updatedReplicas < wanted) {
    return waiting(`${updatedReplicas} out of ${wanted} new replicas have been updated`)
  }
  if (replicas > updatedReplicas) {
    return waiting(`${replicas - updatedReplicas} old replicas are pending termination`)
  }
  if (availableReplicas < updatedReplicas) {
    return waiting(`${availableReplicas} of ${updatedReplicas} updated replicas are available`)
  }
  return { line: `deployment "${name}" successfully rolled out`, done: true }
}

const status = async (call: Call): Promise<void> => {
  const client = await call.client()
  const namespace = await call.namespace()
  for (const { served, names } of await chosen(call)) {
    if (served.kind !== "Deployment")
      throw fail(`this stand-in for oc follows deployments, not ${served.plural}`)
    for (const name of names) {
      await client.json("GET", pathOf(served.apiVersion, served.plural, namespace, name))
      let said = ""
      const isEnd = (one: Thing | undefined): boolean => {
        if (one === undefined)
          throw fail(said === "" ? `deployments.apps "${name}" not found` : "object has been deleted")
        const { line, done } = progress(one)
        if (line !== said) say(line)
        said = line
        return done || !call.flags.on("watch")
      }
      await inTime(
        follow(client, pathOf(served.apiVersion, served.plural, namespace), name, isEnd),
        call.flags.duration("timeout"),
        "timed out waiting for the condition",
      )
    }
  }
}

async function restart(call: Call): Promise<void> {
  const client = await call.client()
  const namespace = await call.namespace()
  for (const { served, names } of await chosen(call)) {
    for (const name of names) {
      const at = new Date().toISOString().replace(/\.\d+/, "")
      const annotations = { "kubectl.kubernetes.io/restartedAt": at }
      const path = `${pathOf(served.apiVersion, served.plural, namespace, name)}?fieldManager=kubectl-rollout`
      const patch = { spec: { template: { metadata: { annotations } } } }
      await client.json("PATCH", path, patch, { type: "application/strategic-merge-patch+json" })
      say(`${fullName(served, name)} restarted`)
    }
  }
}

/** `pause` and `resume`. */
const pausing =
  (paused: boolean) =>
  async (call: Call): Promise<void> => {
    const client = await call.client()
    const namespace = await call.namespace()
    for (const { served, names } of await chosen(call)) {
      for (const name of names) {
        const path = pathOf(served.apiVersion, served.plural, namespace, name)
        const { spec } = await client.json("GET", path)
        const said = paused ? "paused" : "resumed"
        if ((spec?.paused === true) === paused)
          throw fail(`${fullName(served, name)} is ${paused ? "already paused" : "not paused"}`)
        const patch = { spec: { paused: paused || null } }
        const type = "application/strategic-merge-patch+json"
        await client.json("PATCH", `${path}?fieldManager=kubectl-rollout`, patch, { type })
        say(`${fullName(served, name)} ${said}`)
      }
    }
  }

export const rolloutCommands: Command[] = [
  {
    name: "rollout status",
    use: "(TYPE NAME | TYPE/NAME) [flags]",
    short: "Show the status of the rollout",
    flags: [
      { name: "watch", short: "w", type: "bool", default: "true" },
      { name: "timeout", type: "duration", default: "0s" },
    ],
    run: status,
  },
  { name: "rollout restart", use: "RESOURCE", short: "Restart a resource", flags: [], run: restart },
  {
    ...{ name: "rollout pause", use: "RESOURCE", short: "Mark the provided resource as paused" },
    ...{ flags: [], run: pausing(true) },
  },
  {
    ...{ name: "rollout resume", use: "RESOURCE", short: "Resume a paused resource" },
    ...{ flags: [], run: pausing(false) },
  },
]
