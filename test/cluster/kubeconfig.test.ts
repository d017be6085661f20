import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { parse } from "yaml"
import { openCluster } from "../../lib/cluster/index.ts"
import {
  copyContext,
  readNamespace,
  readServer,
  setNamespace,
  writeKubeconfig,
} from "../../lib/cluster/kubeconfig.ts"
import { sameServer } from "../../lib/notebook/server-url.ts"
import { createAuthority } from "../../lib/practice/certificates.ts"
import { json, type Server, serve, status } from "./server.ts"

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kube config_"))
  file = join(folder, "kubeconfigs", "a")
})
afterEach(() => rm(folder, { recursive: true }))

const content = async (path = file) => parse(await readFile(path, "utf8"))
const save = async (name: string, text: string) => {
  await writeFile(join(folder, name), text)
  return join(folder, name)
}

test("a kubeconfig is private, whole, and named as oc names it", async () => {
  await writeKubeconfig(file, {
    server: "https://api.a.example:6443/",
    ca: "PEM",
    token: "sha256~secret",
    user: "jane",
    namespace: "flower",
    proxy: "http://proxy.example:3128",
  })
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect((await stat(join(folder, "kubeconfigs"))).mode & 0o777).toBe(0o700)
  expect(await readdir(join(folder, "kubeconfigs"))).toEqual(["a"])
  expect(await content()).toMatchObject({
    clusters: [
      {
        name: "api-a-example:6443",
        cluster: {
          server: "https://api.a.example:6443",
          "certificate-authority-data": Buffer.from("PEM").toString("base64"),
          "proxy-url": "http://proxy.example:3128",
        },
      },
    ],
    users: [{ name: "jane/api-a-example:6443", user: { token: "sha256~secret" } }],
    "current-context": "flower/api-a-example:6443/jane",
  })
  expect(await readNamespace(file)).toBe("flower")
  expect(await readServer(file)).toBe("https://api.a.example:6443")
})

test("another namespace takes the context's name along, if oc would have named it so", async () => {
  await writeKubeconfig(file, { server: "https://api.a.example:6443", token: "t", user: "jane" })
  expect(await readNamespace(file)).toBeUndefined()
  await setNamespace(file, "one")
  await setNamespace(file, "two")
  expect(await content()).toMatchObject({
    contexts: [{ name: "two/api-a-example:6443/jane", context: { namespace: "two" } }],
    "current-context": "two/api-a-example:6443/jane",
  })
  const own = await save(
    "own",
    JSON.stringify({
      ...(await content()),
      "current-context": "mine",
      contexts: [
        {
          name: "mine",
          context: { cluster: "api-a-example:6443", user: "jane/api-a-example:6443", namespace: "two" },
        },
      ],
    }),
  )
  await setNamespace(own, "three")
  expect((await content(own))["current-context"]).toBe("mine")
  expect(await readNamespace(own)).toBe("three")
  await expect(setNamespace(join(folder, "none"), "x")).rejects.toThrow("has no current context")
})

test("a missing file gives nothing, a broken one is named without its content", async () => {
  expect(await readServer(file)).toBeUndefined()
  const broken = await save("broken", "users: [{token: very-secret\n- x")
  const error = await readServer(broken).catch((thrown) => thrown)
  expect(error.message).toBe(`The kubeconfig ${broken} cannot be read`)
  expect(JSON.stringify([error.why, error.message])).not.toContain("very-secret")
})

