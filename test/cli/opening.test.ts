import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { createServer as createHttpServer } from "node:http"
import { type AddressInfo, createServer, type Server as NetServer } from "node:net"
import { join } from "node:path"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import type { Call } from "../../lib/cli/call.ts"
import { sameFederation } from "../../lib/cli/call.ts"
import { COMMANDS } from "../../lib/cli/commands-table.ts"
import { parseCommand } from "../../lib/cli/parse.ts"
import { reach } from "../../lib/cli/reach.ts"
import { type Opened, openWalkFederation, withAnswer } from "../../lib/cli/walk/opening.ts"
import { input, type Notebook, notebook, step } from "../../lib/index.ts"
import { Redactor } from "../../lib/notebook/secrets.ts"
import guide from "../../runbooks/index.ts"
import { json, type Server, serve, status } from "../cluster/server.ts"
import { mirrors } from "../example/notebook.ts"
import { io, room, call as typed, type World } from "./world.ts"

const DOWN = "\u001b[B"
const ENTER = "\r"

let at: string
let world: World
beforeEach(() => {
  at = room()
  world = io(at, { terminal: true })
})

/** A call of the walk as the command line hands it on. */
function walking(argv: readonly string[] = [], of: Notebook = mirrors): Call {
  const command = COMMANDS.find(({ name }) => name === "walk")!
  const { signal } = new AbortController()
  return {
    notebook: of,
    flags: parseCommand(of, command, argv, at, "mirror-pages").flags,
    argument: undefined,
    steps: [],
    io: world.io,
    interaction: { ask: true },
    signal,
    interruptible: (work) => work(signal),
    redactor: new Redactor(),
    command: ["mirror-pages walk", ...argv].join(" "),
  }
}
const open = async (...argv: string[]): Promise<Opened> => {
  const opening = await openWalkFederation(walking(argv))
  if (opening.practise) throw new Error("practice was chosen")
  return opening
}
const finished = (name: string) =>
  typed(at, ["run", "--yes", "--name", name, "--original", `folder=${at}/o`, "--mirror", `folder=${at}/m1`])

describe("which federation", () => {
  test("without any: practise, or own clusters; a bare Enter practises", async () => {
    Object.assign(world.io, { practiceImages: [] })
    world.answer([/What would you like to do\?[\s\S]*Practise on[\s\S]*Set up your own clusters/, ENTER])
    expect(await openWalkFederation(walking())).toEqual({ practise: true })
  })
  test("own clusters: the questions of the endpoints", async () => {
    Object.assign(world.io, { practiceImages: [] })
    world.answer(
      [/What would you like to do/, `${DOWN}${ENTER}`],
      [/How many mirrors\?/, `1${ENTER}`],
      [/original: Folder/, `relative${ENTER}`],
      [/is not an absolute path/, `\u0015${at}/o${ENTER}`],
      [/mirror-1: Folder/, `${at}/m1${ENTER}`],
    )
    const { opened, start, fresh, call } = await open()
    expect({ start, fresh, name: opened.federation.name }).toEqual({
      start: "plan",
      fresh: false,
      name: "default",
    })
    expect(opened.federation.sites.map(({ folder }) => folder)).toEqual([`${at}/o`, `${at}/m1`])
    expect(opened.missing).toEqual([])
    expect(sameFederation(call)).toBe(" --name default")
    // Nothing is made by questions.
    expect(existsSync(join(at, "state"))).toBe(false)
  })
  test("a program without practice does not offer it, and asks at once", async () => {
    world.answer([/How many mirrors/, `1${ENTER}`], [/original: Folder/, "\u0003"])
    await expect(open()).rejects.toMatchObject({ exitCode: 130 })
    expect(world.stdout()).not.toContain("What would you like")
    expect(readdirSync(at)).toEqual([])
  })
  test("--practice is no question", async () => {
    expect(await openWalkFederation(walking(["--practice"]))).toEqual({ practise: true })
    expect(world.stdout()).toBe("")
  })
  test("with some: going on with the last one comes first, then Continue", async () => {
    await finished("older")
    await finished("newer")
    world.answer(
      [
        /Go on with newer: 5 of 5 steps, last run 20[\s\S]*Go on with older: 5 of 5[\s\S]*Set up another/,
        `${DOWN}${ENTER}`,
      ],
      [
        /older: 5 of 5 steps[\s\S]*mirror-pages run --yes --name older[\s\S]*it\s+ended\s+well[\s\S]*Continue/,
        ENTER,
      ],
    )
    const { opened, start, fresh, call } = await open()
    expect({ start, fresh, name: opened.federation.name }).toEqual({
      start: "continue",
      fresh: false,
      name: "older",
    })
    expect(sameFederation(call)).toBe(" --name older")
  })
  test("another one needs a name that is free", async () => {
    await finished("mine")
    world.answer(
      [/What would you like/, `${DOWN}${ENTER}`],
      [/A name for this federation/, `mine${ENTER}`],
      [/There is a federation mine already/, `\u0015Bad${ENTER}`],
      [/is not a name/, `\u0015other${ENTER}`],
      [/How many mirrors/, `1${ENTER}`],
      [/original: Folder/, `/o${ENTER}`],
      [/mirror-1: Folder/, `/m${ENTER}`],
    )
    const { opened } = await open()
    expect(opened.federation.name).toBe("other")
    expect(opened.folder).toBe(join(at, "state", "mirror-pages", "other"))
  })
  test("a journal that cannot be read is told in its line", async () => {
    const folder = join(at, "state", "mirror-pages", "broken")
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, "journal.jsonl"), '{"v":99,"type":"run started"}\n')
    world.answer([/Go on with broken: .*journal[\s\S]*Set up another/, "\u0003"])
    await expect(open()).rejects.toMatchObject({ exitCode: 130 })
  })
})

