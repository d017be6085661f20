import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { clusterInputs, notebook, plan, ready, run, type StepContext, step } from "../lib/index.ts"
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
