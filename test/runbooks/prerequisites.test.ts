import { chmodSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import prerequisites from "../../runbooks/prerequisites.ts"
import { readSkupperVersion } from "../../runbooks/shared/skupper-version.ts"
import { snippet } from "../../runbooks/shared/snippet.ts"
import { type Clusters, startClusters } from "./clusters.ts"

describe("the version of skupper", () => {
  test.each([
    ["2.2.1\n", "2.2.1", 2],
    ["2.2.1-rh-1\n", "2.2.1-rh-1", 2],
    ["COMPONENT\t\tVERSION\nrouter\t\t3.4.0\ncontroller\t2.1.4\ncli\t\t2.1.4\n", "2.1.4", 2],
    ["client version                 1.9.2\ntransport version              not-found\n", "1.9.2", 1],
    ["undefined\n", undefined, 2],
  ])("of %j", (text, version, major) => {
    expect(readSkupperVersion(text)).toEqual({ version, major })
  })
})

describe("what is on PATH", () => {
  let clusters: Clusters
  beforeAll(async () => {
    clusters = await startClusters()
  })
  afterAll(() => clusters.close())

  /** A folder with bash, and commands that print a text. */
  function folderWith(commands: Record<string, string>): string {
    const folder = mkdtempSync(join(tmpdir(), "path-"))
    mkdirSync(folder, { recursive: true })
    symlinkSync("/bin/bash", join(folder, "bash"))
    for (const [name, prints] of Object.entries(commands)) {
      writeFileSync(join(folder, name), `#!/bin/bash\nprintf '%s' '${prints}'\n`)
      chmodSync(join(folder, name), 0o755)
    }
    return folder
  }
  test("a skupper that cannot run does not count", async () => {
    const folder = folderWith({ oc: "" })
    writeFileSync(join(folder, "skupper"), "#!/bin/bash\necho 'Exec format error' >&2\nexit 126\n", {
      mode: 0o755,
    })
    const found = await clusters.check(prerequisites, undefined, { env: { PATH: folder } })
    expect(found).toMatchObject({ state: "blocked", reason: "skupper does not run: Exec format error" })
  })

  const check = (commands: Record<string, string>) =>
    clusters.check(prerequisites, undefined, { env: { PATH: folderWith(commands) } })

  test("all found", async () => {
    const found = await check({ oc: "", skupper: "2.2.1\n" })
    expect(found).toMatchObject({ state: "ready", reason: expect.stringContaining("2.2.1") })
  })

  test("a missing command is reported with how to get it", async () => {
    const found = await check({ oc: "" })
    expect(found).toMatchObject({ state: "blocked", reason: "not on PATH: skupper", code: "missing command" })
    expect(found).toHaveProperty("fix", expect.stringContaining("https://skupper.io/"))
  })

  test("version 1 is refused with the reason", async () => {
    const found = await check({ oc: "", skupper: "client version                 1.9.2\n" })
    expect(found).toMatchObject({
      state: "blocked",
      reason: expect.stringContaining("skupper 1.9.2 is version 1"),
    })
  })
})

test("a missing snippet is reported", () => {
  expect(() => snippet("nope.txt")).toThrow("snippets/nope.txt is missing")
  expect(snippet("site-create.txt")).toContain("Ready")
})
