import { expect, test } from "vitest"
import { clusterInputs, login, notebook, ready, type StepContext, step } from "../../lib/index.ts"
import { call, room } from "./world.ts"

const remove = step<StepContext>({
  id: "remove",
  title: "Remove what was created",
  on: "every site",
  prose: "",
  check: async ({ cluster }) => ready(await cluster.whoami()),
})
const book = { name: "sessions", title: "Sessions", roles: { hub: "one" }, inputs: clusterInputs } as const
const sessions = notebook({
  ...book,
  steps: [login()],
  teardown: notebook({ ...book, steps: [remove] }),
})

test("a teardown without a session names the notebook's step that logs in", async () => {
  const { stdout, stderr } = await call(
    room(),
    ["teardown", "--hub", "server=https://127.0.0.1:1", "--name", "one", "--yes"],
    { notebook: sessions },
  )
  expect(stdout + stderr).toContain(" step login --site hub --name one")
})
