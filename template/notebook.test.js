import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { plan, practice, run } from "flower-runbook"
import { program } from "./index.js"

const { notebook } = program
let world
before(async () => {
  world = await practice(program)
})
after(() => world.close())

/** Runs the whole notebook and returns what failed. */
const failures = async (values = {}) => {
  const { outcomes } = await run(notebook, { ...world.inputs, values }, world.options)
  return outcomes
    .filter(({ outcome }) => !outcome.ok)
    .map(({ site, step, outcome }) => `${site} ${step}: ${outcome.reason}`)
}

const greetingAt = async (site) => {
  const at = { apiVersion: "v1", kind: "ConfigMap", name: "greeting", namespace: `greetings-${site}` }
  return (await world.cluster(site).get(at))?.data.text
}

test("greets at every site; then nothing is left to apply", async () => {
  assert.deepEqual(await failures(), [])
  for (const { name } of world.inputs.sites) assert.equal(await greetingAt(name), "Hello")

  const entries = await plan(notebook, world.inputs, world.options)
  assert.deepEqual(
    entries.filter(({ action }) => action !== "ok"),
    [],
  )
})

test("updates a greeting that says something else", async () => {
  assert.deepEqual(await failures({ text: "Good evening" }), [])
  assert.equal(await greetingAt("spoke-2"), "Good evening")
})
