import { expect, test } from "vitest"
import { hints } from "../../runbooks/validate.ts"

const federation = (count: number, via: string) => ({
  name: "trial",
  sites: Array.from({ length: count }, (_, at) => ({
    name: `site-${at}`,
    role: at === 0 ? "superlink" : "supernode",
  })),
  values: { via },
  origins: {},
})

test("many sites by commands: one sentence says that requests need no process for each", () => {
  expect(hints(federation(30, "commands"))).toEqual([])
  expect(hints(federation(31, "commands"))).toEqual([
    "31 sites: with --via api, the same changes need no process for each.",
  ])
  expect(hints(federation(200, "api"))).toEqual([])
})
