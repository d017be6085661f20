/** What changes under an open cluster, what hangs, and what must never be shown. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { runPlugin } from "../../lib/cluster/exec-plugin.ts"
import { openCluster } from "../../lib/cluster/index.ts"
import { copyContext } from "../../lib/cluster/kubeconfig.ts"
import { base64, config, exec, plugin, prints, type Row, write } from "./kubeconfigs/row.ts"
import { ca, carol, type Seen, startSeen } from "./kubeconfigs/seen.ts"

let seen: Seen
let folder: string
beforeEach(async () => {
  seen = await startSeen()
  folder = mkdtempSync(join(tmpdir(), "kube changes_"))
})
afterEach(async () => {
  await seen.close()
  rmSync(folder, { recursive: true })
})

/** A process that runs; one that has ended and was not waited for does not. */
function processExists(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8") !== ""
  } catch {
    return false
  }
}

/** A cluster of the copy of a kubeconfig. */
async function opened(files: Row["files"], more: { env?: NodeJS.ProcessEnv; proxy?: string } = {}) {
  const { sources } = write({ what: "", files }, folder, seen)
  const copy = join(folder, "copies", "copy")
  await copyContext(sources, undefined, copy, more.proxy === undefined ? {} : { proxy: more.proxy })
  const secrets: string[] = []
  const cluster = openCluster({
    kubeconfig: copy,
    fieldManager: "test",
    secret: (value) => secrets.push(value),
    ...(more.env && { env: more.env }),
  })
  const who = async (): Promise<string | undefined> => {
    await cluster.version()
    return seen.take()
  }
  return { cluster, copy, secrets, who }
}

test("a token file is read again when it changes, also in the copy", async () => {
  const { cluster, secrets, who } = await opened({
    config: config({}, { token: "stale", tokenFile: "token" }),
    token: "first-token",
  })
  expect(await who()).toBe("token first-token")
  writeFileSync(join(folder, "token"), "second-token\n")
  expect(await who()).toBe("token second-token")
  expect(secrets).toEqual(["first-token", "second-token"])
  await cluster.close()
})

test("credentials of a plugin are kept until they expire", async () => {
  const script = (expires: string) =>
    plugin(`echo x >>"$0.runs"
printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t%s"${expires}}}' "$(grep -c x "$0.runs")"`)
  const kept = await opened({ config: config({}, exec()), ...script("") })
  expect([await kept.who(), await kept.who()]).toEqual(["token t1", "token t1"])
  await kept.cluster.close()
  const short = await opened({
    config: config({}, exec()),
    ...script(',"expirationTimestamp":"2020-01-01T00:00:00Z"'),
  })
  expect([await short.who(), await short.who()]).toEqual(["token t2", "token t3"])
  await short.cluster.close()
})

test("a plugin that makes another certificate is shown on a new connection", async () => {
  const certificate = { clientCertificateData: carol.certificate, clientKeyData: carol.key }
  const { cluster, who } = await opened({
    config: config({}, exec()),
    ...prints({ ...certificate, expirationTimestamp: "2020-01-01T00:00:00Z" }),
  })
  expect(await who()).toBe("nobody certificate carol")
  expect(await who()).toBe("nobody certificate carol")
  await cluster.close()
})

test("a plugin that hangs is ended with what it has started", async () => {
  const files = plugin(`echo waiting for you >&2; sleep 600 & echo $! >"$0.child"; wait`)
  write({ what: "", files }, folder, seen)
  const { exec: user } = exec({ command: join(folder, "plugin.sh") })
  await expect(runPlugin(user as never, {}, { seconds: 2 })).rejects.toThrow(
    `exec: executable ${join(folder, "plugin.sh")} has printed no credentials for 2 s: waiting for you`,
  )
  const child = Number(readFileSync(join(folder, "plugin.sh.child"), "utf8"))
  await expect.poll(() => processExists(child)).toBe(false)
})

test("a plugin ends with the cluster that has asked it", async () => {
  const { cluster } = await opened({
    config: config({}, exec()),
    ...plugin(`echo $$ >"$0.pid"; exec sleep 600`),
  })
  const asked = cluster.version().catch((error: Error) => error)
  const pid = () =>
    existsSync(join(folder, "plugin.sh.pid"))
      ? Number(readFileSync(join(folder, "plugin.sh.pid"), "utf8"))
      : 0
  await expect.poll(pid).toBeGreaterThan(0)
  await cluster.close()
  expect(await asked).toBeInstanceOf(Error)
  await expect.poll(() => processExists(pid())).toBe(false)
})

test("what a plugin prints to stdout is in no message", async () => {
  const { cluster } = await opened({ config: config({}, exec()), ...plugin("echo CANARY; exit 0") })
  const error: Error = await cluster.version().then(
    () => new Error("accepted"),
    (thrown) => thrown,
  )
  expect(JSON.stringify([error.message, (error as { result?: object }).result])).not.toContain("CANARY")
  await cluster.close()
})

test("the password of a proxy is a secret, and its host is named", async () => {
  const proxy = createServer()
  proxy.on("connect", (_, socket) => socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"))
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve))
  const { port } = proxy.address() as AddressInfo
  const { cluster, secrets } = await opened({
    config: config({ "proxy-url": `http://jo:CANARY%40word@127.0.0.1:${port}` }, { token: "good" }),
  })
  const error: Error = await cluster.version().then(
    () => new Error("accepted"),
    (thrown) => thrown,
  )
  expect(error.message).toContain(`through the proxy 127.0.0.1:${port}`)
  expect(error.message).not.toContain("CANARY")
  expect(secrets).toEqual(["CANARY%40word", "CANARY@word", "good"])
  await cluster.close()
  await new Promise((resolve) => proxy.close(resolve))
})

test.each([
  ["none", { HTTPS_PROXY: "http://127.0.0.1:1" }, "http://127.0.0.1:1", "token good"],
  ["SECOND", {}, "FIRST", "token good through proxy second"],
])("the proxy %s that was given wins over the kubeconfig's", async (given, env, own, line) => {
  const more = { proxy: given.replace("SECOND", seen.proxies.second), env: { ...env, NO_PROXY: "127.0.0.1" } }
  const { cluster, who, copy } = await opened(
    { config: config({ "proxy-url": own }, { token: "good" }) },
    more,
  )
  expect(await who()).toBe(line)
  if (given === "none") expect(readFileSync(copy, "utf8")).not.toContain("proxy-url")
  await cluster.close()
})

test("a tag that is not known puts no token on a stream", async () => {
  const warnings: string[] = []
  const note = (warning: Error) => warnings.push(warning.message)
  process.on("warning", note)
  const tagged = JSON.stringify({
    "current-context": "prod",
    clusters: [{ name: "prod", cluster: { server: seen.url, "certificate-authority-data": base64(ca) } }],
    contexts: [{ name: "prod", context: { cluster: "prod", user: "jo" } }],
  }).replace(/\}$/, ', "users": [{ name: jo, user: { token: !vault CANARY } }]}')
  const { cluster, who } = await opened({ config: tagged })
  expect(await who()).toBe("token CANARY")
  await new Promise((resolve) => setImmediate(resolve))
  process.off("warning", note)
  expect(warnings).toEqual([])
  await cluster.close()
})
