/** Every file that the program reads, with a right one and what reads it: the same code as the program's own. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { stringify } from "yaml"
import { flatContext, readConnection } from "../../lib/cluster/read-context.ts"
import { readPasswordFile, readTokenFile } from "../../lib/login/files.ts"
import { CheckError } from "../../lib/notebook/check-result.ts"
import { RunbookError } from "../../lib/notebook/errors.ts"
import { Pins, trustOf } from "../../lib/parties/pins.ts"
import { loadFaults } from "../../lib/practice/faults-file.ts"
import { readKept } from "../../lib/practice/keep.ts"
import { holderOf } from "../../lib/runner/lock.ts"
import { ownManifest } from "../../runbooks/flower/manifests.ts"
import { parseToken } from "../../runbooks/interconnect/token-file.ts"
import { callGuide } from "./guide.ts"

export interface Target {
  readonly name: string
  /** Path of the file in the folder. */
  readonly file: string
  /** Right files, of which each case changes one. */
  readonly right: readonly string[]
  /** Other files that have to be there, by path. */
  readonly beside?: Readonly<Record<string, string>>
  /** Reads the file. @returns what is wrong; throws only errors that tell a person what to do */
  read(folder: string, path: string): Promise<string | undefined>
}

const SERVER = "https://127.0.0.1:1"
const SITE = { name: "superlink", server: SERVER }

/** A command line: it ends with a code of its own, and prints no stack. */
const calls =
  (...lines: readonly (readonly string[])[]): Target["read"] =>
  async (folder) => {
    for (const argv of lines) {
      const { code, stderr } = await callGuide(folder, argv)
      if (/Unexpected error|\n {4}at /.test(stderr)) return `${argv.join(" ")}: ${stderr}`
      if (code > 3) return `${argv.join(" ")} ended with ${code}`
    }
    return undefined
  }

/** A function: what it throws is a sentence for a person. */
const reads =
  (read: (path: string, folder: string) => unknown): Target["read"] =>
  async (folder, path) => {
    try {
      await read(path, folder)
    } catch (error) {
      if (error instanceof RunbookError || error instanceof CheckError) return undefined
      return `threw ${(error as Error).stack}`
    }
    return undefined
  }

