import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { FORMATS } from "../../lib/cli/commands-table.ts"
import { main } from "../../lib/cli/main.ts"
import { mirrors } from "../example/notebook.ts"
import { call, io, room } from "./world.ts"

/** A folder with a finished run of the example notebook in it. */
async function walked(): Promise<string> {
  const at = room()
  const sites = [
    "--original",
    `folder=${at}/o`,
    "--mirror",
    `folder=${at}/m1`,
    "--mirror",
    `name=far,folder=${at}/m2`,
  ]
  expect(await call(at, ["run", "--yes", ...sites])).toMatchObject({ code: 0 })
  return at
}

describe("report", () => {
  test.each(FORMATS)(
    "%s: goes to stdout, and completely into a file that only its owner can read",
    async (format) => {
      const at = await walked()
      const { code, stdout, stderr } = await call(at, ["report", "--format", format])
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
      expect(stdout).toContain("mirror-pages")
      const out = join(at, `walk.${format}`)
      writeFileSync(out, "old")
      expect(await call(at, ["report", "--out", out, "--force"])).toEqual({ code: 0, stdout: "", stderr: "" })
      const timeless = (text: string) => text.replaceAll(/\d{4}-\d\d-\d\d[T ][\d:.]+Z/g, "TIME")
      expect(timeless(readFileSync(out, "utf8"))).toBe(timeless(stdout))
      expect(statSync(out).mode & 0o777).toBe(0o600)
      expect(readdirSync(at).filter((name) => name.startsWith("walk."))).toEqual([`walk.${format}`])
    },
  )

  test("--format decides if the extension of the file says something else, or nothing", async () => {
    const at = await walked()
    await call(at, ["report", "--format", "json", "--out", "walk.md"])
    expect(JSON.parse(readFileSync(join(at, "walk.md"), "utf8"))).toMatchObject({ version: 2 })
    await call(at, ["report", "--out", "WALK.JSON"])
    expect(JSON.parse(readFileSync(join(at, "WALK.JSON"), "utf8"))).toMatchObject({ version: 2 })
    await call(at, ["report", "--out", "walk"])
    expect(readFileSync(join(at, "walk"), "utf8")).toMatch(/^# A page and its mirrors: default\n/)
  })

  test("--site restricts it to that site", async () => {
    const at = await walked()
    const { stdout } = await call(at, ["report", "--format", "json", "--site", "far"])
    const { sites, cells } = JSON.parse(stdout)
    expect(sites.map(({ name }: { name: string }) => name)).toEqual(["far"])
    expect(JSON.stringify(cells)).not.toContain(`${at}/m1`)
    expect(await call(at, ["report", "--site", "nowhere"])).toMatchObject({ code: 2 })
  })

  test("shows what is stale for the present inputs", async () => {
    const at = await walked()
    const { stdout } = await call(at, ["report", "--greeting", "Good evening"])
    expect(stdout).toContain("**Done, but stale.**")
    expect(stdout).toContain("- stale, greeting Hello → Good evening: page at original")
  })

  test("without a run: says what to do, and does no more", async () => {
    const at = room()
    const { code, stdout, stderr } = await call(at, ["report"])
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" })
    expect(stderr).toContain("There is nothing to report yet")
    expect(stderr).toContain("next: mirror-pages run")
    expect(existsSync(join(at, "state"))).toBe(false)
  })

  test("the script needs no run, but every value", async () => {
    const at = room()
    const argv = ["report", "--format", "sh", "--mirrors", "1"]
    const { code, stderr } = await call(at, argv)
    expect(code).toBe(2)
    expect(stderr).toContain("2 inputs are missing")
    expect(stderr).not.toContain("on a terminal")
    const given = ["--original", `folder=${at}/o`, "--mirror", `name=mirror-1,folder=${at}/m1`]
    expect(await call(at, [...argv, ...given])).toMatchObject({ code: 0, stderr: "" })
  })

  test("escape codes of what commands printed are not in it", async () => {
    const at = room()
    const steps = mirrors.steps.map((step) =>
      step.id === "page" ? { ...step, show: () => "\u001b[31mred\u001b[39m\u0007\n" } : step,
    )
    const notebook = { ...mirrors, steps }
    const sites = ["--original", `folder=${at}/o`, "--mirror", `folder=${at}/m1`]
    await call(at, ["run", "--yes", ...sites], { notebook })
    expect(readFileSync(join(at, "state/mirror-pages/default/journal.jsonl"), "utf8")).toContain(
      "u001b[31mred",
    )
    for (const format of FORMATS) {
      const { stdout } = await call(at, ["report", "--format", format], { notebook })
      expect(stdout, format).not.toMatch(/\\u00(?:1b|07)|[\u001b\u0007]/)
    }
  })

  test("secrets that are given in this call are not in it", async () => {
    const at = await walked()
    const secret = { type: "text", per: "federation", help: "", secret: true } as const
    const notebook = { ...mirrors, title: "opened with hunter22", inputs: { ...mirrors.inputs, key: secret } }
    const env = { MIRROR_PAGES_KEY: "hunter22" }
    for (const format of FORMATS) {
      const { code, stdout } = await call(at, ["report", "--format", format], { notebook, env })
      expect(code).toBe(0)
      expect(stdout, format).toContain("‹secret›")
      expect(stdout, format).not.toContain("hunter22")
    }
  })

  test.each([
    [["--format", "pdf"], '"pdf" is not one of md, html, json, ipynb, sh'],
    [["--out", "walk.pdf"], ".pdf is not a report format"],
    [["--out", "nowhere/walk.md"], "the folder <AT>/nowhere does not exist"],
    [["--out", "taken"], "is a folder"],
    [["--out", `walk${"x".repeat(300)}.md`], "cannot be written (ENAMETOOLONG)"],
  ])("%j is refused", async (argv, words) => {
    const at = await walked()
    mkdirSync(join(at, "taken"))
    const { code, stdout, stderr } = await call(at, ["report", ...argv])
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" })
    expect(stderr.replace(/\s+/g, " ")).toContain(words.replace("<AT>", at))
    expect(readdirSync(at).filter((name) => name.startsWith("walk"))).toEqual([])
  })

  test("replaces an earlier report of each format, and nothing else without --force", async () => {
    const at = await walked()
    for (const format of FORMATS) {
      const out = join(at, `walk.${format}`)
      for (let time = 0; time < 2; time++)
        expect(await call(at, ["report", "--out", out]), format).toMatchObject({ code: 0, stderr: "" })
      writeFileSync(out, "# My notes on mirror-pages\n")
      const refused = await call(at, ["report", "--out", out])
      expect({ ...refused, text: readFileSync(out, "utf8") }, format).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/is not a report[\s\S]*next: .* --force/),
        text: "# My notes on mirror-pages\n",
      })
      expect(await call(at, ["report", "--out", out, "--force"]), format).toMatchObject({ code: 0 })
    }
  })

  test("asks on a terminal before it replaces another file, and by default does not", async () => {
    const at = await walked()
    const out = join(at, "notes.md")
    for (const [keys, code] of [
      ["\r", 2],
      ["n\r", 2],
      ["y\r", 0],
    ] as const) {
      writeFileSync(out, "my notes\n")
      const screen = io(at, { terminal: true })
      screen.answer([/not a report\. Replace it\?/, keys])
      expect(await main(mirrors, ["report", "--out", out], screen.io), JSON.stringify(keys)).toBe(code)
      expect(readFileSync(out, "utf8") === "my notes\n").toBe(code === 2)
    }
  })

  test("writes directly into what is not a file", async () => {
    const at = await walked()
    const pipe = join(at, "pipe")
    execFileSync("mkfifo", [pipe])
    const read = readFile(pipe, "utf8")
    expect(await call(at, ["report", "--out", pipe, "--format", "md"])).toMatchObject({ code: 0 })
    expect(await read).toMatch(/^# A page/)
    expect(statSync(pipe).isFIFO()).toBe(true)
  })
})
