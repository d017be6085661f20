/**
 * The parts of a real control plane, built once from Go modules that test/real/go.mod pins and kept outside the
 * repository. `vitest` calls this as its global setup, so that the minutes of a first build are seen and belong to no test.
 */
import { execFile, spawn } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

const MODULE = fileURLToPath(new URL("../", import.meta.url))
const KUBERNETES = "v1.34.4"

/** Name of the binary → package to build. In this order each finds the most in the cache of the one before. */
const PARTS = {
  etcd: "go.etcd.io/etcd/server/v3",
  "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
  "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
} as const
export type Part = keyof typeof PARTS

// Without its version, `kubectl version` cannot read what the server says and fails.
const STAMP = { gitVersion: KUBERNETES, gitTreeState: "clean", gitCommit: "none" }
const FLAGS = [
  "-trimpath",
  "-buildvcs=false",
  "-ldflags",
  [
    "-s -w",
    ...Object.entries(STAMP).map(([name, it]) => `-X k8s.io/component-base/version.${name}=${it}`),
  ].join(" "),
]
// Whatever a machine sets for its own modules is not meant for these.
const environment = { ...process.env, CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off" }

const GO = /^\d+\.(\d+)/

/** Nothing where the parts can be built, else the sentence that says why not. */
export const whyNot = async (): Promise<string | undefined> => {
  const wanted = /^go (\S+)$/m.exec(readFileSync(join(MODULE, "go.mod"), "utf8"))![1]!
  try {
    const { stdout } = await promisify(execFile)("go", ["env", "GOVERSION"], { env: environment })
    const found = stdout.trim().replace(/^go/, "")
    if (Number(GO.exec(found)?.[1]) >= Number(GO.exec(wanted)![1])) return undefined
    return `skipped: real control planes need go ${wanted} or newer, this is ${found}`
  } catch {
    return "skipped: no go on PATH"
  }
}

const folder = (): string => {
  const hash = createHash("sha256")
  for (const name of ["go.mod", "go.sum"]) hash.update(readFileSync(join(MODULE, name)))
  const key = hash.update(FLAGS.join(" ")).digest("hex").slice(0, 16)
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "flower-runbook", "control-plane", key)
}

/** Where a part's binary lies once it was built. */
export const binaryOf = (part: Part): string => join(folder(), part)

const seconds = (since: number): string => `${Math.round((Date.now() - since) / 1000)} s`

const build = async (part: Part, position: string): Promise<void> => {
  const began = Date.now()
  const say = (text: string) => process.stderr.write(`${text}\n`)
  say(`building ${part} (${position}); the first time this takes minutes`)
  const ticks = setInterval(() => say(`building ${part} (${position}), ${seconds(began)}`), 30_000)
  // Under a name of its own until it is whole: a build that was killed leaves nothing that looks ready.
  const draft = `${binaryOf(part)}.${process.pid}`
  try {
    const child = spawn("go", ["build", ...FLAGS, "-o", draft, PARTS[part]], {
      cwd: MODULE,
      env: environment,
      stdio: ["ignore", "inherit", "inherit"],
    })
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject)
      child.once("exit", resolve)
    })
    if (code !== 0) throw new Error(`go build ${PARTS[part]} ended with ${code}`)
    renameSync(draft, binaryOf(part))
  } finally {
    clearInterval(ticks)
  }
  say(`built ${part} in ${seconds(began)}`)
}

/** Builds what is not there yet. */
export default async function setup(): Promise<void> {
  const why = await whyNot()
  if (why !== undefined) {
    process.stderr.write(`${why}\n`)
    return
  }
  mkdirSync(folder(), { recursive: true })
  const parts = Object.keys(PARTS) as Part[]
  for (const [index, part] of parts.entries()) {
    if (!existsSync(binaryOf(part))) await build(part, `${index + 1} of ${parts.length}`)
  }
}