/** @param journal its lines */
export const targets = (journal: readonly string[]): readonly Target[] => [
  {
    name: "federation file",
    file: "federation.yaml",
    right: [FEDERATION],
    read: calls(
      ["values", "--federation", "federation.yaml", "--state", "none"],
      ["report", "--format", "sh", "--federation", "federation.yaml", "--state", "none"],
    ),
  },
  {
    name: "journal",
    file: "state/journal.jsonl",
    right: [[...journal, ...MORE_LINES].join("\n"), journal.slice(0, 12).join("\n")].map(
      (text) => `${text}\n`,
    ),
    read: calls(
      ["status", "--state", "state"],
      ["values", "--state", "state"],
      ["show", "verify-federation", "--state", "state"],
      ["report", "--format", "json", "--state", "state"],
      ["report", "--format", "html", "--state", "state"],
    ),
  },
  {
    name: "table of sites",
    file: "sites.csv",
    right: [`name,server,project,token-file\ns1,${SERVER},q,a.token\n"s,2","${SERVER}",r,"b ""c"""\n`],
    beside: { "federation.yaml": FEDERATION_OF_TABLE },
    read: calls(["values", "--federation", "federation.yaml", "--state", "none"]),
  },
  {
    name: "report of another party",
    file: "other.json",
    right: [JSON.stringify(REPORT, undefined, 1)],
    beside: { "state/journal.jsonl": `${[...journal, ...MORE_LINES].join("\n")}\n` },
    read: calls(["report", "--join", "other.json", "--state", "state"]),
  },
  {
    name: "keys of other parties",
    file: "pins.json",
    right: [JSON.stringify({ "st-marys": PIN }, undefined, 1)],
    read: reads((_, folder) => {
      const pins = new Pins({ folder })
      const question = { fingerprint: undefined, without: false, next: "" }
      return trustOf(pins, { name: "st-marys", from: PIN, ...question })
    }),
  },
  {
    name: "token file",
    file: "token",
    right: [
      "sha256~abcdefghijklmnopqrstuvwxyz0123456789\n",
      `oc login --token=sha256~abcdefghij --server=${SERVER}\n`,
    ],
    read: reads((tokenFile) =>
      readTokenFile(tokenFile, { site: { ...SITE, tokenFile } as never, secret: () => {} }),
    ),
  },
  {
    name: "password file",
    file: "password",
    right: ["a password\n"],
    read: reads((path) => readPasswordFile(path, { site: SITE as never, secret: () => {} })),
  },
  {
    name: "kubeconfig",
    file: "kubeconfig",
    right: [KUBECONFIG],
    read: reads(async (path) => {
      await flatContext(path, undefined)
      await readConnection(path)
    }),
  },
  {
    name: "faults file",
    file: "faults.yaml",
    right: [FAULTS],
    read: reads((path) => loadFaults(path, ["superlink"])),
  },
  {
    name: "kept practice clusters",
    file: "clusters.json",
    right: [CLUSTERS],
    read: reads((path) => readKept(path)),
  },
  {
    name: "lock",
    file: "state/lock",
    right: [
      '{"pid":1,"host":"h","since":"2026-11-30T08:00:00.000Z","command":"flower-runbook run","started":"1"}\n',
    ],
    read: reads((_, folder) => holderOf(join(folder, "state"))),
  },
  {
    name: "token of a link",
    file: "link.yaml",
    right: [stringify(TOKEN), [LINK, SECRET].map((one) => stringify(one)).join("---\n")],
    read: reads((path) => parseToken(readFileSync(path, "utf8"))),
  },
  {
    name: "supernode-manifest",
    file: "manifest.yaml",
    right: [stringify(DEPLOYMENT)],
    read: reads((path) => ownManifest(path, "p", "f")),
  },
]

/** Writes the file, lets it be read, and checks that nothing in the folder is another one than before. */
export async function tryFile(target: Target, folder: string, text: string): Promise<string | undefined> {
  mkdirSync(join(folder, "state"), { recursive: true, mode: 0o700 })
  const path = join(folder, target.file)
  const bytes = Buffer.from(text, "utf8")
  writeFileSync(path, bytes, { mode: 0o600 })
  for (const [name, content] of Object.entries(target.beside ?? {}))
    writeFileSync(join(folder, name), content, { mode: 0o600 })
  const before = filesOf(folder)
  const wrong = await target.read(folder, path)
  if (wrong !== undefined) return `${target.name}: ${wrong}`
  if (!readFileSync(path).equals(bytes)) return `${target.name}: the file was changed`
  const after = filesOf(folder)
  return after === before ? undefined : `${target.name}: other files: ${after} instead of ${before}`
}

const filesOf = (folder: string): string =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).sort().join(" ")

const FEDERATION = stringify({
  version: 1,
  federation: "trial",
  flower: { version: "1.34.0" },
  "link-with": "token",
  "token-lifetime": "15m",
  commands: "bin",
  superlink: {
    server: SERVER,
    project: "p",
    context: "c",
    env: { A: "b" },
    resources: { "requests.cpu": "100m" },
  },
  supernodes: [
    {
      name: "s1",
      server: SERVER,
      project: "q",
      "token-file": "b.token",
      "node-config": { "partition-id": 0 },
    },
    { name: "s2", server: SERVER, project: "r", username: "u", "password-file": "p", proxy: "none" },
  ],
})

const KUBECONFIG = stringify({
  apiVersion: "v1",
  kind: "Config",
  "current-context": "c",
  clusters: [
    {
      name: "k",
      cluster: { server: SERVER, "certificate-authority-data": "eA==", "proxy-url": "http://127.0.0.1:9" },
    },
  ],
  users: [
    { name: "u", user: { token: "abcdefgh", "client-certificate-data": "eA==", "client-key-data": "eA==" } },
    {
      name: "e",
      user: {
        exec: {
          apiVersion: "client.authentication.k8s.io/v1",
          command: "false",
          args: ["a"],
          env: [{ name: "A", value: "b" }],
        },
      },
    },
  ],
  contexts: [{ name: "c", context: { cluster: "k", user: "u", namespace: "n" } }],
})

