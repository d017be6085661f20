import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import { readServer, writeKubeconfig } from "../../lib/cluster/kubeconfig.ts"
import login from "../../runbooks/login.ts"
import { type Clusters, startClusters } from "./clusters.ts"

let clusters: Clusters
beforeEach(async () => {
  clusters = await startClusters()
})
afterEach(() => clusters.close())
const check = (more = {}) => clusters.check(login, clusters.superlink, more)
const kubeconfig = () => clusters.context(login, clusters.superlink).kubeconfig

describe("its check", () => {
  test("not logged in", async () => {
    expect(await check()).toMatchObject({
      state: "missing",
      reason: expect.stringContaining("not logged in to https://"),
    })
  })

  test("logged in", async () => {
    await clusters.superlink.login("alice")
    expect(await check()).toMatchObject({
      state: "ready",
      reason: expect.stringContaining("logged in as alice at https://"),
    })
  })

  test("at another server", async () => {
    await clusters.superlink.login()
    const asked = clusters.supernode.server.url
    expect(await check({ site: { server: asked } })).toMatchObject({
      state: "drifted",
      fields: [{ field: "server", found: clusters.superlink.server.url, wanted: asked }],
    })
  })

  test("as another user", async () => {
    await clusters.superlink.login("alice")
    const asked = (username: string) => check({ site: { login: "password", username } })
    expect(await asked("bob")).toMatchObject({
      state: "drifted",
      fields: [{ field: "user", found: "alice", wanted: "bob" }],
    })
    expect(await asked("Alice")).toMatchObject({ state: "ready" })
  })

  test("as a user who has another name than the login", async () => {
    await clusters.superlink.login("alice")
    const user = { server: clusters.superlink.server.url, ca: clusters.superlink.server.ca.certificate }
    await writeKubeconfig(kubeconfig(), {
      ...user,
      token: "alice-token-of-the-tests",
      user: "alice@example.org",
    })
    const asked = (username: string) => check({ site: { login: "password", username } })
    expect(await asked("alice@example.org")).toMatchObject({ state: "ready" })
    expect(await asked("alice@example")).toMatchObject({ state: "drifted" })
  })

  test("with another token than the file now holds", async () => {
    await clusters.superlink.login("alice")
    const tokenFile = join(clusters.folder, "token")
    const asked = () => check({ site: { login: "token", tokenFile } })
    expect(await asked()).toMatchObject({ state: "ready" })
    writeFileSync(tokenFile, "alice-token-of-the-tests\n")
    expect(await asked()).toMatchObject({ state: "ready" })
    writeFileSync(tokenFile, "admin-token-of-the-tests\n")
    expect(await asked()).toMatchObject({ state: "drifted", fields: [{ field: "token" }] })
  })

  test("a session that has expired", async () => {
    await writeKubeconfig(kubeconfig(), {
      server: clusters.superlink.server.url,
      ca: clusters.superlink.server.ca.certificate,
      token: "long-gone",
    })
    expect(await check()).toMatchObject({
      state: "missing",
      reason: expect.stringContaining("the session has expired"),
    })
  })

  test("a kubeconfig that a killed command left incomplete", async () => {
    await clusters.superlink.login()
    writeFileSync(kubeconfig(), "apiVersion: v1\nclusters:\n- cluster: {server: https")
    expect(await check()).toMatchObject({ state: "missing", reason: expect.stringContaining("damaged") })
  })

  test("a server that does not answer", async () => {
    await clusters.superlink.login()
    await clusters.superlink.server.close()
    expect(await check()).toMatchObject({ state: "unknown", because: "unreachable" })
  })
})

