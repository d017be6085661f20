import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { call, room } from "./world.ts"

/** `original folder` → [value, origin], as `values` prints them. */
const table = (stdout: string): Map<string, [string, string]> => {
  const found = new Map<string, [string, string]>()
  let place = ""
  for (const line of stdout.split("\n").slice(2)) {
    if (/^\S/.test(line)) place = line
    const [, name, origin, value] =
      /^ {2}(\S+) +(flag|variable|file|earlier answer|default|prompt)? +(.+)$/.exec(line) ?? []
    if (name !== undefined) found.set(`${place} ${name}`, [value!, origin ?? ""])
  }
  return found
}

const FILE = `version: 1
federation: trial
page: { greeting: from the file }
defaults: { folder: /defaults }
original: { folder: /original }
mirrors: [{ name: one }, { name: two, folder: /two }]
`

describe("the strongest source wins", () => {
  const at = room()
  writeFileSync(join(at, "f.yaml"), FILE)
  const values = async (argv: string[], env: Record<string, string> = {}) => {
    const { stdout, stderr, code } = await call(at, ["values", "--federation", "f.yaml", ...argv], { env })
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 })
    return table(stdout)
  }

  test("the file: own value, then defaults", async () => {
    const found = await values([])
    expect(found.get("the federation greeting")).toEqual(["from the file", "file"])
    expect(found.get("one folder")).toEqual(["/defaults", "file"])
    expect(found.get("two folder")).toEqual(["/two", "file"])
    expect(found.get("one mode")).toEqual(["copy", "default"])
    expect(found.get("original footer")).toEqual(["unset", ""])
    expect(found.has("original mode")).toBe(false)
  })
  test("a variable beats the file; a site's own beats the one for all", async () => {
    const env = {
      MIRROR_PAGES_GREETING: "from a variable",
      MIRROR_PAGES_FOLDER: "/all",
      MIRROR_PAGES_TWO_FOLDER: "/mine",
      MIRROR_PAGES_LOUD: "",
    }
    const found = await values([], env)
    expect(found.get("the federation greeting")).toEqual(["from a variable", "variable"])
    expect(found.get("one folder")).toEqual(["/all", "variable"])
    expect(found.get("two folder")).toEqual(["/mine", "variable"])
    expect(found.get("the federation loud")).toEqual(["false", "default"])
  })
  test("a flag beats both; a site's flag beats the flag for all", async () => {
    const env = { MIRROR_PAGES_TWO_FOLDER: "/mine", MIRROR_PAGES_GREETING: "no" }
    const argv = [
      "--greeting",
      "from a flag",
      "--folder",
      "/all",
      "--mirror",
      "name=two,folder=/flag",
      "--original",
      "folder=/o",
    ]
    const found = await values(argv, env)
    expect(found.get("the federation greeting")).toEqual(["from a flag", "flag"])
    expect(found.get("one folder")).toEqual(["/all", "flag"])
    expect(found.get("two folder")).toEqual(["/flag", "flag"])
    expect(found.get("original folder")).toEqual(["/o", "flag"])
  })
  test("with --site a flag for all sites applies to those only", async () => {
    const found = await values(["--site", "one", "--folder", "/only"])
    expect([...found.keys()].filter((key) => key.endsWith("folder"))).toEqual(["one folder"])
    expect(found.get("one folder")).toEqual(["/only", "flag"])
  })
})

describe("which sites there are", () => {
  const sites = async (argv: string[], env: Record<string, string> = {}) => {
    const { stdout } = await call(room(), ["values", ...argv], { env })
    return [...table(stdout).keys()].filter((key) => key.endsWith(" folder")).map((key) => key.split(" ")[0])
  }
  test("a name by position, if none is given", async () => {
    expect(await sites(["--mirror", "folder=/a", "--mirror", "name=b", "--mirror", "folder=/c"])).toEqual([
      "original",
      "mirror-1",
      "b",
      "mirror-3",
    ])
  })
  test("by number, in flag or variable, and by numbered variables", async () => {
    expect(await sites(["--mirrors", "2"])).toEqual(["original", "mirror-1", "mirror-2"])
    expect(await sites([], { MIRROR_PAGES_MIRRORS: "1" })).toEqual(["original", "mirror-1"])
    expect(
      await sites([], { MIRROR_PAGES_MIRROR_10_MODE: "link", MIRROR_PAGES_MIRROR_2_FOLDER: "/a" }),
    ).toEqual(["original", "mirror-2", "mirror-10"])
  })
  test("the only site of a role keeps the name that the file gives it", async () => {
    const at = room()
    writeFileSync(
      join(at, "f.yaml"),
      "version: 1\noriginal: { name: hub, folder: /h }\nmirrors: [{ folder: /m }]\n",
    )
    const { stdout } = await call(at, ["values", "--federation", "f.yaml", "--original", "footer=f.yaml"])
    expect(table(stdout).get("hub footer")).toEqual([join(at, "f.yaml"), "flag"])
    expect(stdout).not.toContain("\noriginal\n")
  })
})

