import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { openCluster } from "../../lib/cluster/index.ts"
import { readToken } from "../../lib/cluster/kubeconfig.ts"
import { writeCommands } from "../../lib/practice/commands/index.ts"
import login from "../../runbooks/login.ts"
import logout from "../../runbooks/logout.ts"
import { type Clusters, type ServedSite, startClusters } from "./clusters.ts"
import { startWorld, teardown } from "./practice.ts"

let clusters: Clusters
let commands: string
beforeEach(async () => {
  clusters = await startClusters({ skupper: false })
  commands = join(clusters.folder, "commands")
  await writeCommands(commands)
})
afterEach(() => clusters.close())

/** Logs in at a site with alice's password: the program's own session. Returns its token. */
async function byPassword(at: ServedSite): Promise<string> {
  const [ca, password] = ["ca.crt", "password"].map((name) =>
    join(clusters.folder, `${at.site.name}.${name}`),
  )
  writeFileSync(ca!, at.server.ca.certificate)
  writeFileSync(password!, "alice's password\n")
  const site = {
    login: "password",
    username: "alice",
    passwordFile: password,
    certificateAuthority: ca,
  }
  const context = clusters.context(login, at, { commands, site })
  await login.apply!(context)
  return (await readToken(context.kubeconfig))!
}

/** Whether the server still takes a token. */
async function isValid(at: Pick<ServedSite, "server">, token: string): Promise<boolean> {
  const { url, ca } = at.server
  const cluster = openCluster({ server: url, ca: ca.certificate, token, fieldManager: "test" })
  try {
    await cluster.whoami()
    return true
  } catch {
    return false
  } finally {
    await cluster.close()
  }
}

const contextAt = (at: ServedSite) => clusters.context(logout, at, { commands })
const check = (at: ServedSite) => clusters.check(logout, at, { commands })
const files = (at: ServedSite) => {
  const { kubeconfig, privateFile } = contextAt(at)
  return [kubeconfig, privateFile("session")].filter(existsSync)
}

describe("a session that the program created", () => {
  test("is revoked, and its kubeconfig deleted", async () => {
    const at = clusters.superlink
    const token = await byPassword(at)
    expect(await isValid(at, token)).toBe(true)
    // What is kept of it on disk does not open anything.
    expect(readFileSync(contextAt(at).privateFile("session"), "utf8")).not.toContain(token)
    expect(await check(at)).toMatchObject({
      state: "drifted",
      reason: expect.stringContaining(`logs out of ${at.server.url}`),
    })
    await logout.delete!(contextAt(at))
    expect(await isValid(at, token)).toBe(false)
    expect(files(at)).toEqual([])
    expect(await check(at)).toMatchObject({ state: "ready" })
  })

  test("may be dead already", async () => {
    const at = clusters.superlink
    const { kubeconfig } = contextAt(at)
    const token = await byPassword(at)
    const session = readFileSync(kubeconfig, "utf8")
    await contextAt(at).$`oc logout`
    writeFileSync(kubeconfig, session)
    expect(await isValid(at, token)).toBe(false)
    await logout.delete!(contextAt(at))
    expect(files(at)).toEqual([])
  })

  test("stays on disk while the server cannot be asked", async () => {
    const at = clusters.superlink
    await byPassword(at)
    await at.server.close()
    await expect(logout.delete!(contextAt(at))).rejects.toMatchObject({
      message: expect.stringContaining("could not be ended"),
      next: "flower-runbook teardown --site superlink",
    })
    expect(files(at)).toHaveLength(2)
  })

  test("serves two sites of one cluster until the second logs out", async () => {
    const { superlink, supernode } = clusters
    const token = await byPassword(superlink)
    for (const name of ["kubeconfig", "session"] as const) {
      const path = (at: ServedSite) =>
        name === "kubeconfig" ? contextAt(at).kubeconfig : contextAt(at).privateFile(name)
      writeFileSync(path(supernode), readFileSync(path(superlink)))
    }
    await logout.delete!(contextAt(superlink))
    expect(files(superlink)).toEqual([])
    expect(await isValid(superlink, token)).toBe(true)
    await logout.delete!(contextAt(supernode))
    expect(await isValid(superlink, token)).toBe(false)
  })
})

