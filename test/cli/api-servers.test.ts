/** The address of an API server is tried; each kind of problem has its own message. */
import { mkdirSync, writeFileSync } from "node:fs"
import { createServer as createHttpServer } from "node:http"
import { type AddressInfo, createServer, type Server as NetServer } from "node:net"
import { join } from "node:path"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { tryEndpoint } from "../../lib/cli/try-endpoint.ts"
import { openWalkFederation } from "../../lib/cli/walk/opening.ts"
import { input, notebook, step } from "../../lib/index.ts"
import guide from "../../runbooks/index.ts"
import { json, type Server, serve, status } from "../cluster/server.ts"
import { io, room, type World, walkCall } from "./world.ts"

const DOWN = "\u001b[B"
const ENTER = "\r"

let at: string
let world: World
beforeEach(() => {
  at = room()
  world = io(at, { terminal: true })
})

describe("API servers", () => {
  let api: Server
  let ca: string
  let page: Server
  let plain: NetServer
  let silent: NetServer
  beforeAll(async () => {
    api = await serve((asked, response) =>
      asked.path === "/version" ? json(response, 200, { gitVersion: "v1.31.4" }) : undefined,
    )
    ca = join(room(), "ca.crt")
    writeFileSync(ca, api.ca)
    page = await serve((_, response) => {
      response.writeHead(200, { "content-type": "text/html" }).end("<html>console</html>")
      return true
    })
    plain = createHttpServer()
    silent = createServer(() => {})
    await Promise.all(
      [plain, silent].map((one) => new Promise((done) => one.listen(0, "127.0.0.1", () => done(1)))),
    )
  })
  afterAll(async () => {
    plain.close()
    await page.close()
    silent.close()
    await api.close()
  })
  const port = (server: NetServer) => (server.address() as AddressInfo).port

  test.each<[string, () => string, object]>([
    [
      "trusted, it says its version",
      () => api.url,
      { ok: true, said: expect.stringMatching(/Kubernetes v1\.31\.4, directly/) },
    ],
    [
      "no such name",
      () => "https://api.invalid:6443",
      { ok: false, said: expect.stringMatching(/name (does not resolve|cannot be resolved)/) },
    ],
    ["refused", () => "https://127.0.0.1:1", { ok: false, said: expect.stringContaining("refused") }],
    [
      "a web page",
      () => page.url,
      {
        ok: false,
        said: expect.stringContaining("web page"),
        fix: expect.stringContaining("not the web console's"),
      },
    ],
    [
      "no TLS",
      () => `https://127.0.0.1:${port(plain)}`,
      { ok: false, said: expect.stringContaining("does not speak TLS") },
    ],
    [
      "silence",
      () => `https://127.0.0.1:${port(silent)}`,
      {
        ok: false,
        said: expect.stringContaining("timed out after 2 s"),
        fix: expect.stringContaining("VPN"),
      },
    ],
  ])("%s", async (_, server, expected) => {
    expect(
      await tryEndpoint(
        walkCall(world),
        { server: server(), certificateAuthority: ca, proxy: "none" },
        { seconds: 2 },
      ),
    ).toMatchObject(expected)
  })
  test("a certificate that is not trusted is named as such", async () => {
    expect(await tryEndpoint(walkCall(world), { server: api.url })).toMatchObject({
      ok: false,
      certificate: true,
    })
  })
  test("a file without a certificate is named as such, and not the server's certificate as unknown", async () => {
    const token = join(at, "a token")
    writeFileSync(token, "sha256~abc")
    expect(
      await tryEndpoint(walkCall(world), { server: api.url, certificateAuthority: token }),
    ).toMatchObject({
      ok: false,
      certificate: true,
      said: `${token} contains no certificate`,
    })
  })
  test("a server that shows its version only after a login is accepted", async () => {
    const shy = await serve((_, response) => status(response, 401, "Unauthorized", "Unauthorized"))
    try {
      expect(await tryEndpoint(walkCall(world), { server: shy.url, certificateAuthority: ca })).toMatchObject(
        {
          ok: true,
        },
      )
    } finally {
      await shy.close()
    }
  })
  test("a server that answers something else is not accepted", async () => {
    const other = await serve((_, response) => json(response, 200, { hello: "world" }))
    try {
      expect(
        await tryEndpoint(walkCall(world), { server: other.url, certificateAuthority: ca }),
      ).toMatchObject({
        ok: false,
        said: expect.stringContaining("not like an API server"),
      })
    } finally {
      await other.close()
    }
  })

  const small = notebook({
    name: "small",
    title: "Small",
    roles: { hub: "one" },
    inputs: {
      server: input.url({
        per: "site",
        required: true,
        help: "The API server",
        prompt: "API server",
        probe: "api server",
      }),
      "certificate-authority": input.path({ per: "site", help: "CA file" }),
    },
    steps: [
      step({ id: "a", title: "A", on: "hub", prose: "", check: () => ({ state: "ready", reason: "" }) }),
    ],
  })
  const openSmall = async () => {
    const opening = await openWalkFederation(walkCall(world, [], small))
    if (opening.practise) throw new Error("practice was chosen")
    return opening.opened.federation.sites[0]!
  }
  test("not reached: another address, then the authority's file, then it is trusted", async () => {
    world.answer(
      [/hub\n {2}The API server\n[\s\S]*hub: API server/, `https://127.0.0.1:1${ENTER}`],
      [/Connecting to https:\/\/127\.0\.0\.1:1 …[\s\S]*✗ .*refused[\s\S]*What now\?/, ENTER],
      // The refused address has no tick, and is asked for again.
      [/✗ hub: API server https:\/\/127\.0\.0\.1:1\n[\s\S]*\? hub: API server/, `\u0015${api.url}${ENTER}`],
      [/✗ the certificate of[\s\S]*Give the file of the certificate authority/, ENTER],
      [/hub: CA file/, `nowhere${ENTER}`],
      [/nowhere does not exist/, `\u0015${ca}${ENTER}`],
    )
    expect(await openSmall()).toMatchObject({ server: api.url, certificateAuthority: ca })
    expect(world.stdout()).toContain("✓ Kubernetes v1.31.4, directly, its certificate is trusted")
  })
  test("used anyway: a VPN may be connected later", async () => {
    world.answer(
      [/hub: API server/, `127.0.0.1:1${ENTER}`],
      [/What now\?[\s\S]*Use it anyway/, `${DOWN}${ENTER}`],
      [/✗ .*refused[\s\S]*What now\?[\s\S]*Use it anyway/, `${DOWN}${DOWN}${ENTER}`],
    )
    expect(await openSmall()).toMatchObject({ server: "https://127.0.0.1:1" })
  })

  test("the guide: how to log in, and only what that needs; secrets are never asked for or saved", async () => {
    writeFileSync(join(at, "token"), "sha256~canary")
    writeFileSync(join(at, "ca.crt"), api.ca)
    const sites = ["--certificate-authority", "ca.crt", "--supernodes", "1"]
    const commands = join(at, "commands")
    mkdirSync(commands)
    world.answer(
      [/What would you like to do\?[\s\S]*Set up your own clusters/, ENTER],
      // What is missing on this machine is shown before any endpoint is asked for.
      [/not on PATH: .*skupper[\s\S]*Continue anyway\?/, `y${ENTER}`],
      [/superlink: API server/, `${api.url}${ENTER}`],
      [/✓ Kubernetes[\s\S]*superlink: Project[\s\S]*flower-openshift-demo/, ENTER],
      [/superlink: How to log in/, `${DOWN}${ENTER}`],
      [/superlink: File that holds the token/, `token${ENTER}`],
      [/supernode-1: API server/, `${api.url}${ENTER}`],
      [/supernode-1: Project/, ENTER],
      [/supernode-1: How to log in/, `${DOWN}${DOWN}${DOWN}${ENTER}`],
      [/supernode-1: Context/, `b-admin${ENTER}`],
    )
    const bare = { ...world, io: { ...world.io, env: { ...world.io.env, PATH: commands } } }
    const opening = await openWalkFederation(walkCall(bare, sites, guide))
    if (opening.practise) throw new Error("practice was chosen")
    const { opened } = opening
    expect(opened.federation.sites).toMatchObject([
      { login: "token", tokenFile: join(at, "token"), project: "flower-openshift-demo" },
      { login: "context", context: "b-admin", project: "flower-supernode-1" },
    ])
    expect(world.stdout()).not.toContain("canary")
    expect(world.stdout()).not.toContain("User name")
    expect(opened.answered).toContain("--superlink server=")
  })
})