const CLUSTERS = `${JSON.stringify({
  version: 1,
  federation: "trial",
  clusters: [{ name: "superlink", port: 1, resourceVersion: 1, ca: {}, users: [], objects: [] }],
})}\n`

const FAULTS = `- { where: operator, cluster: superlink, what: manual }
- { where: api, what: "503", times: 5, match: "^GET /api" }
- where: link
  what: down
  seconds: 3
`

const FEDERATION_OF_TABLE = stringify({
  version: 1,
  federation: "trial",
  superlink: { server: SERVER, project: "p", context: "c" },
  supernodes: [{ csv: "sites.csv" }],
})

const DIGEST = "d1c3de9a2cf572e10d88a18a93e5cf8ffa6ce2f8ccdd9ecc3833576991dd5156"
const PIN = {
  id: "st-marys",
  name: "St. Mary's",
  signing: Buffer.alloc(32, 7).toString("base64"),
  recipient: "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p",
  fingerprint: "00000 00000 00000 00000 00000 00000 00000 00000",
  trust: "none" as const,
  since: "2026-11-22T18:00:00.000Z",
}
const MESSAGE = {
  way: "received",
  kind: "request",
  party: "st-marys",
  name: "St. Mary's",
  fingerprint: PIN.fingerprint,
  trust: "none",
  digest: DIGEST,
  created: PIN.since,
  names: [{ theirs: "a", ours: "supernode-1" }],
  own: "charite",
  by: { user: "alice", host: "ward", platform: "linux-x64", node: "24.21.0" },
}
const REPORT = {
  notebook: { name: "flower-runbook" },
  federation: "hospital-trial",
  made: PIN.since,
  messages: [{ t: PIN.since, ...MESSAGE, way: "sent" }],
  runs: [{ started: PIN.since, command: "flower-runbook run", seconds: 3, wrong: [], steps: [] }],
}

/** Lines of kinds that the journal of the reports' tests has none of. */
const MORE_LINES = [
  { type: "message", ...MESSAGE },
  {
    type: "created",
    site: "supernode-1",
    step: "site-create",
    object: { kind: "Site", name: "x", uid: "u" },
  },
  { type: "value", site: "superlink", step: "site-create", name: "port", value: { a: [1, "b"] } },
  { type: "manual", site: "superlink", step: "site-create", action: "apply" },
  {
    type: "answered",
    federation: "hospital-trial",
    sites: [{ name: "superlink", role: "superlink", given: { project: "other" } }],
    moved: [{ site: "superlink", as: "superlink@1" }],
    given: { greeting: "Hi" },
  },
].map((event) => JSON.stringify({ v: 2, t: "2026-11-24T18:00:00.000Z", run: "three", ...event }))

const metadata = { name: "x", namespace: "n" }
const TOKEN = {
  apiVersion: "skupper.io/v2alpha1",
  kind: "AccessToken",
  metadata,
  spec: { url: "https://grant.example:9090/x", code: "abcdefghij", ca: "-----BEGIN CERTIFICATE-----\nx\n" },
}
const LINK = {
  apiVersion: "skupper.io/v2alpha1",
  kind: "Link",
  metadata,
  spec: { endpoints: [{ name: "inter-router", host: "h", port: "1" }], tlsCredentials: "x" },
}
const SECRET = {
  apiVersion: "v1",
  kind: "Secret",
  metadata,
  data: { "tls.key": "eA==", "tls.crt": "eA==", "ca.crt": "eA==" },
}
const DEPLOYMENT = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata,
  spec: {
    selector: { matchLabels: { app: "x" } },
    template: {
      metadata: { labels: { app: "x" } },
      spec: { containers: [{ name: "x", image: "y", args: ["--insecure"] }] },
    },
  },
}
