import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { writeKubeconfig } from "../../lib/cluster/kubeconfig.ts"
import login from "../../runbooks/login.ts"
import { type Clusters, startClusters } from "./clusters.ts"

let clusters: Clusters
beforeEach(async () => {
  clusters = await startClusters()
})
afterEach(() => clusters.close())
const look = (more = {}) => clusters.look(login, clusters.superlink, more)
const kubeconfig = () => clusters.context(login, clusters.superlink).kubeconfig

describe("looks", () => {
  test("not logged in", async () => {
    expect(await look()).toMatchObject({
      is: "absent",
      reason: expect.stringContaining("not logged in to https://"),
    })
  })

  test("logged in", async () => {
    await clusters.superlink.login("alice")
    expect(await look()).toMatchObject({
      is: "done",
      reason: expect.stringContaining("logged in as alice at https://"),
    })
  })

  test("at another server", async () => {
    await clusters.superlink.login()
    const asked = clusters.supernode.server.url
    expect(await look({ site: { server: asked } })).toMatchObject({
      is: "different",
      fields: [{ field: "server", found: clusters.superlink.server.url, asked }],
    })
  })

  test("as another user", async () => {
    await clusters.superlink.login("alice")
    const asked = (username: string) => look({ site: { login: "password", username } })
    expect(await asked("bob")).toMatchObject({
      is: "different",
      fields: [{ field: "user", found: "alice", asked: "bob" }],
    })
    expect(await asked("Alice")).toMatchObject({ is: "done" })
  })

  test("with another token than the file now holds", async () => {
    await clusters.superlink.login("alice")
    const tokenFile = join(clusters.folder, "token")
    const asked = () => look({ site: { login: "token", tokenFile } })
    expect(await asked()).toMatchObject({ is: "done" })
    writeFileSync(tokenFile, "alice-token-of-the-tests\n")
    expect(await asked()).toMatchObject({ is: "done" })
    writeFileSync(tokenFile, "admin-token-of-the-tests\n")
    expect(await asked()).toMatchObject({ is: "different", fields: [{ field: "token" }] })
  })

  test("a session that has expired", async () => {
    await writeKubeconfig(kubeconfig(), {
      server: clusters.superlink.server.url,
      ca: clusters.superlink.server.ca.certificate,
      token: "long-gone",
    })
    expect(await look()).toMatchObject({
      is: "absent",
      reason: expect.stringContaining("the session has expired"),
    })
  })

  test("a kubeconfig that a killed command left torn", async () => {
    await clusters.superlink.login()
    writeFileSync(kubeconfig(), "apiVersion: v1\nclusters:\n- cluster: {server: https")
    expect(await look()).toMatchObject({ is: "absent", reason: expect.stringContaining("damaged") })
  })

  test("a server that is away", async () => {
    await clusters.superlink.login()
    await clusters.superlink.server.close()
    expect(await look()).toMatchObject({ is: "cannot look", because: "unreachable" })
  })
})

describe("what is refused beforehand", () => {
  const act = (site: object) => login.act!(clusters.context(login, clusters.superlink, { site: { ...site } }))

  test.each([
    [{ login: "token" }, "needs token-file"],
    [{ login: "token", tokenFile: "/nope" }, "the file given as token-file cannot be read: /nope"],
    [{ login: "password" }, "needs username"],
    [{ login: "password", username: "alice" }, "needs password-file"],
    [{ login: "context" }, "needs context"],
  ])("%j", async (site, words) => {
    await expect(act(site)).rejects.toThrow(words)
  })

  test("a browser login where nobody can be asked", async () => {
    await expect(act({ login: "web" })).rejects.toMatchObject({ look: { is: "blocked", code: "login" } })
  })
})