describe("invalid values are reported at once", () => {
  test("wrong values of flags, site flags and variables", async () => {
    const argv = [
      "plan",
      "--max-age",
      "soon",
      "--mirror",
      "name=a,mod=copy,folder=x",
      "--original",
      "mode=copy,greeting=a",
    ]
    const { code, stderr } = await call(room(), argv, { env: { MIRROR_PAGES_LOUD: "perhaps" } })
    expect(code).toBe(2)
    for (const text of [
      '--max-age: "soon" is not a duration',
      "--mirror name=a: mod is not a key of a site; did you mean mode?",
      "--mirror name=a: folder: x is not an absolute path",
      "--original name=original: mode applies only to sites with the role mirror",
      "--original name=original: greeting applies to the whole federation; use --greeting",
      'MIRROR_PAGES_LOUD: "perhaps" is neither true nor false',
    ]) {
      expect(stderr.replace(/\s+/g, " ")).toContain(text)
    }
  })
  test("files that cannot be read, for a command that reads them", async () => {
    const at = room()
    const argv = ["--original", "folder=/o,footer=nope.txt", "--mirror", "folder=/m"]
    const planned = await call(at, ["plan", ...argv])
    expect(planned.code).toBe(2)
    expect(planned.stderr.replace(/\s+/g, " ")).toContain(`footer: ${join(at, "nope.txt")} does not exist`)
    expect((await call(at, ["values", ...argv])).code).toBe(0)
  })
  test("site names", async () => {
    const { stderr, code } = await call(room(), [
      "values",
      "--mirror",
      "name=A_b",
      "--mirror",
      "name=here",
      "--original",
      "name=x",
      "--mirror",
      "name=x",
    ])
    expect(code).toBe(2)
    expect(stderr).toMatch(/A_b.*is not a name/)
    expect(stderr).toMatch(/site here: this name is reserved/)
    expect(stderr).toMatch(/site x: has two roles, original and mirror/)
  })
  test("the notebook's own check", async () => {
    const { stderr, code } = await call(room(), ["plan", "--folder", "/same", "--mirrors", "1"])
    expect(code).toBe(2)
    expect(stderr).toContain("two sites have the same folder (give each its own)")
  })
  test("unknown sites, with the nearest", async () => {
    const { stderr, code } = await call(room(), ["values", "--mirrors", "1", "--site", "miror-1"])
    expect(code).toBe(2)
    expect(stderr).toContain("--site: unknown site miror-1; did you mean mirror-1?")
  })
})

test("all that is missing in one message, each with flag, variable and file key", async () => {
  const { code, stderr, stdout } = await call(room(), ["run", "--yes"])
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
  expect(stderr).toMatchInlineSnapshot(`
    "✗ 3 inputs are missing:
      - original folder: The folder of this site, as an absolute path
          flag      --original folder=/absolute/path
          variable  MIRROR_PAGES_ORIGINAL_FOLDER
          file      original: { folder: … }
      - mirrors: at least one site
          flag      --mirror name=…,… (or --mirrors N)
          variable  MIRROR_PAGES_MIRRORS
          file      mirrors:
      - mirror-1 folder: The folder of this site, as an absolute path
          flag      --mirror name=mirror-1,folder=/absolute/path
          variable  MIRROR_PAGES_MIRROR_1_FOLDER
          file      mirrors: - { name: mirror-1, folder: … }
      All of them as federation.yaml:
          version: 1
          original: { folder: … }
          mirrors:
            - { name: mirror-1, folder: … }
      fix:  write that file, or set each by its flag or variable; on a terminal the program asks
      next: mirror-pages run --yes --federation federation.yaml
    "
  `)
})

describe("which folder", () => {
  const at = room()
  const root = join(at, "state", "mirror-pages")
  test("none yet: default", async () => {
    expect((await call(at, ["values"])).stdout).toContain(`default, in ${join(root, "default")}`)
  })
  test("--state itself, a name, the file's name", async () => {
    writeFileSync(join(at, "f.yaml"), "version: 1\nfederation: trial\n")
    expect((await call(at, ["values", "--state", "here"])).stdout).toContain(
      `default, in ${join(at, "here")}`,
    )
    expect((await call(at, ["values", "--name", "other"])).stdout).toContain(
      `other, in ${join(root, "other")}`,
    )
    expect((await call(at, ["values", "--federation", "f.yaml"])).stdout).toContain(
      `trial, in ${join(root, "trial")}`,
    )
    const both = await call(at, ["values", "--federation", "f.yaml", "--name", "other"])
    expect(both.stderr).toContain("--name other, but the file says federation: trial")
    expect((await call(at, ["values", "--name", "../x"])).stderr).toContain("is not a name")
  })
  test("the only one; with several an error", async () => {
    mkdirSync(join(root, "trial"), { recursive: true })
    expect((await call(at, ["values"])).stdout).toContain(`trial, in ${join(root, "trial")}`)
    mkdirSync(join(root, "another"))
    const { code, stderr } = await call(at, ["values"])
    expect(code).toBe(2)
    expect(stderr).toContain("There are 2 federations: another, trial")
  })
})
