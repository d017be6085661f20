/** The flags that each version of Flower's two programs accepts, and how it refuses others: for simulated pods. */
import { since } from "./flower-versions.ts"

/** Flags without a value. */
const SWITCHES = new Set([
  "--insecure",
  "--enable-supernode-auth",
  "--simulation",
  "--grpc-rere",
  "--grpc-adapter",
  "--rest",
  "--enable-http-api",
  "--disable-grpc-api",
  "--disable-runtime-dependency-installation",
  "--allow-runtime-dependency-installation",
])
const SUPERLINK_FLAGS = [
  "--insecure --ssl-certfile --ssl-keyfile --ssl-ca-certfile --isolation --database --enable-supernode-auth",
  "--auth-list-public-keys --log-file --log-rotation-interval-hours --log-rotation-backup-count --fleet-api-type",
  "--fleet-api-address --control-api-address --simulation --health-server-address",
]
const SUPERNODE_FLAGS = [
  "--insecure --root-certificates --superlink --max-retries --max-wait-time --auth-supernode-private-key",
  "--node-config --isolation --trusted-entities --health-server-address",
]
const words = (lines: readonly string[]): string[] => lines.join(" ").split(" ")

/** The flags that a version of a command accepts, and those that it refuses by name. */
function flagsOf(
  command: "superlink" | "supernode",
  version: string,
): { known: Set<string>; retired: string[] } {
  const [flags, address] =
    command === "superlink"
      ? [words(SUPERLINK_FLAGS), "--serverappio-api-address"]
      : [words(SUPERNODE_FLAGS), "--clientappio-api-address"]
  if (!since(version, "1.35.0")) {
    const old =
      command === "supernode"
        ? ["--grpc-rere", "--rest"]
        : since(version, "1.33.0")
          ? ["--host", "--port", "--enable-http-api", "--disable-grpc-api"]
          : ["--storage-dir", "--fleet-api-num-workers"]
    return { known: new Set([...flags, address, ...old]), retired: [] }
  }
  const newer = [
    "--host",
    "--port",
    "--ssl-certfile",
    "--ssl-keyfile",
    "--ssl-ca-certfile",
    "--superexec-auth-secret-file",
  ]
  const install =
    command === "superlink"
      ? "--disable-runtime-dependency-installation"
      : "--allow-runtime-dependency-installation"
  return { known: new Set([...flags, ...newer, install]), retired: [address] }
}

/** What argparse prints: usage and the first mistake (exit code 2); undefined if the arguments are valid. */
export function argumentMistake(
  command: "superlink" | "supernode",
  version: string,
  args: readonly string[],
): string[] | undefined {
  const { known, retired } = flagsOf(command, version)
  const unknown: string[] = []
  let mistake: string | undefined
  for (let i = 0; i < args.length; i++) {
    const flag = args[i]!.split("=")[0]!
    if (i === 0 && flag === `flower-${command}`) continue
    if (retired.includes(flag)) {
      mistake ??= `argument ${flag}: this option is no longer supported; use \`--host\` and \`--port\` instead`
    }
    if (known.has(flag) || retired.includes(flag)) {
      if (!SWITCHES.has(flag) && !args[i]!.includes("=")) i++
    } else unknown.push(args[i]!)
  }
  if (unknown.length > 0) mistake ??= `unrecognized arguments: ${unknown.join(" ")}`
  if (mistake === undefined) return undefined
  return [
    `usage: flower-${command} [-h] ${[...known].map((flag) => `[${flag}]`).join(" ")}`,
    `flower-${command}: error: ${mistake}`,
  ]
}