describe("what is refused beforehand", () => {
  const apply = (site: object) =>
    login.apply!(clusters.context(login, clusters.superlink, { site: { ...site } }))

  test.each([
    [{ login: "token" }, "needs token-file"],
    [{ login: "token", tokenFile: "/nope" }, "the file given as token-file cannot be read: /nope"],
    [{ login: "password" }, "needs username"],
    [{ login: "password", username: "alice" }, "needs password-file"],
    [{ login: "context" }, "needs context"],
  ])("%j", async (site, words) => {
    await expect(apply(site)).rejects.toThrow(words)
  })

  test("a browser login without a terminal", async () => {
    await expect(apply({ login: "web" })).rejects.toMatchObject({
      result: { state: "blocked", code: "login" },
    })
  })
})

describe("in the browser", () => {
  const URL_TEXT =
    "https://oauth.example/oauth/authorize?client_id=openshift-cli-client&code_challenge=x&redirect_uri=http%3A%2F%2F127.0.0.1%3A43211%2Fcallback&response_type=code"

  /** An `oc` in a folder of its own that behaves as `script` says (texts of oc 4.21). */
  function commandsWith(script: string): string {
    const folder = join(clusters.folder, "commands")
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, "oc"), `#!/bin/bash\n${script}\n`, { mode: 0o755 })
    return folder
  }
  const session = (): string =>
    JSON.stringify({
      clusters: [{ name: "c", cluster: { server: clusters.superlink.server.url } }],
      users: [{ name: "u", user: { token: "alice-token-of-the-tests" } }],
      contexts: [{ name: "default/c/u", context: { cluster: "c", user: "u", namespace: "default" } }],
      "current-context": "default/c/u",
    })
  const apply = (script: string, more = {}) =>
    login.apply!(
      clusters.context(login, clusters.superlink, {
        interactive: true,
        commands: commandsWith(script),
        ...more,
      }),
    )
  const noBrowser = `if [[ "$*" != *--auto-open-browser=false* ]]; then
    echo 'error: exec: "xdg-open,x-www-browser,www-browser": executable file not found in $PATH' >&2; exit 1
  fi`

  test("without a browser here, the address is noted, with the way from another machine", async () => {
    vi.stubEnv("SSH_CONNECTION", "10.0.0.1 50000 10.0.0.2 22")
    await apply(`${noBrowser}
      echo 'Please visit the following URL in your browser: ${URL_TEXT}'
      mkdir -p "$(dirname "$KUBECONFIG")"
      echo '${session()}' > "$KUBECONFIG"
      echo 'Login successful.'`)
    vi.unstubAllEnvs()
    expect(clusters.notes.join("\n")).toContain(`open this address: ${URL_TEXT}`)
    expect(clusters.notes.join("\n")).toContain("ssh -L 43211:127.0.0.1:43211")
    expect(await readServer(kubeconfig())).toBe(clusters.superlink.server.url)
    expect(statSync(kubeconfig()).mode & 0o777).toBe(0o600)
    expect(readdirSync(dirname(kubeconfig()))).toEqual(["superlink"])
  })

  test("an oc that needs one reports it", async () => {
    await expect(
      apply(`${noBrowser}
        echo 'error: unknown flag: --auto-open-browser' >&2; exit 1`),
    ).rejects.toMatchObject({ fix: expect.stringContaining("install a newer oc") })
    expect(await readServer(kubeconfig())).toBeUndefined()
  })

  test("a failed login leaves the session as it was", async () => {
    await clusters.superlink.login("alice")
    await expect(apply("echo garbage > $KUBECONFIG; exit 1")).rejects.toThrow("did not succeed")
    expect(await check()).toMatchObject({ state: "ready" })
  })

  test("once for two sites of one cluster", async () => {
    await clusters.supernode.login("alice")
    const server = clusters.superlink.server.url
    await writeKubeconfig(clusters.context(login, clusters.supernode).kubeconfig, {
      server,
      ca: clusters.superlink.server.ca.certificate,
      token: "alice-token-of-the-tests",
      namespace: "flower-supernode-1",
    })
    Object.assign(clusters.supernode.site, { server })
    await apply("exit 1", { interactive: false })
    expect(await check()).toMatchObject({ state: "ready", reason: expect.stringContaining("as alice") })
    expect(clusters.notes.join()).toContain("superlink is on the same cluster as supernode-1")
  })
})
