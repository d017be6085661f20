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

/** Runs it all; tells what went wrong. */
const mistakes = async (values = {}) => {
  const { outcomes } = await run(notebook, { ...world.inputs, values }, world.options)
  return outcomes
    .filter(({ outcome }) => !outcome.ok)
    .map(({ site, step, outcome }) => `${site} ${step}: ${outcome.reason}`)
}

const greetingAt = async (site) => {
  const at = { apiVersion: "v1", kind: "ConfigMap", name: "greeting", namespace: `greetings-${site}` }
  return (await world.cluster(site).get(at))?.data.text
}

test("greets at every site, and has nothing to do then", async () => {
  assert.deepEqual(await mistakes(), [])
  for (const { name } of world.inputs.sites) assert.equal(await greetingAt(name), "Hello")

  const left = await plan(notebook, world.inputs, world.options)
  assert.deepEqual(
    left.filter(({ would }) => would !== "nothing"),
    [],
  )
})

test("changes a greeting that says something else", async () => {
  assert.deepEqual(await mistakes({ text: "Good evening" }), [])
  assert.equal(await greetingAt("spoke-2"), "Good evening")
})
