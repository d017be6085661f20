/** The library's own `login` and `practice`, as an author of a notebook uses them. */
import { execFile } from "node:child_process"
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs"
import { dirname, join } from "node:path"
import { promisify } from "node:util"
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest"
import {
  clusterInputs,
  type Event,
  login,
  notebook,
  type PracticeWorld,
  plan,
  practice,
  run,
} from "../../lib/index.ts"

const program = {
  version: "1.0.0",
  notebook: notebook({
    name: "sessions",
    title: "Sessions",
    roles: { one: "one", other: "many" },
    inputs: clusterInputs,
    steps: [login()],
  }),
}

let world: PracticeWorld
beforeAll(async () => {
  world = await practice(program, { sites: 1 })
})
afterAll(() => world.close())
afterEach(() => vi.unstubAllEnvs())

let folders = 0
/** A run in a folder of its own, with other values for the site `one`; returns how its login ended. */
async function loggedIn(values: Record<string, unknown>, folder = `state-${folders++}`) {
  const sites = world.inputs.sites.map((site) => (site.name === "one" ? { ...site, ...values } : site))
  const events: Event[] = []
  const options = { ...world.options, folder: join(world.options.folder, folder), timeout: 20 }
  const result = await run(
    program.notebook,
    { ...world.inputs, sites },
    { ...options, listeners: [(event) => events.push(event)] },
  )
  return {
    outcome: result.outcomes.find(({ site }) => site === "one")!.outcome,
    events,
    planned: () => plan(program.notebook, { ...world.inputs, sites }, options),
    folder: options.folder,
  }
}

describe("practice", () => {
  it("has a cluster for each site, by its role", async () => {
    expect(world.inputs.sites.map(({ name, role }) => `${name} ${role}`)).toEqual([
      "one one",
      "other-1 other",
    ])
    expect(await world.cluster("other-1").whoami()).toBe("kube:admin")
    expect(() => world.cluster("two")).toThrow("there is no site two; the sites are one, other-1")
  })

  it("removes everything at its end", async () => {
    const other = await practice(program, { sites: 1 })
    const folder = dirname(other.options.folder)
    expect(existsSync(folder)).toBe(true)
    await other.close()
    expect(existsSync(folder)).toBe(false)
  })
})

describe("login", () => {
  it("takes the token of a file, shows it nowhere, and is ready the second time", async () => {
    const { outcome, events, planned } = await loggedIn({})
    expect(outcome.kind).toBe("applied")
    const token = readFileSync(world.inputs.sites[0]!["token-file"] as string, "utf8").trim()
    expect(JSON.stringify(events)).not.toContain(token)
    expect((await planned()).map(({ action }) => action)).toEqual(["ok", "ok"])
  })

  it("copies a context of the user's kubeconfig, and leaves that as it is", async () => {
    const own = kubeconfigOf("one")
    const before = readFileSync(own, "utf8")
    vi.stubEnv("KUBECONFIG", own)
    const { outcome } = await loggedIn({ "token-file": undefined })
    expect(outcome).toMatchObject({
      kind: "applied",
      reason: expect.stringMatching(/^logged in as kube:admin/),
    })
    expect(readFileSync(own, "utf8")).toBe(before)
  })

  it("refuses a context of another cluster", async () => {
    vi.stubEnv("KUBECONFIG", kubeconfigOf("other-1"))
    const { outcome, folder } = await loggedIn({ "token-file": undefined })
    expect(outcome).toMatchObject({
      kind: "failed",
      reason: expect.stringMatching(
        /the current context of your kubeconfig is for https:\S+, not for https:/,
      ),
    })
    expect(existsSync(join(folder, "kubeconfigs/one"))).toBe(false)
  })

  it("says in the server's words that a token is not valid", async () => {
    const file = join(dirname(world.options.folder), "old token")
    writeFileSync(file, "sha256~old\n")
    const { outcome } = await loggedIn({ "token-file": file })
    expect(outcome).toMatchObject({
      kind: "failed",
      reason: `the token in ${file} does not log in to ${world.inputs.sites[0]!.server}`,
      why: expect.stringContaining("Unauthorized"),
      fix: expect.stringContaining("put a new token into the file"),
    })
  })

  it("creates the session again where the kubeconfig is for another server", async () => {
    const { folder, planned } = await loggedIn({}, "moved")
    const session = join(folder, "kubeconfigs/one")
    writeFileSync(session, readFileSync(kubeconfigOf("other-1")))
    expect((await planned())[0]).toMatchObject({ action: "update" })
    expect((await loggedIn({}, "moved")).outcome.kind).toBe("updated")
    expect(readFileSync(session, "utf8")).toContain(world.cluster("one").server)
  })

  it.each(["token-file", "context"])("is done by hand with the lines that it writes: %s", async (how) => {
    const site = world.inputs.sites[0]! as unknown as Record<string, string>
    const own = kubeconfigOf("one")
    const kubeconfig = join(dirname(world.options.folder), `by hand ${how}`)
    const values = {
      name: "one",
      server: site.server,
      certificateAuthority: site["certificate-authority"],
      tokenFile: how === "context" ? undefined : site["token-file"],
    }
    const lines = await login().manual!({ site: values } as never)
    // A user's own kubeconfig is in their home.
    const home = mkdtempSync(join(dirname(world.options.folder), "home "))
    mkdirSync(join(home, ".kube"))
    copyFileSync(own, join(home, ".kube/config"))
    const path = `${world.options.commands}:${process.env.PATH}`
    // This process serves the clusters: it must not block.
    const { stdout, stderr } = await promisify(execFile)("sh", ["-ec", lines], {
      env: { PATH: path, HOME: home, KUBECONFIG: kubeconfig },
      timeout: 20_000,
    })
    expect({ stdout, stderr }).toEqual({
      stdout: how === "context" ? `kube:admin\n${site.server}\n` : "kube:admin\n",
      stderr: "",
    })
    expect(lines).not.toContain(readFileSync(site["token-file"]!, "utf8").trim())
    expect(statSync(kubeconfig).mode & 0o077).toBe(0)
  })
})

const kubeconfigOf = (name: string): string =>
  join(dirname(world.options.folder), "practice/kubeconfigs", name)
