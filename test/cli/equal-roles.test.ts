/** Every command with a notebook that has no hub: its sites have one role of many, several, or one each. */
import { existsSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { main } from "../../lib/cli/main.ts"
import {
  clusterInputs,
  input,
  login,
  missing,
  type Notebook,
  notebook,
  ready,
  type SiteValues,
  type StepContext,
  step,
} from "../../lib/index.ts"
import type { Roles } from "../../lib/notebook/roles.ts"
import { call, io, room } from "./world.ts"

const inputs = {
  folder: input.text({ per: "site", required: true, identity: true, prompt: "Folder", help: "Its folder" }),
}
type Context = StepContext<SiteValues<typeof inputs>>

const write = step<Context>({
  id: "write",
  title: "Write the note",
  on: "every site",
  prose: "Each site has a note.",
  check: ({ site }) =>
    existsSync(join(site.folder, "note")) ? ready("the note exists") : missing("there is no note"),
  apply: async ({ $, site }) => void (await $`mkdir -p ${site.folder} && touch ${site.folder}/note`),
  show: ({ $, site }) => $`ls ${site.folder}`,
  manual: () => "touch note",
})

const book = (roles: Roles, ...more: Notebook["steps"]): Notebook =>
  notebook({ name: "notes", title: "Notes", roles, inputs, steps: [write, ...more] })

/** Copies the note of the peer; only where two roles are joined. */
const copy = step<Context>({
  id: "copy",
  title: "Copy the note",
  on: "link",
  needs: ["write"],
  prose: "It goes to the other site.",
  check: ({ site }) =>
    existsSync(join(site.folder, "copy")) ? ready("the copy exists") : missing("there is no copy"),
  apply: async ({ $, site, peer }) => void (await $`cp ${peer.folder}/note ${site.folder}/copy`),
  manual: ({ peer }) => `cp ${peer.folder}/note copy`,
})

const cases: [string, Notebook, (at: string) => string[], string[]][] = [
  [
    "one role of many",
    book({ member: "many" }),
    (at) => [1, 2, 3].flatMap((n) => ["--member", `folder=${at}/m${n}`]),
    ["member-1/write", "member-2/write", "member-3/write"],
  ],
  [
    "several roles of many",
    book({ east: "many", west: "many" }),
    (at) => ["--east", `folder=${at}/e`, "--west", `folder=${at}/w`],
    ["east-1/write", "west-1/write"],
  ],
  [
    "two roles of one, with a link",
    book({ primary: "one", standby: "one" }, copy),
    (at) => ["--primary", `folder=${at}/p`, "--standby", `folder=${at}/s`],
    ["primary/write", "standby/write", "standby/copy"],
  ],
]

describe.each(cases)("%s", (_, notes, sitesIn, places) => {
  test("plan, run, status, show, values, doctor and every report", async () => {
    const at = room()
    const on = (...argv: string[]) => call(at, argv, { notebook: notes })
    const plan = await on("plan", ...sitesIn(at))
    expect(plan.code).toBe(0)
    for (const site of new Set(places.map((place) => place.split("/")[0]!)))
      expect(plan.stdout).toContain(site)
    const run = await on("run", "--yes", ...sitesIn(at))
    expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining(`${places.length} steps done`) })
    const live = await on("status", "--live")
    expect(live.code).toBe(0)
    expect((await on("plan", "--exit-code")).code).toBe(0)
    expect((await on("show", "write")).stdout).toContain("note")
    expect((await on("values")).code).toBe(0)
    expect((await on("doctor")).code).toBe(0)
    for (const format of ["md", "html", "ipynb", "sh"]) {
      const report = await on("report", "--format", format)
      expect({ format, code: report.code, stderr: report.stderr }).toEqual({ format, code: 0, stderr: "" })
    }
    const html = (await on("report", "--format", "html")).stdout
    expect(html.includes('marker-end="url(#to-hub)"')).toBe(places.some((place) => place.endsWith("/copy")))
    const { sites } = JSON.parse((await on("report", "--format", "json")).stdout)
    expect(sites.map(({ name }: { name: string }) => name)).toEqual([
      ...new Set(places.map((place) => place.split("/")[0])),
    ])
  })

  test("the walk, to its end", async () => {
    const at = room()
    const screen = io(at, { terminal: true })
    const cells = new Set(places.map((place) => place.split("/")[1])).size
    screen.answer(...Array.from({ length: cells }, (): [RegExp, string] => [/❯ Run/, "\r"]))
    const code = await main(notes, ["walk", ...sitesIn(at)], screen.io)
    expect({ code, stdout: screen.stdout() }).toMatchObject({ code: 0 })
    expect((await call(at, ["plan", "--exit-code"], { notebook: notes })).code).toBe(0)
  })
})

test("a picture of many equal sites counts them, and no links", async () => {
  const at = room()
  const notes = book({ member: "many" })
  const sites = Array.from({ length: 25 }, (_, n) => ["--member", `folder=${at}/m${n}`]).flat()
  expect((await call(at, ["run", "--yes", ...sites], { notebook: notes })).code).toBe(0)
  const { stdout } = await call(at, ["report", "--format", "html"], { notebook: notes })
  expect(stdout).toContain(">25 sites.</desc>")
})

test("practice clusters of a notebook without a hub", async () => {
  const at = room()
  const screen = io(at)
  const sessions = notebook({
    name: "sessions",
    title: "Sessions",
    roles: { member: "many" },
    inputs: clusterInputs,
    steps: [login()],
  })
  const argv = ["run", "--practice", "--yes", "--members", "3", "--delays", "none"]
  const code = await main(sessions, argv, { ...screen.io, practiceImages: [] })
  expect({ code, stdout: screen.stdout(), stderr: screen.stderr() }).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(
      /3 steps done[\s\S]*\n\nThese practice clusters are gone\. [^\n]*:\n {2}mirror-pages practice --members 3\n$/,
    ),
  })
})

test("a required input without a value on practice clusters: the program gives it", async () => {
  const inputs = {
    ...clusterInputs,
    "data-set": input.name({ per: "site", required: true, help: "Its data" }),
  }
  const lacking = notebook({
    name: "data",
    title: "Data",
    roles: { member: "many" },
    inputs,
    steps: [login()],
  })
  const screen = io(room())
  const argv = ["run", "--practice", "--yes", "--members", "1", "--delays", "none"]
  expect(await main(lacking, argv, { ...screen.io, practiceImages: [] })).toBe(2)
  const text = screen.stderr().replace(/\s+/g, " ")
  expect(text).toContain('add to its program: practiceValues: (site) => ({ "data-set": … })')
  expect(text).toContain("next: mirror-pages run --practice --yes --members 1 --delays none")
  expect(text).not.toContain("federation.yaml")
  const practiceValues = ({ name }: { name: string }) => ({ "data-set": name })
  const given = { ...io(room()).io, practiceImages: [], practiceValues }
  expect(await main(lacking, [...argv, "--json"], given)).toBe(0)
})
