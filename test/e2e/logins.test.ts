/** Logins as the program's user has them: kubeconfigs, token files, and addresses at which no API server answers. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer as createPlainServer } from "node:http"
import { request } from "node:https"
import { type AddressInfo, connect, type Socket } from "node:net"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { parse, stringify } from "yaml"
import { json, type Server, serve } from "../cluster/server.ts"
import { flat, linesOf, startWorld, type World } from "./harness.ts"

let world: World
let superlink: Record<string, string>
let token: string
let proxy: { url: string; used: string[]; close(): Promise<void> }
beforeAll(async () => {
  world = await startWorld({ supernodes: 1 })
  const file = parse(readFileSync(world.practice.federationFile, "utf8"))
  superlink = file.superlink
  token = readFileSync(superlink["token-file"]!, "utf8").trim()
  proxy = await startProxy()
})
afterAll(async () => {
  await proxy.close()
  await world.close()
})

/** A proxy that remembers who came, with the password. */
async function startProxy(): Promise<typeof proxy> {
  const used: string[] = []
  const server = createPlainServer()
  const sockets = new Set<Socket>()
  server.on("connect", (request, socket: Socket) => {
    const basic = String(request.headers["proxy-authorization"] ?? "").replace(/^Basic /, "")
    used.push(`${request.url} ${Buffer.from(basic, "base64").toString()}`)
    const [host, port] = String(request.url).split(":")
    const far = connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n")
      far.pipe(socket).pipe(far)
    })
    sockets.add(socket).add(far)
    for (const one of [socket, far]) one.on("error", () => undefined)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    url: `http://jo:p%40ss%20word@127.0.0.1:${(server.address() as AddressInfo).port}`,
    used,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

let rooms = 0
/** A folder for one federation: its file with other values for the SuperLink, and the state folder. */
function room(values: Record<string, string | undefined>) {
  const folder = join(world.folder, `case ${rooms++}`)
  mkdirSync(folder)
  const file = parse(readFileSync(world.practice.federationFile, "utf8"))
  const path = join(folder, "federation.yaml")
  writeFileSync(path, stringify({ ...file, superlink: { ...file.superlink, ...values } }))
  const state = join(folder, "state")
  const argv = ["--federation", path, "--state", state]
  return {
    folder,
    path,
    state,
    login: (env: Record<string, string> = {}) =>
      world.call(["step", "login", "--site", "superlink", "--yes", "--json", ...argv], { env }),
    call: (...words: string[]) => world.call([...words, ...argv]),
    kubeconfigs: () =>
      existsSync(join(state, "kubeconfigs")) ? readdirSync(join(state, "kubeconfigs")) : [],
    outcome: () =>
      linesOf(world.journal(state), "step ended").findLast(
        ({ step, site }) => step === "login" && site === "superlink",
      )!.outcome,
  }
}

/** A room whose site logs in with a kubeconfig of its own. */
function contextRoom(user: object, cluster: object = {}, more: Record<string, string> = {}) {
  const kubeconfig = join(world.folder, `kubeconfig ${rooms}`)
  const write = (as: object, at: object = cluster) =>
    writeFileSync(
      kubeconfig,
      stringify({
        apiVersion: "v1",
        kind: "Config",
        "current-context": "prod",
        clusters: [
          {
            name: "prod",
            cluster: {
              server: superlink.server,
              "certificate-authority": superlink["certificate-authority"],
              ...at,
            },
          },
        ],
        users: [{ name: "jo", user: as }],
        contexts: [{ name: "prod", context: { cluster: "prod", user: "jo" } }],
      }),
    )
  write(user)
  const nothing = { "token-file": undefined, "certificate-authority": undefined }
  return { ...room({ ...nothing, login: "context", context: "prod", kubeconfig, ...more }), write }
}

describe("a context of a kubeconfig", () => {
  test("its proxy wins over the environment's, and its password is shown nowhere", async () => {
    const { login, call, outcome, state } = contextRoom({ token }, { "proxy-url": proxy.url })
    const env = { HTTPS_PROXY: "http://127.0.0.1:9" }
    const first = await login(env)
    expect(first.code, first.stdout).toBe(0)
    expect(proxy.used.length).toBeGreaterThan(0)
    expect(new Set(proxy.used)).toEqual(
      new Set([`${superlink.server!.replace("https://", "")} jo:p@ss word`]),
    )
    expect(outcome().reason).toMatch(/^logged in as kube:admin/)
    const doctor = await call("doctor", "--site", "superlink")
    expect(flat(doctor.stdout)).toContain(
      `through the proxy ${new URL(proxy.url).host}, its certificate is trusted`,
    )
    const shown = [
      first.stdout,
      first.stderr,
      doctor.stdout,
      readFileSync(join(state, "journal.jsonl"), "utf8"),
    ]
    expect(shown.join()).not.toMatch(/p%40ss%20word|p@ss word/)
  })

  test("an explicit proxy wins over both; none removes both", async () => {
    const given = contextRoom({ token }, { "proxy-url": "http://127.0.0.1:9" }, { proxy: "none" })
    expect(await given.login({ HTTPS_PROXY: "http://127.0.0.1:9" })).toMatchObject({ code: 0 })
    const before = proxy.used.length
    const other = new URL(proxy.url)
    const explicit = contextRoom({ token }, { "proxy-url": "http://127.0.0.1:9" }, { proxy: other.origin })
    expect(await explicit.login()).toMatchObject({ code: 0 })
    expect(proxy.used.length).toBeGreaterThan(before)
  })

  test("groups go along with an impersonated user, and doctor finds their rights", async () => {
    const { login, call, outcome } = contextRoom({ token, as: "jo", "as-groups": ["system:masters"] })
    expect(await login()).toMatchObject({ code: 0 })
    expect(outcome().reason).toMatch(/^logged in as jo at/)
    // The copy is the context as it is now.
    expect(await login()).toMatchObject({ code: 0 })
    expect(outcome().kind).toBe("unchanged")
    expect(flat((await call("doctor", "--site", "superlink")).stdout)).toContain("jo has all rights")
  })

  test("a plugin gets the cluster's data", async () => {
    const { login, folder, outcome, write } = contextRoom({})
    const plugin = join(folder, "plugin.sh")
    const script = `#!/bin/sh
case "$KUBERNETES_EXEC_INFO" in *'"cluster"'*) ;; *) echo "ExecCredential does not contain cluster information" >&2; exit 1 ;; esac
printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s"}}' "${token}"
`
    writeFileSync(plugin, script, { mode: 0o755 })
    const exec = { apiVersion: "client.authentication.k8s.io/v1", command: plugin, interactiveMode: "Never" }
    write({ exec })
    expect(await login()).toMatchObject({ code: 1 })
    expect(outcome().why).toContain("ExecCredential does not contain cluster information")
    write({ exec: { ...exec, provideClusterInfo: true } })
    expect(await login()).toMatchObject({ code: 0 })
  })

  test("two users of one name are refused in kubectl's words", async () => {
    const { login, path, outcome } = contextRoom({ token })
    const { kubeconfig } = parse(readFileSync(path, "utf8")).superlink
    const config = parse(readFileSync(kubeconfig, "utf8"))
    writeFileSync(
      kubeconfig,
      stringify({ ...config, users: [...config.users, { name: "jo", user: { token: "CANARY" } }] }),
    )
    const refused = await login()
    expect(refused.code).toBe(1)
    expect(outcome().reason).toMatch(/duplicate name "jo" in list/)
    expect(refused.stdout + refused.stderr).not.toContain("CANARY")
  })
})

describe("what went wrong once", () => {
  test("nobody: the login says so and leaves nothing; after a good login it works", async () => {
    const { login, outcome, kubeconfigs, write } = contextRoom({})
    expect(await login()).toMatchObject({ code: 1 })
    expect(outcome()).toMatchObject({
      reason: expect.stringMatching(/^context prod does not log in to/),
      why: expect.stringContaining("system:anonymous"),
      fix: expect.stringContaining("log in to the context first"),
    })
    expect(kubeconfigs()).toEqual([])
    write({ token })
    expect(await login()).toMatchObject({ code: 0 })
    expect(kubeconfigs()).toEqual(["superlink"])
  })

  test("a session that became nobody's is not logged in, and no right is missing", async () => {
    const { login, call, state, write } = contextRoom({ token })
    expect(await login()).toMatchObject({ code: 0 })
    const file = join(state, "kubeconfigs", "superlink")
    write({})
    writeFileSync(file, readFileSync(file, "utf8").replace(/token: .*/, "username: ''"))
    const doctor = flat((await call("doctor", "--site", "superlink")).stdout)
    expect(doctor).toMatch(/not logged in to \S+: .*system:anonymous/)
    expect(doctor).not.toMatch(/is not allowed|right/)
  })

  test("an authority that was wrong is undone by the next login", async () => {
    const other = world.practice.clusters[1]!
    const wrong = parse(readFileSync(other.kubeconfig, "utf8")).clusters[0].cluster[
      "certificate-authority-data"
    ]
    const { login, outcome, write } = contextRoom({ token })
    expect(await login()).toMatchObject({ code: 0 })
    write({ token }, { "certificate-authority": undefined, "certificate-authority-data": wrong })
    expect(await login()).toMatchObject({ code: 1 })
    expect(outcome()).toMatchObject({ kind: "blocked", code: "certificate" })
    write({ token })
    expect(await login()).toMatchObject({ code: 0 })
  })

  test("a token that the server refuses leaves no file; the same file with a good one works", async () => {
    const file = join(world.folder, "a token")
    writeFileSync(file, "sha256~refused\n")
    const { login, kubeconfigs } = room({ "token-file": file })
    expect(await login()).toMatchObject({ code: 1 })
    expect(kubeconfigs()).toEqual([])
    writeFileSync(file, `oc login --token=${token} --server=${superlink.server}\n`)
    expect(await login()).toMatchObject({ code: 0 })
  })

  test("a proxy that was wrong", async () => {
    const file = join(world.folder, "a token")
    writeFileSync(file, token)
    const { login, path, outcome } = room({ "token-file": file, proxy: new URL(proxy.url).origin })
    expect(await login()).toMatchObject({ code: 0 })
    const correct = (value: string): void => {
      const federation = parse(readFileSync(path, "utf8"))
      writeFileSync(path, stringify({ ...federation, superlink: { ...federation.superlink, proxy: value } }))
    }
    correct("http://127.0.0.1:9")
    expect(await login()).toMatchObject({ code: 1 })
    expect(outcome().reason).toMatch(
      /through the proxy 127\.0\.0\.1:9: .*\(proxy: .*federation\.yaml:\d+:\d+/,
    )
    const before = proxy.used.length
    correct("none")
    expect(await login()).toMatchObject({ code: 0 })
    expect(proxy.used).toHaveLength(before)
  })
})

test("a server under a path: from the login to the project", async () => {
  const PATH = "/k8s/clusters/c-m-abc"
  const ca = readFileSync(superlink["certificate-authority"]!, "utf8")
  const gate = await serve(({ method, path, headers, body }, response) => {
    if (!path.startsWith(`${PATH}/`)) return undefined
    const { host: _, ...kept } = headers
    const url = `${superlink.server}${path.slice(PATH.length)}`
    const outgoing = request(url, { method, headers: kept, ca }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers)
      answer.pipe(response)
    })
    response.on("close", () => outgoing.destroy())
    outgoing.on("error", () => response.destroy())
    outgoing.end(body)
    return true
  })
  const authority = join(world.folder, "gate.crt")
  writeFileSync(authority, gate.ca)
  const { call, outcome, path } = room({ server: `${gate.url}${PATH}/`, "certificate-authority": authority })
  const run = await call("run", "--site", "superlink", "--to", "project", "--yes")
  expect(run.code, run.stdout).toBe(0)
  expect(outcome().reason).toBe(`logged in as kube:admin at ${gate.url}${PATH}`)
  expect(flat((await call("doctor", "--site", "superlink")).stdout)).toContain(`${gate.url}${PATH}, v1.`)
  // The other spelling is the same server.
  writeFileSync(path, readFileSync(path, "utf8").replace(`${PATH}/`, PATH))
  expect(await call("plan", "--site", "superlink", "--to", "project", "--exit-code")).toMatchObject({
    code: 0,
  })
  await gate.close()
})