test("a context is copied minified and flattened; lists are merged as kubectl merges them", async () => {
  await mkdir(join(folder, "pki"))
  const authority = "-----BEGIN CERTIFICATE-----"
  await save("pki/ca.crt", authority)
  await save("pki/client.crt", "CERT")
  await save("pki/client.key", "KEY")
  await save("pki/token", "file-token\n")
  const first = await save(
    "first",
    `
current-context: a
clusters:
- {name: a, cluster: {server: "https://a:6443", certificate-authority: pki/ca.crt, tls-server-name: api.a, proxy-url: "http://p:1"}}
contexts:
- {name: a, context: {cluster: a, user: a, namespace: ns-a}}
- {name: b, context: {cluster: b, user: b}}
users:
- {name: a, user: {client-certificate: pki/client.crt, client-key: pki/client.key}}
`,
  )
  const second = await save(
    "second",
    `
current-context: b
clusters:
- {name: a, cluster: {server: "https://not-this-one"}}
- {name: b, cluster: {server: "https://b:6443", insecure-skip-tls-verify: true}}
users:
- {name: b, user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: ./bin/get-token, args: [x], interactiveMode: Never}}}
- {name: c, user: {tokenFile: pki/token}}
contexts:
- {name: c, context: {cluster: b, user: c, namespace: ns-c}}
`,
  )
  const both = [first, join(folder, "missing"), second].join(delimiter)
  expect(await copyContext(both, undefined, file)).toEqual({ server: "https://a:6443" })
  const base64 = (text: string) => Buffer.from(text).toString("base64")
  expect(await content()).toEqual({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name: "a",
        cluster: {
          server: "https://a:6443",
          "tls-server-name": "api.a",
          "proxy-url": "http://p:1",
          "certificate-authority-data": base64(authority),
        },
      },
    ],
    users: [
      { name: "a", user: { "client-certificate-data": base64("CERT"), "client-key-data": base64("KEY") } },
    ],
    contexts: [{ name: "a", context: { cluster: "a", user: "a", namespace: "ns-a" } }],
    "current-context": "a",
  })
  await copyContext(both, "b", file, { proxy: "http://other:1", namespace: "mine" })
  expect(await content()).toMatchObject({
    clusters: [{ cluster: { "insecure-skip-tls-verify": true, "proxy-url": "http://other:1" } }],
    users: [{ user: { exec: { command: join(folder, "bin/get-token"), args: ["x"] } } }],
    contexts: [{ context: { namespace: "mine" } }],
  })
  await copyContext(both, "c", file)
  expect((await content()).users[0].user).toEqual({ tokenFile: join(folder, "pki/token") })
  await expect(copyContext(both, "d", file)).rejects.toMatchObject({
    message: `${both} has no context d`,
    why: "it has a, b, c",
  })
})

test("one server under several spellings", () => {
  expect(sameServer("https://api.a.example", "https://API.a.example:443/")).toBe(true)
  expect(sameServer("https://h:6443", "https://h:6443/")).toBe(true)
  expect(sameServer("https://h:6443", "https://h:6444")).toBe(false)
  expect(sameServer("https://h/k8s/clusters/a", "https://h/k8s/clusters/b")).toBe(false)
})

/** A server that knows its users by token or client certificate. */
const whoServer = (): Promise<Server> =>
  serve(({ headers }, response) => {
    const token = headers.authorization?.replace("Bearer ", "") ?? "nobody"
    return token.startsWith("bad")
      ? status(response, 401, "Unauthorized", "Unauthorized")
      : json(response, 201, { status: { userInfo: { username: `u-${token}` } } })
  })

test("a kubeconfig may come later, and change under an open cluster", async () => {
  const server = await whoServer()
  const cluster = openCluster({ fieldManager: "test", kubeconfig: file, login: "book step login --site a" })
  const missing = { result: { state: "unknown", because: "login", next: "book step login --site a" } }
  await expect(cluster.whoami()).rejects.toMatchObject(missing)
  await writeKubeconfig(file, { server: server.url, ca: server.ca, token: "one" })
  expect(await cluster.whoami()).toBe("u-one")
  expect(cluster.server).toBe(server.url)
  await writeKubeconfig(file, { server: server.url, ca: server.ca, token: "two" })
  expect(await cluster.whoami()).toBe("u-two")
  // As oc does it: in place.
  await writeFile(file, (await readFile(file, "utf8")).replace("two", "six"))
  expect(await cluster.whoami()).toBe("u-six")
  await rename(file, `${file}.away`)
  await expect(cluster.whoami()).rejects.toMatchObject(missing)
  await writeFile(file, "current-context: nothing\n")
  await expect(cluster.whoami()).rejects.toMatchObject({
    result: { because: "login", reason: "the site's kubeconfig cannot be used: it has no current context" },
  })
  await cluster.close()
  await server.close()
})