describe("coming back", () => {
  test("a folder without a run is not asked how; nothing is asked that is known", async () => {
    const { start, fresh } = await open("--original", "folder=/o", "--mirror", "folder=/m")
    expect({ start, fresh }).toEqual({ start: "plan", fresh: false })
  })
  test("Look at everything", async () => {
    await finished("mine")
    world.answer([/Go on how\?[\s\S]*Continue/, `${DOWN}${ENTER}`])
    expect(await open("--name", "mine")).toMatchObject({ start: "plan", fresh: false })
    expect(world.stdout()).not.toContain("original: Folder")
  })
  test("Start over asks again, with the earlier answers for a bare Enter", async () => {
    await finished("mine")
    world.answer(
      [/Go on how\?/, `${DOWN}${DOWN}${ENTER}`],
      [/original: Folder/, ENTER],
      [/mirror-1: Folder/, `\u0015${at}/elsewhere${ENTER}`],
    )
    const { opened, start, fresh } = await open("--name", "mine")
    expect({ start, fresh }).toEqual({ start: "plan", fresh: true })
    expect(opened.federation.sites.map(({ folder }) => folder)).toEqual([`${at}/o`, `${at}/elsewhere`])
  })
  test("answers that do not go together are asked again, each kept by Enter", async () => {
    world.answer(
      [/How many mirrors/, `1${ENTER}`],
      [/original: Folder/, `/same${ENTER}`],
      [/mirror-1: Folder/, `/same${ENTER}`],
      [/two sites have the same folder \(give each its own\)[\s\S]*original: Folder/, ENTER],
      [/mirror-1: Folder/, `\u0015/other${ENTER}`],
    )
    expect((await open()).opened.federation.sites.map(({ folder }) => folder)).toEqual(["/same", "/other"])
  })
})

