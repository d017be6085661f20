/** Commands whose servers are away for a moment are called again; those whose cure is known are not. */
import { describe, expect, it } from "vitest"
import { blocked, type CheckResult, ready, unknown } from "../../lib/notebook/check-result.ts"
import { RunbookError } from "../../lib/notebook/errors.ts"
import { notebook } from "../../lib/notebook/notebook.ts"
import { isTransientMessage } from "../../lib/notebook/transient.ts"
import { federationOf, plain, roles, runIn, World } from "./world.ts"

const GONE =
  'Error from server (InternalError): Internal error occurred: failed calling webhook "gone.example.test": connection refused'

/** A federation of one hub with one step that fails so often, with these words. */
async function run(failures: number, more: ConstructorParameters<typeof RunbookError>[1], timeout?: number) {
  const world = new World()
  let left = failures
  const apply = (context: { world: World }) => {
    context.world.acts.push("enter")
    if (left-- > 0) throw new RunbookError("the command failed", more)
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
  return { acts: world.acts.length, outcome: outcomes[0]!.outcome }
}

describe("an act whose server is away for a moment", () => {
  it("acts again, and says how it ended", async () => {
    expect(await run(1, { why: GONE })).toMatchObject({ acts: 2, outcome: { kind: "applied" } })
  })

  it("gives up with the command's own words", async () => {
    const { acts: actions, outcome } = await run(9, { why: GONE }, 2)
    expect(actions).toBeGreaterThan(1)
    expect(outcome).toMatchObject({ kind: "failed", code: "timeout", why: GONE })
  })

  it("is not called again where a person has to mend it, or where words tell of no such thing", async () => {
    expect(await run(9, { why: GONE, fix: "open the way" })).toMatchObject({ acts: 1 })
    expect(await run(9, { why: 'pods "x" is forbidden' })).toMatchObject({ acts: 1 })
  })
})

describe("a server that has just come back", () => {
  /** A federation of one hub with one step whose looks give these answers, then that it is there. */
  async function checked(...answers: CheckResult[]) {
    const check = () => answers.shift() ?? ready("there")
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
  const away = unknown("unreachable", "nobody is there")
  const forbidden = blocked("links are forbidden", { code: "forbidden", fix: "ask for the right" })

  it("forbids everything for a moment: it is looked at again", async () => {
    expect(await checked(away, forbidden, forbidden)).toMatchObject({ kind: "unchanged" })
  })

  it("and where it was never away, forbidden is forbidden", async () => {
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
])("%s passes: %s", (words, passes) => expect(isTransientMessage(words)).toBe(passes))
