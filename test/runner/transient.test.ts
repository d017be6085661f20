/** Commands whose server does not answer for a moment are run again; those whose fix is known are not. */
import { describe, expect, it } from "vitest"
import { blocked, CheckError, type CheckResult, ready, unknown } from "../../lib/notebook/check-result.ts"
import { RunbookError } from "../../lib/notebook/errors.ts"
import { notebook } from "../../lib/notebook/notebook.ts"
import { isTransientMessage } from "../../lib/notebook/transient.ts"
import { federationOf, plain, roles, runIn, World } from "./world.ts"

const GONE =
  'Error from server (InternalError): Internal error occurred: failed calling webhook "gone.example.test": connection refused'

/** A federation of one hub with one step that throws these, one after the other, before it succeeds. */
async function run(errors: readonly Error[], timeout?: number) {
  const world = new World()
  const left = [...errors]
  const apply = (context: { world: World }) => {
    context.world.applied.push("enter")
    const error = left.shift()
    if (error !== undefined) throw error
    context.world.set("hub/enter", "yes")
  }
  const book = notebook({
    name: "test",
    title: "",
    roles,
    inputs: {},
    steps: [plain("enter", "hub", { apply, ...(timeout !== undefined && { timeout }) })],
  })
  const { outcomes } = await runIn(world, book, federationOf(0))
  return { applied: world.applied.length, outcome: outcomes[0]!.outcome }
}

const times = (count: number, error: Error): Error[] => Array(count).fill(error)
const failed = (more: ConstructorParameters<typeof RunbookError>[1]) =>
  new RunbookError("the command failed", more)
const SILENCE = new CheckError(unknown("unreachable", "nothing listens"), { cause: new Error("refused") })
const FORBIDDEN = new CheckError(blocked("links are forbidden", { code: "forbidden", fix: "ask for it" }))

describe("an apply whose server does not answer for a moment", () => {
  it("applies again, and reports how it ended", async () => {
    expect(await run([failed({ why: GONE })])).toMatchObject({ applied: 2, outcome: { kind: "applied" } })
  })

  it("fails with the command's own words", async () => {
    const { applied, outcome } = await run(times(9, failed({ why: GONE })), 2)
    expect(applied).toBeGreaterThan(1)
    expect(outcome).toMatchObject({ kind: "failed", code: "timeout", why: GONE })
  })

  it("has as many attempts as before after its server was away", async () => {
    expect(await run(times(6, SILENCE))).toMatchObject({ applied: 7, outcome: { kind: "applied" } })
  })

  it("is given up where its server answers that it cannot", async () => {
    const answered = new CheckError(unknown("unreachable", "answered 500"))
    expect(await run(times(6, answered))).toMatchObject({ applied: 4, outcome: { kind: "blocked" } })
  }, 20_000)

  it("is not run again where there is a fix to apply, or where the words describe no transient failure", async () => {
    expect(await run(times(9, failed({ why: GONE, fix: "open the way" })))).toMatchObject({ applied: 1 })
    expect(await run(times(9, failed({ why: 'pods "x" is forbidden' })))).toMatchObject({ applied: 1 })
  })

  it("is forbidden for a moment once its server is back, and for good where it never was away", async () => {
    const back = [SILENCE, ...times(5, FORBIDDEN)]
    expect(await run(back)).toMatchObject({ applied: 7, outcome: { kind: "applied" } })
    expect(await run([FORBIDDEN])).toMatchObject({ applied: 1, outcome: { kind: "blocked" } })
  }, 20_000)
})

describe("a server that has just restarted", () => {
  /** A federation of one hub with one step whose checks return these results, then ready. */
  async function checked(...results: CheckResult[]) {
    const check = () => results.shift() ?? ready("it exists")
    const book = notebook({
      name: "test",
      title: "",
      roles,
      inputs: {},
      steps: [plain("enter", "hub", { check })],
    })
    const { outcomes } = await runIn(new World(), book, federationOf(0))
    return outcomes[0]!.outcome
  }
  const unreachable = unknown("unreachable", "nothing answers")
  const forbidden = blocked("links are forbidden", { code: "forbidden", fix: "ask for the right" })

  it("forbids everything for a moment: it is checked again", async () => {
    expect(await checked(unreachable, forbidden, forbidden)).toMatchObject({ kind: "unchanged" })
  })

  it("and where it was never unreachable, forbidden is forbidden", async () => {
    expect(await checked(forbidden)).toMatchObject({ kind: "blocked", code: "forbidden" })
  })
})

it.each([
  ["dial tcp 127.0.0.1:6443: connect: connection refused", true],
  ['Get "https://api:6443/api": EOF', true],
  ["etcdserver: request timed out", true],
  ["Controller got failed response: 503 (Service Unavailable) Internal error", true],
  ["Error from server (ServiceUnavailable): the server is currently unable to handle the request", true],
  ["Error from server (Forbidden): deployments.apps is forbidden", false],
  ['admission webhook "x" denied the request: no', false],
  ['sites.skupper.io "x" already exists', false],
])("'%s' is transient: %s", (words, transient) => expect(isTransientMessage(words)).toBe(transient))
