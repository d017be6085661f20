import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest"
import type { PracticeContainer } from "../../lib/practice/types/images.ts"
import { readSuperlinkLog, readSupernodeLog } from "../../runbooks/flower/flower-logs.ts"
import { lastWords } from "../../runbooks/openshift/last-words.ts"
import { practiceImages, practiceValues } from "../../runbooks/practice-images.ts"
import { privateKeyIn } from "../../runbooks/security/certificate.ts"
import { issueServer, newAuthority } from "../../runbooks/security/issue.ts"

/** The certificates that are mounted into containers. */
const folder = mkdtempSync(join(tmpdir(), "practice images_"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Stands in for a container: its log, how it ended, and what it is connected to. */
class Place implements PracticeContainer {
  readonly env = {}
  readonly pod = { name: "p", namespace: "n", labels: {}, cluster: "c" }
  readonly mounts = []
  readonly lines: string[] = []
  exitCode: number | undefined
  isReady = false
  readonly ports = new Map<number, unknown>()
  /** What only its own pod reaches. */
  readonly loopback = new Map<number, unknown>()
  dialled: { address: string; open(service: unknown): void; lost(): void } | undefined
  readonly end: () => void
  readonly image: string
  readonly args: readonly string[]
  constructor(image: string, args: string) {
    this.image = image
    this.args = args.split(" ").filter(Boolean)
    this.end = practiceImages.find((one) => one.image.test(image))!.start(this) ?? (() => undefined)
    running.push(this)
  }
  log(line: string) {
    this.lines.push(line)
  }
  ready() {
    this.isReady = true
  }
  exit(code: number) {
    this.exitCode = code
  }
  listen(port: number, service: unknown, where = "pod") {
    const ports = where === "pod" ? this.ports : this.loopback
    ports.set(port, service)
    return () => void ports.delete(port)
  }
  dial(address: string, on: { open(service: unknown): void; lost(): void }) {
    this.dialled = { address, ...on }
    return () => undefined
  }
  run() {
    throw new Error("simulated images run no program")
  }
  serve = () => Promise.reject(new Error("simulated images serve no port of this machine"))
  forward = this.serve
  path = async (inside: string) => join(folder, inside)
  get text() {
    return this.lines.join("\n")
  }
}
const running: Place[] = []
afterEach(() => {
  for (const place of running.splice(0)) place.end()
})

const OLD = "--insecure --superlink fleet-api:9092 --clientappio-api-address 0.0.0.0:9094"
const NEW = "--insecure --superlink fleet-api:9092"
const superlink = (version = "1.34.0", args = "--insecure") => new Place(`flwr/superlink:${version}`, args)
const supernode = (version = "1.34.0", args = OLD) => new Place(`flwr/supernode:${version}`, args)
const fleet = (place: Place) => place.ports.get(9092)

test("a SuperLink of 1.34 logs what the real one logs, in colour, and listens on 9092", () => {
  const place = superlink()
  expect(place).toMatchObject({ isReady: true, exitCode: undefined })
  expect(place.lines[0]).toContain("\u001b[93mWARNING \u001b[0m:      Option `--insecure` was set.")
  expect(place.lines[2]).toBe("\u001b[92mINFO \u001b[0m:      Starting Flower SuperLink")
  expect(place.text).toContain("Starting Fleet API (gRPC-rere) on 0.0.0.0:9092")
  expect(place.ports.has(9092)).toBe(true)
})

test("from 1.40 on it needs flags for where to listen", () => {
  expect(superlink("1.41.0").ports.size).toBe(0)
  expect(superlink("1.41.0").text).toContain("HTTP API on 127.0.0.1:8000")
  expect(fleet(superlink("1.41.0", "--insecure --host 0.0.0.0 --port 9092"))).toBeDefined()
})

test.each([
  [
    "superlink",
    "1.31.0",
    "--insecure --host 0.0.0.0",
    "flower-superlink: error: unrecognized arguments: --host 0.0.0.0",
  ],
  ["superlink", "1.34.0", "--insecure --nosuch", "flower-superlink: error: unrecognized arguments: --nosuch"],
  ["superlink", "1.41.0", "--insecure --serverappio-api-address a:1", "use `--host` and `--port` instead"],
  ["supernode", "1.35.0", OLD, "argument --clientappio-api-address: this option is no longer supported"],
])("wrong arguments end a %s of %s (%s)", (part, version, args, words) => {
  const place = new Place(`flwr/${part}:${version}`, args)
  expect(place).toMatchObject({ exitCode: 2, isReady: false })
  expect(place.lines[0]).toMatch(/^usage: flower-/)
  expect(place.lines.at(-1)).toContain(words)
})

test("neither --insecure nor certificates", async () => {
  expect(superlink("1.34.0", "")).toMatchObject({ exitCode: 1 })
  const args = "--ssl-certfile a --ssl-keyfile b --ssl-ca-certfile c"
  const place = superlink("1.34.0", args)
  await expect.poll(() => place).toMatchObject({ exitCode: undefined, isReady: true })
})

test.each([
  ["1.34.0", "--insecure", OLD],
  ["1.41.0", "--insecure --host 0.0.0.0 --port 9092", NEW],
])("a SuperNode of %s registers, and leaves when it is ended", (version, args, nodeArgs) => {
  const [link, node] = [superlink(version, args), supernode(version, nodeArgs)]
  expect(node.dialled?.address).toBe("fleet-api:9092")
  node.dialled!.open(fleet(link))
  const registered = readSupernodeLog(node.text)
  expect(registered).toMatchObject({ is: "registered", id: expect.stringMatching(/^\d{1,20}$/) })
  const { id } = registered as { id: string }
  expect(readSuperlinkLog(link.text, id)).toMatchObject({ is: "active" })
  node.end()
  expect(node.lines.at(-1)).toContain("SuperNode terminated gracefully.")
  expect(readSuperlinkLog(link.text, id)).toMatchObject({ is: "deactivated" })
})

test("ids are unsigned 64-bit numbers of 20 digits, too large for a JavaScript number", () => {
  const link = superlink()
  const ids = Array.from({ length: 20 }, () => {
    const node = supernode()
    node.dialled!.open(fleet(link))
    return (readSupernodeLog(node.text) as { id: string }).id
  })
  expect(new Set(ids).size).toBe(20)
  for (const id of ids) {
    expect(id).toHaveLength(20)
    expect(BigInt(id)).toBeLessThan(2n ** 64n)
  }
})

test("a link that comes back keeps the id", () => {
  const [link, node] = [superlink(), supernode()]
  node.dialled!.open(fleet(link))
  node.dialled!.lost()
  expect(node.lines.at(-1)).toContain("Connection attempt failed, retrying in")
  node.dialled!.open(fleet(link))
  expect(node.lines.at(-1)).toMatch(/Connection successful after [\d.]+ seconds and 2 tries\./)
})

test("a SuperLink that was restarted: SuperNodes of 1.28 hang, newer ones exit with 0", () => {
  const old = supernode("1.28.0")
  old.dialled!.open(fleet(superlink("1.28.0")))
  old.dialled!.lost()
  old.dialled!.open(fleet(superlink("1.28.0")))
  expect(readSupernodeLog(old.text)).toMatchObject({ is: "forgotten" })
  expect(old.exitCode).toBeUndefined()

  for (const [version, args, nodeArgs] of [
    ["1.34.0", "--insecure", OLD],
    ["1.41.0", "--insecure --host 0.0.0.0 --port 9092", NEW],
  ] as const) {
    const node = supernode(version, nodeArgs)
    node.dialled!.open(fleet(superlink(version, args)))
    node.dialled!.lost()
    node.dialled!.open(fleet(superlink(version, args)))
    expect(node.lines.at(-1)).toContain("SuperNode terminated gracefully.")
    expect(node.exitCode).toBe(0)
  }
})

const TLS = "--ssl-certfile a --ssl-keyfile b --ssl-ca-certfile c"

test.each([
  ["another protocol", "1.41.0", NEW, "--insecure"],
  ["no TLS where it is expected", "1.34.0", OLD, TLS],
])("%s: it retries forever and never registers", async (_, version, args, linkArgs) => {
  const node = supernode(version, args)
  const link = superlink("1.34.0", linkArgs)
  await expect.poll(() => fleet(link)).toBeDefined()
  node.dialled!.open(fleet(link))
  expect(readSupernodeLog(node.text)).toMatchObject({
    is: "connecting",
    line: expect.stringContaining("Connection attempt failed"),
  })
  expect(node.exitCode).toBeUndefined()
})

test.each([
  ["1.34.0", "--insecure", OLD.replace("--insecure", "--root-certificates ca")],
  ["1.41.0", "--insecure --host 0.0.0.0 --port 9092", NEW.replace("--insecure", "--root-certificates ca")],
])(
  "TLS against a SuperLink without TLS ends a SuperNode of %s, which logs why",
  async (version, args, nodeArgs) => {
    const node = supernode(version, nodeArgs)
    await expect.poll(() => node.dialled).toBeDefined()
    node.dialled!.open(fleet(superlink(version, args)))
    expect(node.exitCode).toBe(1)
    expect(lastWords(node.text)).toContain("WRONG_VERSION_NUMBER")
  },
)

describe("certificates, as measured with real Flower", () => {
  beforeAll(async () => {
    const [ca, another] = [await newAuthority("ca"), await newAuthority("ca")]
    const key = privateKeyIn(ca.key)!
    const issue = (hosts: string[], days?: number) =>
      issueServer({ certificate: ca.certificate, key }, hosts, days)
    const files = {
      "ca.crt": ca.certificate,
      "both.crt": another.certificate + ca.certificate,
      "another.crt": another.certificate,
      "good.crt": (await issue(["fleet-api"])).certificate,
      "elsewhere.crt": (await issue(["superlink.example"])).certificate,
      "expired.crt": (await issue(["fleet-api"], -1)).certificate,
    }
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  })

  const connected = async (version: string, certificate: string, roots: string) => {
    const one = version === "1.42.0"
    const link = superlink(
      version,
      `--ssl-certfile ${certificate}${one ? " --host 0.0.0.0 --port 9092" : ""}`,
    )
    const node = supernode(version, `--root-certificates ${roots} --superlink fleet-api:9092`)
    await expect.poll(() => fleet(link) !== undefined && node.dialled !== undefined).toBe(true)
    node.dialled!.open(fleet(link))
    return { link, node }
  }

  test.each([
    ["1.34.0", "ca.crt"],
    ["1.42.0", "both.crt"],
  ])("%s: a SuperNode whose roots have the CA registers", async (version, roots) => {
    const { node } = await connected(version, "good.crt", roots)
    expect(readSupernodeLog(node.text).is).toBe("registered")
  })

  test.each([
    ["1.34.0", "good.crt", "another.crt", "unable to get local issuer certificate"],
    ["1.38.0", "good.crt", "another.crt", "unable to get local issuer certificate"],
    ["1.42.0", "good.crt", "another.crt", "unable to get local issuer certificate"],
    ["1.34.0", "expired.crt", "ca.crt", "certificate has expired"],
    ["1.42.0", "expired.crt", "ca.crt", "certificate has expired"],
    ["1.42.0", "elsewhere.crt", "ca.crt", "Hostname mismatch, certificate is not valid for 'fleet-api'."],
  ])("%s: %s with %s ends it, and its last words say why", async (version, certificate, roots, words) => {
    const { node } = await connected(version, certificate, roots)
    expect(node.exitCode).toBe(1)
    expect(lastWords(node.text)).toContain("CERTIFICATE_VERIFY_FAILED")
    expect(node.text).toContain(words)
  })

  test("1.34.0: another name is retried for ever, and only the SuperLink's log says why", async () => {
    const { link, node } = await connected("1.34.0", "elsewhere.crt", "ca.crt")
    expect(node.exitCode).toBeUndefined()
    expect(node.lines.at(-1)).toContain("Connection attempt failed")
    expect(link.lines.at(-1)).toContain("No match found for server name: fleet-api")
  })
})

test("the names that the guide uses", () => {
  expect(practiceValues({ name: "superlink", role: "superlink" })).toEqual({
    project: "flower-openshift-demo",
    "skupper-site": "superlink-interconnect",
  })
  expect(practiceValues({ name: "supernode-2", role: "supernode" })).toEqual({
    project: "flower-supernode-2",
    "skupper-site": "supernode-2-interconnect",
  })
})

const CLOSED = `${TLS} --enable-supernode-auth`
const SECURE_OLD = "--root-certificates a --superlink fleet-api:9092"

test("authentication without TLS ends a SuperLink, which says why", () => {
  const place = superlink("1.42.0", "--insecure --enable-supernode-auth --host 0.0.0.0")
  expect(place).toMatchObject({ exitCode: 1, isReady: false })
  expect(place.text).toContain("Exit Code: 104")
  expect(place.text).toContain("docs/framework/v1.42.0/en/how-to-authenticate-supernodes.html")
  expect(place.text).not.toContain("Starting Flower SuperLink")
})

test.each([
  ["1.34.0", CLOSED, '"code": 2001', "/flwr.proto.Fleet/RegisterNode"],
  ["1.38.0", CLOSED, "[code: 2001] SuperNode authentication is enabled.", "/flwr.proto.Fleet/RegisterNode"],
  [
    "1.42.0",
    `${CLOSED} --host 0.0.0.0 --port 9092`,
    "[code: 2001] SuperNode authentication is enabled.",
    "/v1/fleet/register-node",
  ],
])("a SuperNode of %s without a key is refused", async (version, args, words, call) => {
  const ca = await newAuthority("ca")
  const issuer = { certificate: ca.certificate, key: privateKeyIn(ca.key)! }
  const { certificate } = await issueServer(issuer, ["fleet-api"])
  writeFileSync(join(folder, "a"), certificate + ca.certificate)
  const [link, node] = [superlink(version, args), supernode(version, SECURE_OLD)]
  await expect.poll(() => fleet(link) !== undefined && node.dialled !== undefined).toBe(true)
  node.dialled!.open(fleet(link))
  expect(node.exitCode).toBe(1)
  expect(lastWords(node.text)).toContain(words)
  expect(link.text).toContain(`[${call}][ApiError:2001] Attempted to register SuperNode with public key`)
  expect(readSupernodeLog(node.text)).toMatchObject({ is: "connecting" })
})

test("a SuperNode whose key is not mounted ends as the real one does", async () => {
  const node = supernode("1.34.0", `${SECURE_OLD} --auth-supernode-private-key /app/node-key/ssh-privatekey`)
  await expect.poll(() => node.exitCode).toBe(1)
  expect(node.lines.at(-1)).toBe(
    "FileNotFoundError: [Errno 2] No such file or directory: '/app/node-key/ssh-privatekey'",
  )
})
