/** Reports of a walk over practice clusters, by the program itself. */
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, expect, test } from "vitest"
import type { ReportCell } from "../../lib/report/types.ts"
import { problems } from "../terminal/validate.ts"
import { linesOf, startWorld, type World } from "./harness.ts"

let world: World
afterEach(() => world?.close())

test("a finished run, and what a teardown leaves of it", { timeout: 120_000 }, async () => {
  world = await startWorld({ supernodes: 2 })
  const run = await world.call(["run", "--federation", world.practice.federationFile, "--yes"])
  expect(run).toMatchObject({ code: 0 })
  const schema = JSON.parse(readFileSync(new URL("../../schema/report.schema.json", import.meta.url), "utf8"))

  const requests = world.requests()
  const { stdout } = await world.call(["report", "--format", "json"])
  const report = JSON.parse(stdout)
  expect(problems(schema, report)).toEqual([])
  expect(report.sites.map(({ name, user }: { name: string; user: string }) => [name, user])).toEqual(
    ["superlink", "supernode-1", "supernode-2"].map((name) => [name, "kube:admin"]),
  )
  const cells = report.cells as ReportCell[]
  const places = cells.flatMap(({ places }) => places)
  expect(places.every(({ outcome }) => outcome?.ok)).toBe(true)
  // Every command of the journal is reported, with its exit code.
  const commands = places.flatMap(({ executions }) => executions.flatMap(({ commands }) => commands))
  expect(commands.map(({ line }) => line).sort()).toEqual(
    linesOf(world.journal(), "command")
      .map(({ line }) => line)
      .sort(),
  )
  expect(commands.every(({ exitCode, seconds }) => exitCode === 0 && seconds !== undefined)).toBe(true)
  // What was applied is what is in the federation's folder.
  const written = places.flatMap(({ executions }) => executions.flatMap(({ written }) => written))
  const manifests = written.filter(({ what }) => what.startsWith("manifests/"))
  expect(manifests).toHaveLength(6)
  for (const { what, sha256 } of manifests) {
    const text = readFileSync(join(world.state, what), "utf8")
    expect(createHash("sha256").update(text).digest("hex"), what).toBe(sha256)
  }

  const markdown = (await world.call(["report"])).stdout
  expect(markdown).toContain("**Done.** All 14 steps are done at 3 sites.")
  expect(markdown).toContain(
    "On practice clusters, simulated on this machine: this proves nothing about real clusters.",
  )
  expect(markdown).not.toMatch(/^## What (?:failed|is left)/m)
  expect(markdown.split("\n").length).toBeLessThan(290)
  expect(requests()).toEqual([])

  expect(await world.call(["teardown", "--yes"])).toMatchObject({ code: 0 })
  const after = (await world.call(["report"])).stdout
  expect(after).toContain("**Deleted.**")
  expect(after).toMatch(/\| connector +\| +\| – deleted \|/)
  expect(after).toContain("## Teardown and other steps")
})
