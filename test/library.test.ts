import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import {
  clusterInputs,
  everySite,
  input,
  missing,
  notebook,
  plan,
  ready,
  run,
  type StepContext,
  step,
  stepsFor,
  value,
} from "../lib/index.ts"
import { mirrors } from "./example/notebook.ts"

/** The example notebook: pages and mirrors, nothing of clusters. */
function place() {
  const root = mkdtempSync(join(tmpdir(), "library "))
  return {
    root,
    folder: join(root, "state"),
    inputs: {
      name: "pages",
      values: { greeting: "Good morning" },
      sites: [
        { name: "original", role: "original", folder: join(root, "original") },
        { name: "mirror-1", role: "mirror", folder: join(root, "mirror 1") },
        { name: "mirror-2", role: "mirror", folder: join(root, "mirror_2"), mode: "link" },
      ],
    },
  }
}

describe("the library, with a notebook of one's own", () => {
  it("plans, runs, has nothing to do the second time, and restores what was removed", async () => {
    const { root, folder, inputs } = place()
    const before = await plan(mirrors, inputs, { folder })
    expect(before.map(({ action }) => action)).toContain("apply")
    const commands: string[] = []
    const first = await run(mirrors, inputs, {
      folder,
      listeners: [(event) => event.type === "command" && commands.push(event.line)],
    })
    expect(first.code).toBe(0)
    expect(readFileSync(join(root, "mirror_2", "index.html"), "utf8")).toBe("<h1>Good morning</h1>\n")
    expect(commands).toContain(`mkdir -p '${join(root, "mirror 1")}'`)
    expect((await plan(mirrors, inputs, { folder })).every(({ action }) => action === "ok")).toBe(true)
    rmSync(join(root, "mirror 1", "index.html"))
    const second = await run(mirrors, inputs, { folder })
    expect(
      second.outcomes
        .filter(({ outcome }) => outcome.kind === "applied")
        .map(({ site, step }) => `${site}/${step}`),
    ).toEqual(["mirror-1/copy"])
  })

  it("searches the folder that the input commands names first", async () => {
    const { root, folder } = place()
    const commands = join(root, "commands")
    mkdirSync(commands, { recursive: true })
    writeFileSync(join(commands, "greet"), "#!/bin/sh\necho $GREETING\n", { mode: 0o755 })
    const greet = step<StepContext>({
      id: "greet",
      title: "Greet",
      on: "here",
      prose: "",
      check: async ({ $ }) => ready((await $`greet`).stdout.trim()),
    })
    const greetings = notebook({
      name: "greetings",
      title: "",
      roles: {},
      inputs: { commands: clusterInputs.commands },
      steps: [greet],
      environment: { GREETING: "good day" },
    })
    const entries = await plan(greetings, { name: "one", values: { commands }, sites: [] }, { folder })
    expect(entries[0]?.reason).toBe("good day")
  })

  it("names everything that is wrong with its inputs", async () => {
    const { folder, inputs } = place()
    const wrong = {
      name: "pages",
      values: { greting: "x", loud: "perhaps" },
      sites: [{ name: "original", role: "original" }, ...inputs.sites.slice(1)],
    }
    await expect(run(mirrors, wrong, { folder })).rejects.toThrow(
      /greting is not an input; did you mean greeting.*loud: "perhaps" is neither true nor false.*original.folder is missing/s,
    )
  })
})

describe("three equal sites that hand values to each other", () => {
  const roles = { member: "many" } as const
  const inputs = { folder: input.text({ per: "site", required: true, identity: true, help: "" }) } as const
  const step = stepsFor({ roles, inputs })
  const address = value("address")
  const password = value("password", { secret: true })
  const read = (file: string): string | undefined =>
    existsSync(file) ? readFileSync(file, "utf8").trim() : undefined

  /** Creates an address and a password, once. Only the address can be read again. */
  const create = step({
    id: "create",
    title: "Create the member",
    on: "every site",
    prose: "",
    provides: [address, password],
    check: ({ site, provide }) => {
      const found = read(join(site.folder, "address"))
      if (found === undefined) return missing("there is no member")
      provide(address, found)
      return ready("the member exists")
    },
    apply: async ({ $, site, provide }) => {
      const secret = (await $.with({ secret: true })`cat ${site.folder}.secret`).stdout.trim()
      provide(password, secret)
      await $`mkdir -p ${site.folder}`
      await $.with({ input: `https://${site.name}\n` })`tee ${site.folder}/address`
    },
  })
  /** Lists all members; its password is what `login` would need. */
  const join_ = step({
    id: "join",
    title: "Join the others",
    on: "every site",
    needs: ["create"],
    reads: [everySite(address), password],
    prose: "",
    check: ({ site, values }) => {
      const wanted = values(address).map((one) => `${one.site.name} ${one.value}`)
      return read(join(site.folder, "members")) === wanted.join("\n")
        ? ready("it knows all")
        : missing("it knows none")
    },
    apply: async ({ $, site, value, values }) => {
      const members = values(address).map((one) => `${one.site.name} ${one.value}`)
      await $.with({ input: members.join("\n") })`tee ${site.folder}/members`
      await $`echo logged in with ${value(password)}`
    },
    update: true,
  })
  const mesh = notebook({ name: "mesh", title: "", roles, inputs, steps: [create, join_] })

  it("keeps them for later runs, the secret ones in private files alone", async () => {
    const root = mkdtempSync(join(tmpdir(), "library "))
    const folder = join(root, "state")
    const sites = ["a", "b", "c"].map((name) => ({ name, role: "member", folder: join(root, name) }))
    for (const { name, folder } of sites) writeFileSync(`${folder}.secret`, `password-of-${name}\n`)
    const events: unknown[] = []
    const options = { folder, listeners: [(event: unknown) => void events.push(event)] }
    const first = await run(mesh, { name: "mesh", sites }, { ...options, selection: { only: ["create"] } })
    expect(first.code).toBe(0)
    const second = await run(mesh, { name: "mesh", sites }, { ...options, selection: { only: ["join"] } })
    expect(second.code).toBe(0)
    expect(read(join(root, "b", "members"))).toBe("a https://a\nb https://b\nc https://c")
    expect(JSON.stringify(events)).toContain("logged in with ‹secret›")
    const kept = readFileSync(join(folder, "journal.jsonl"), "utf8")
    for (const text of [kept, JSON.stringify(events)]) expect(text).not.toContain("password-of")
    expect(read(join(folder, "private", "b.value-password"))).toContain("password-of-b")

    writeFileSync(join(root, "c", "address"), "https://moved\n")
    const changed = await plan(mesh, { name: "mesh", sites }, { folder })
    expect(changed.map(({ site, step: id, action, stale }) => [site, id, action, ...(stale ?? [])])).toEqual([
      ...["a", "b", "c"].map((site) => [site, "create", "ok"]),
      ...["a", "b", "c"].map((site) => [
        site,
        "join",
        "apply",
        "value address of c https://c → https://moved",
      ]),
    ])
    expect((await run(mesh, { name: "mesh", sites }, { folder })).code).toBe(0)
    expect(read(join(root, "a", "members"))).toContain("c https://moved")
  })
})
