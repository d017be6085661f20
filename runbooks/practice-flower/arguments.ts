/**
 * Translates a container's arguments to this machine: addresses become ports on loopback, and paths become paths in the
 * pod's folder. Everything else stays as it is, including mistakes, which argparse reports.
 */
import type { PracticeContainer } from "../../lib/index.ts"
import { argumentOf, isLoopback, withoutFlags } from "../flower/command-line.ts"
import { since } from "../flower/flower-versions.ts"

type World = Pick<PracticeContainer, "serve" | "forward" | "path">

/** Flags whose value is a path in the container. */
const PATHS = [
  "--ssl-certfile",
  "--ssl-keyfile",
  "--ssl-ca-certfile",
  "--root-certificates",
  "--auth-supernode-private-key",
  "--auth-list-public-keys",
  "--trusted-entities",
  "--superexec-auth-secret-file",
  "--database",
  "--storage-dir",
  "--log-file",
]

/** What a program that listens at this host is to the others: only its own pod reaches a loopback. */
const whereOf = (host: string): "pod" | "loopback" => (isLoopback(host) ? "loopback" : "pod")

/** The arguments of `flower-superlink` on this machine. */
export async function superlinkHere(
  args: readonly string[],
  version: string,
  world: World,
): Promise<string[]> {
  // From 1.40 on, one port serves everything.
  if (since(version, "1.40.0"))
    return hostAndPort(await listening(await paths(args, world), {}, world), "8000", world)
  const apis: Record<string, string> = {
    "--fleet-api-address": "0.0.0.0:9092",
    ...(!since(version, "1.37.0") && { "--control-api-address": "0.0.0.0:9093" }),
    ...(!since(version, "1.35.0") && { "--serverappio-api-address": "0.0.0.0:9091" }),
  }
  const here = await listening(await paths(args, world), apis, world)
  // The Runtime API from 1.35 on, and with it the Control API from 1.37 on: on the pod's loopback, which a port forward reaches.
  return since(version, "1.35.0") ? hostAndPort(here, "8000", world) : here
}

/** The arguments of `flower-supernode` on this machine. */
export async function supernodeHere(
  args: readonly string[],
  version: string,
  world: World,
): Promise<string[]> {
  const superlink = argumentOf(args, "--superlink")
  let here = await paths(args, world)
  if (superlink !== undefined) {
    here = [
      ...withoutFlags(here, ["--superlink"]),
      "--superlink",
      `127.0.0.1:${await world.forward(superlink)}`,
    ]
  }
  if (since(version, "1.35.0")) return hostAndPort(await listening(here, {}, world), "9094", world)
  return listening(here, { "--clientappio-api-address": "0.0.0.0:9094" }, world)
}

/** Moves each of these APIs, given or not, to a port on loopback, and the health service where it is asked for. */
async function listening(
  args: readonly string[],
  apis: Readonly<Record<string, string>>,
  world: World,
): Promise<string[]> {
  const health = argumentOf(args, "--health-server-address")
  const all = { ...apis, ...(health !== undefined && { "--health-server-address": health }) }
  const here = withoutFlags(args, Object.keys(all))
  for (const [flag, otherwise] of Object.entries(all)) {
    const [, host, port] = /^(.*):(\d+)$/.exec(argumentOf(args, flag) ?? otherwise) ?? []
    // A value that is not an address stays, so that the program refuses it.
    if (port === undefined) here.push(flag, argumentOf(args, flag) ?? "")
    else here.push(flag, `127.0.0.1:${await world.serve(Number(port), whereOf(host!))}`)
  }
  return here
}

async function hostAndPort(args: readonly string[], otherwise: string, world: World): Promise<string[]> {
  const where = whereOf(argumentOf(args, "--host") ?? "127.0.0.1")
  const port = argumentOf(args, "--port") ?? otherwise
  if (!/^\d+$/.test(port)) return [...args]
  return [
    ...withoutFlags(args, ["--host", "--port"]),
    "--host",
    "127.0.0.1",
    "--port",
    String(await world.serve(Number(port), where)),
  ]
}

/** Certificates, keys and databases are in the pod's volumes. */
async function paths(args: readonly string[], { path }: World): Promise<string[]> {
  const here: string[] = []
  for (const [index, arg] of args.entries()) {
    const [flag = "", value] = arg.split(/=(.*)/s)
    if (PATHS.includes(flag) && value !== undefined) here.push(`${flag}=${await inside(value)}`)
    else here.push(PATHS.includes(args[index - 1] ?? "") ? await inside(arg) : arg)
  }
  return here

  /** Leaves out `:flwr-in-memory:` and the next flag after one without a value. */
  async function inside(text: string): Promise<string> {
    if (/^[:-]/.test(text) || text === "") return text
    return path(text.startsWith("/") ? text : `/app/${text}`)
  }
}