describe("another answer", () => {
  const base = () => open("--original", "folder=/o", "--mirror", "folder=/m", "--greeting", "Hi")
  test("outweighs every source, one after the other", async () => {
    const { call, opened } = await base()
    const changed = withAnswer(call, opened, "greeting", undefined, "Bye")
    if ("wrong" in changed) throw new Error(changed.wrong)
    expect(changed.opened.federation.values).toMatchObject({ greeting: "Bye" })
    expect(changed.note).toContain("a flag says it too")
    const twice = withAnswer(call, changed.opened, "mode", "mirror-1", "link")
    if ("wrong" in twice) throw new Error(twice.wrong)
    expect(twice.note).toBeUndefined()
    expect(twice.opened.federation.values).toMatchObject({ greeting: "Bye" })
    expect(twice.opened.federation.sites[1]).toMatchObject({ mode: "link" })
    expect(twice.opened.federation.origins).toMatchObject({ greeting: "prompt", "mirror-1.mode": "prompt" })
  })
  test.each([
    ["max-age", undefined, "soon", /is not a duration/],
    ["mode", "mirror-1", "move", /is not one of copy, link/],
    ["footer", "mirror-1", "no-such-file", /is not there/],
    ["folder", "mirror-1", "/o", /two sites have the same folder \(give each its own\)/],
  ])("%s: says why it cannot be", async (name, site, text, why) => {
    const { call, opened } = await base()
    expect(withAnswer(call, opened, name, site, text)).toEqual({ wrong: expect.stringMatching(why) })
  })
  test("what a site is cannot become another one's", async () => {
    await finished("mine")
    world.answer([/Go on how\?/, ENTER])
    const { call, opened } = await open("--name", "mine")
    expect(withAnswer(call, opened, "folder", "mirror-1", "/moved")).toEqual({
      wrong: expect.stringMatching(/mirror-1 was folder .* and is \/moved now \(.*another site name\)/),
    })
  })
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
      { ok: false, said: "no answer within 0.5 s", fix: expect.stringContaining("VPN") },
    ],
  ])(
    "%s",
    async (_, server, expected) => {
      expect(
        await reach(walking(), { server: server(), certificateAuthority: ca, proxy: "none" }, 0.5),
      ).toMatchObject(expected)
    },
    5_000,
  )
  test("a certificate that is not trusted is told apart", async () => {
    expect(await reach(walking(), { server: api.url })).toMatchObject({ ok: false, certificate: true })
  })
  test("one that tells its version only to those who are logged in is one", async () => {
    const shy = await serve((_, response) => status(response, 401, "Unauthorized", "Unauthorized"))
    try {
      expect(await reach(walking(), { server: shy.url, certificateAuthority: ca })).toMatchObject({
        ok: true,
      })
    } finally {
      await shy.close()
    }
  })
  test("one that answers otherwise is none", async () => {
    const other = await serve((_, response) => json(response, 200, { hello: "world" }))
    try {
      expect(await reach(walking(), { server: other.url, certificateAuthority: ca })).toMatchObject({
        ok: false,
        said: expect.stringContaining("not as an API server does"),
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
    steps: [step({ id: "a", title: "A", on: "hub", prose: "", look: () => ({ is: "done", reason: "" }) })],
  })
  const openSmall = async () => {
    const opening = await openWalkFederation(walking([], small))
    if (opening.practise) throw new Error("practice was chosen")
    return opening.opened.federation.sites[0]!
  }
  test("not reached: another address, then the authority's file, then it is trusted", async () => {
    world.answer(
      [/hub\n {2}The API server\n[\s\S]*hub: API server/, `https://127.0.0.1:1${ENTER}`],
      [/Reaching https:\/\/127\.0\.0\.1:1 …[\s\S]*✗ .*refused[\s\S]*What now\?/, ENTER],
      [/hub: API server/, `\u0015${api.url}${ENTER}`],
      [/✗ the certificate of[\s\S]*Give the file of the authority/, ENTER],
      [/hub: CA file/, `nowhere${ENTER}`],
      [/nowhere is not there/, `\u0015${ca}${ENTER}`],
    )
    expect(await openSmall()).toMatchObject({ server: api.url, certificateAuthority: ca })
    expect(world.stdout()).toContain("✓ Kubernetes v1.31.4, directly, its certificate is trusted")
  })
  test("used all the same: a VPN may come later", async () => {
    world.answer(
      [/hub: API server/, `127.0.0.1:1${ENTER}`],
      [/What now\?[\s\S]*Use it all the same/, `${DOWN}${ENTER}`],
      [/✗ .*refused[\s\S]*What now\?[\s\S]*Use it all the same/, `${DOWN}${DOWN}${ENTER}`],
    )
    expect(await openSmall()).toMatchObject({ server: "https://127.0.0.1:1" })
  })

  test("the guide: how to log in, and only what that needs; secrets are never asked nor kept", async () => {
    writeFileSync(join(at, "token"), "sha256~canary")
    writeFileSync(join(at, "ca.crt"), api.ca)
    const sites = ["--certificate-authority", "ca.crt", "--supernodes", "1"]
    world.answer(
      [/superlink: API server/, `${api.url}${ENTER}`],
      [/✓ Kubernetes[\s\S]*superlink: Project[\s\S]*flower-openshift-demo/, ENTER],
      [/superlink: How to log in/, `${DOWN}${ENTER}`],
      [/superlink: File that holds the token/, `token${ENTER}`],
      [/supernode-1: API server/, `${api.url}${ENTER}`],
      [/supernode-1: Project/, ENTER],
      [/supernode-1: How to log in/, `${DOWN}${DOWN}${DOWN}${ENTER}`],
      [/supernode-1: Context/, `b-admin${ENTER}`],
    )
    const opening = await openWalkFederation(walking(sites, guide))
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