describe("an address at which no API server answers", () => {
  let page: Server
  beforeAll(async () => {
    page = await serve((_, response) => {
      response.writeHead(200, { "content-type": "text/html" }).end("<html>console</html>")
      return true
    })
    writeFileSync(join(world.folder, "other.crt"), page.ca)
  })
  afterAll(async () => {
    await page.close()
  })

  test.each<[string, () => string, RegExp]>([
    [
      "a name that does not resolve",
      () => "https://api.invalid:6443",
      /cannot be reached: the name (does not resolve|cannot be resolved)/,
    ],
    ["nothing listens", () => "https://127.0.0.1:1", /cannot be reached: the connection was refused/],
    ["a web page", () => page.url, /answered with a web page: it is not an API server/],
  ])("%s: run, plan and doctor say so within seconds, with file, line and key", async (_, server, words) => {
    const { call, outcome, path } = room({
      server: server(),
      "certificate-authority": join(world.folder, "other.crt"),
    })
    const line =
      readFileSync(path, "utf8")
        .split("\n")
        .findIndex((text) => text.includes(`server: ${server()}`)) + 1
    const place = new RegExp(`server: .*federation\\.yaml:${line}:\\d+ \\(superlink\\.server\\)`)
    const run = await call("run", "--yes")
    expect(run.code).toBe(1)
    expect(outcome()).toMatchObject({ kind: "blocked", reason: expect.stringMatching(words) })
    expect(outcome().reason).toMatch(place)
    // The limit of a step is 300 s.
    expect(outcome().seconds).toBeLessThan(60)
    const plan = flat((await call("plan")).stdout)
    expect(plan).toMatch(words)
    expect(plan).toMatch(/federation\.yaml:\d+:\d+/)
    const doctor = flat((await call("doctor", "--site", "superlink")).stdout)
    expect(doctor).toMatch(words)
    expect(doctor).toMatch(/federation\.yaml:\d+:\d+/)
  })

  test("a server that was reached before is waited for", async () => {
    const file = join(world.folder, "a token")
    writeFileSync(file, token)
    const api = await serve((asked, response) =>
      asked.path === "/version"
        ? json(response, 200, { gitVersion: "v1.31.4" })
        : json(response, 201, { metadata: { name: "jo" }, status: { userInfo: { username: "jo" } } }),
    )
    const { call, outcome } = room({
      server: api.url,
      "token-file": file,
      "certificate-authority": join(world.folder, "other.crt"),
    })
    const login = () => call("step", "login", "--site", "superlink", "--yes", "--timeout", "4s")
    expect(await login()).toMatchObject({ code: 0 })
    await api.close()
    expect(await login()).toMatchObject({ code: 1 })
    expect(outcome()).toMatchObject({
      code: "timeout",
      reason: expect.stringMatching(/^timed out after 4 s: .*refused/),
    })
  })
})

test("what a failed login wrote is gone also after a kill", async () => {
  const { login, state, kubeconfigs } = room({})
  mkdirSync(join(state, "kubeconfigs"), { recursive: true, mode: 0o700 })
  // The pid of no process.
  writeFileSync(join(state, "kubeconfigs", "superlink.draft-4194303-0123abcd"), "token: x", { mode: 0o600 })
  expect(await login()).toMatchObject({ code: 0 })
  expect(kubeconfigs()).toEqual(["superlink"])
  rmSync(state, { recursive: true })
})