test("an exec plugin runs once for many first calls, again when its credentials are refused", async () => {
  const server = await whoServer()
  const runs = join(folder, "runs")
  const plugin = `echo "$KUBERNETES_EXEC_INFO" >> "${runs}"; n=$(wc -l < "${runs}")
    test -e "${folder}/fail" && { echo need login >&2; exit 1; }
    echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t'$n'"}}'`
  const exec = {
    apiVersion: "client.authentication.k8s.io/v1",
    command: "bash",
    args: ["-c", plugin],
    interactiveMode: "Never",
  }
  const ca = Buffer.from(server.ca).toString("base64")
  const source = await save(
    "source",
    JSON.stringify({
      "current-context": "a",
      clusters: [{ name: "a", cluster: { server: server.url, "certificate-authority-data": ca } }],
      users: [{ name: "a", user: { exec } }],
      contexts: [{ name: "a", context: { cluster: "a", user: "a" } }],
    }),
  )
  await copyContext(source, undefined, file)
  const secrets = new Set<string>()
  const cluster = openCluster({
    fieldManager: "test",
    kubeconfig: file,
    secret: (value) => secrets.add(value),
  })
  expect(await Promise.all([cluster.whoami(), cluster.whoami(), cluster.whoami()])).toEqual([
    "u-t1",
    "u-t1",
    "u-t1",
  ])
  expect(JSON.parse(await readFile(runs, "utf8"))).toMatchObject({ kind: "ExecCredential" })
  expect([...secrets]).toEqual(["t1"])
  await cluster.close()
  const failing = openCluster({ fieldManager: "test", kubeconfig: file })
  await writeFile(join(folder, "fail"), "")
  await expect(failing.whoami()).rejects.toMatchObject({
    result: { because: "login", reason: expect.stringContaining("need login") },
  })
  await rm(join(folder, "fail"))
  expect(await failing.whoami()).toBe("u-t3")
  await failing.close()
  await server.close()
})

test("credentials of a plugin that the server no longer accepts are renewed, once", async () => {
  let good = "t1"
  const server = await serve(({ headers }, response) =>
    headers.authorization === `Bearer ${good}`
      ? json(response, 201, { status: { userInfo: { username: good } } })
      : status(response, 401, "Unauthorized", "Unauthorized"),
  )
  const runs = join(folder, "runs")
  const apiVersion = "client.authentication.k8s.io/v1"
  const plugin = `echo x >> "${runs}"; echo '{"apiVersion":"${apiVersion}","kind":"ExecCredential","status":{"token":"t'$(wc -l < "${runs}" | tr -d ' ')'"}}'`
  await mkdir(join(folder, "kubeconfigs"))
  await writeFile(
    file,
    JSON.stringify({
      "current-context": "a",
      clusters: [
        {
          name: "a",
          cluster: {
            server: server.url,
            "certificate-authority-data": Buffer.from(server.ca).toString("base64"),
          },
        },
      ],
      users: [
        {
          name: "a",
          user: { exec: { apiVersion, command: "bash", args: ["-c", plugin], interactiveMode: "Never" } },
        },
      ],
      contexts: [{ name: "a", context: { cluster: "a", user: "a" } }],
    }),
  )
  const cluster = openCluster({ fieldManager: "test", kubeconfig: file })
  expect(await cluster.whoami()).toBe("t1")
  good = "t2"
  expect(await cluster.whoami()).toBe("t2")
  good = "none"
  await expect(cluster.whoami()).rejects.toMatchObject({ result: { because: "login" } })
  await cluster.close()
  await server.close()
})

test("a server name for TLS, and a context without a user, are honoured", async () => {
  const server = await serve(
    (_, response) => json(response, 200, { gitVersion: "v1" }),
    ["api.inside.example"],
  )
  const other = await createAuthority("other")
  const config = (cluster: object) =>
    JSON.stringify({
      "current-context": "a",
      clusters: [{ name: "a", cluster: { server: server.url, ...cluster } }],
      contexts: [{ name: "a", context: { cluster: "a" } }],
    })
  const ca = Buffer.from(server.ca).toString("base64")
  const cluster = openCluster({
    fieldManager: "test",
    kubeconfig: await save(
      "named",
      config({ "certificate-authority-data": ca, "tls-server-name": "api.inside.example" }),
    ),
  })
  expect(await cluster.version()).toBe("v1")
  const wrong = openCluster({
    fieldManager: "test",
    kubeconfig: await save(
      "wrong",
      config({
        "certificate-authority-data": Buffer.from(other.certificate).toString("base64"),
        "tls-server-name": "api.inside.example",
      }),
    ),
  })
  await expect(wrong.version()).rejects.toMatchObject({ result: { state: "blocked", code: "certificate" } })
  await cluster.close()
  await wrong.close()
  await server.close()
})