describe("a session that a new login replaces", () => {
  test("is ended", async () => {
    const at = clusters.superlink
    const old = await byPassword(at)
    const token = await byPassword(at)
    expect(token).not.toBe(old)
    expect({ old: await isValid(at, old), token: await isValid(at, token) }).toEqual({
      old: false,
      token: true,
    })
    expect(files(at)).toHaveLength(2)
    expect(existsSync(contextAt(at).privateFile("old-session"))).toBe(false)
  })

  test("stays while another site uses it", async () => {
    const { superlink, supernode } = clusters
    const old = await byPassword(superlink)
    for (const name of ["kubeconfig", "session"] as const) {
      const path = (at: ServedSite) =>
        name === "kubeconfig" ? contextAt(at).kubeconfig : contextAt(at).privateFile(name)
      writeFileSync(path(supernode), readFileSync(path(superlink)))
    }
    await byPassword(superlink)
    expect(await isValid(superlink, old)).toBe(true)
  })

  test("stays where the server does not accept the new one", async () => {
    const at = clusters.superlink
    const old = await byPassword(at)
    const tokenFile = join(clusters.folder, "refused")
    writeFileSync(tokenFile, "sha256~refused")
    const site = { login: "token", tokenFile }
    await expect(login.apply!(clusters.context(login, at, { commands, site }))).rejects.toThrow(
      "does not log in",
    )
    expect(await isValid(at, old)).toBe(true)
    expect(files(at)).toHaveLength(2)
    expect(existsSync(contextAt(at).privateFile("old-session"))).toBe(false)
  })

  test("stays where the new login fails", async () => {
    const at = clusters.superlink
    const old = await byPassword(at)
    const site = { login: "token", tokenFile: join(clusters.folder, "absent") }
    await expect(login.apply!(clusters.context(login, at, { commands, site }))).rejects.toThrow(
      "cannot be read",
    )
    expect(await isValid(at, old)).toBe(true)
  })
})

test("a session from a token of the user's stays", async () => {
  const at = clusters.superlink
  await byPassword(at)
  await at.login("alice")
  expect(await check(at)).toMatchObject({ state: "ready" })
  expect(await isValid(at, "alice-token-of-the-tests")).toBe(true)
})

test("a teardown ends what the login of a run has created, last at each site", async () => {
  const world = await startWorld()
  try {
    await world.begin()
    const password = join(clusters.folder, "password")
    writeFileSync(password, "developer\n")
    const sites = {
      "supernode-1": { login: "password", username: "developer", "password-file": password },
    }
    const selection = { only: ["prerequisites", "login"] }
    expect((await world.run({ sites, selection }))["supernode-1/login"]).toMatch(/^updated: logged in as /)
    const kubeconfig = join(world.state, "kubeconfigs", "supernode-1")
    const token = (await readToken(kubeconfig))!
    const outcomes = await world.run({ sites, notebook: teardown })
    expect(
      Object.keys(outcomes)
        .filter((place) => place.startsWith("supernode-1/"))
        .at(-1),
    ).toBe("supernode-1/logout")
    expect(outcomes).toMatchObject({
      "superlink/logout": expect.stringMatching(/^unchanged: /),
      "supernode-1/logout": expect.stringMatching(/^deleted: /),
    })
    expect(existsSync(kubeconfig)).toBe(false)
    const { server } = world.practice.clusters.find(({ name }) => name === "supernode-1")!
    expect(await isValid({ server }, token)).toBe(false)
    // Nothing remained, so a second teardown needs no login; what it is to delete beside that, it does not know.
    expect(await world.run({ sites, notebook: teardown })).toMatchObject({
      "supernode-1/remove-link": "unchanged: nothing remained when a teardown logged out of this site",
      "supernode-1/logout": expect.stringMatching(/^unchanged: /),
    })
    const values = { projects: true }
    expect((await world.run({ sites, values, notebook: teardown }))["supernode-1/remove-supernode"]).toMatch(
      /^blocked: .*log/,
    )
    await world.run({ sites, selection })
    const again = await world.run({ sites, notebook: teardown })
    expect(again["supernode-1/remove-link"]).not.toContain("logged out")
  } finally {
    await world.close()
  }
})
