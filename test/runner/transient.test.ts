/** Commands whose server does not answer for a moment are run again; those whose fix is known are not. */
import { describe, expect, it } from "vitest"
import { blocked, CheckError, type CheckResult, ready, unknown } from "../../lib/notebook/check-result.ts"
import { RunbookError } from "../../lib/notebook/errors.ts"
import { notebook } from "../../lib/notebook/notebook.ts"
import { isTransientMessage } from "../../lib/notebook/transient.ts"
import { federationOf, plain, roles, runIn, World } from "./world.ts"

const GONE =
  'Error from server (InternalError): Internal error occurred: failed calling webhook "gone.example.test": connection refused'

/** A federation of one hub with one step that fails so many times, with these words. */
async function run(
  failures: number,
  why: ConstructorParameters<typeof RunbookError>[1] | CheckError,
  timeout?: number,
) {
  const world = new World()
  let left = failures
  const apply = (context: { world: World }) => {
    context.world.applied.push("enter")
    if (left-- > 0) throw why instanceof CheckError ? why : new RunbookError("the command failed", why)
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

describe("an apply whose server does not answer for a moment", () => {
  it("applies again, and reports how it ended", async () => {
    expect(await run(1, { why: GONE })).toMatchObject({ applied: 2, outcome: { kind: "applied" } })
  })

  it("fails with the command's own words", async () => {
    const { applied, outcome } = await run(9, { why: GONE }, 2)
    expect(applied).toBeGreaterThan(1)
    expect(outcome).toMatchObject({ kind: "failed", code: "timeout", why: GONE })
  })

  it("has as many attempts as before after its server was away", async () => {
    const silence = new CheckError(unknown("unreachable", "nothing listens"), { cause: new Error("refused") })
    expect(await run(6, silence)).toMatchObject({ applied: 7, outcome: { kind: "applied" } })
  })

  it("is given up where its server answers that it cannot", async () => {
    const answered = new CheckError(unknown("unreachable", "answered 500"))
    expect(await run(6, answered)).toMatchObject({ applied: 4, outcome: { kind: "blocked" } })
  }, 20_000)

  it("is not run again where there is a fix to apply, or where the words describe no transient failure", async () => {
    expect(await run(9, { why: GONE, fix: "open the way" })).toMatchObject({ applied: 1 })
    expect(await run(9, { why: 'pods "x" is forbidden' })).toMatchObject({ applied: 1 })
  })
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
