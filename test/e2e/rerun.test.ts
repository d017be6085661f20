/** `step ID --rerun`: what a step has to be done anew, or that it has nothing. */
import { afterAll, beforeAll, expect, test } from "vitest"
import { flat, linesOf, place, startWorld, type World } from "./harness.ts"

let world: World
beforeAll(async () => {
  world = await startWorld({ supernodes: 1 })
  const argv = ["run", "--federation", world.practice.federationFile, "--yes"]
  expect(await world.call(argv)).toMatchObject({ code: 0, stderr: "" })
})
afterAll(() => world?.close())

/** Does a step anew. @returns what it printed, and its acts */
async function again(step: string, ...more: string[]): Promise<{ stdout: string; acts: string[] }> {
  const { code, stdout, stderr } = await world.call(["step", step, "--rerun", ...more])
  expect(code, stdout).toBe(0)
  expect(stderr).toBe("")
  const journal = world.journal()
  const started = linesOf(journal, "action started").filter(({ run }) => run === journal.at(-1)!.run)
  return { stdout, acts: started.map((line) => `${line.action} ${place(line)}`) }
}

const names = async (site: string, kind: string, namespace: string, apiVersion = "skupper.io/v2alpha1") =>
  (await world.cluster(site).list({ apiVersion, kind, namespace })).map(({ metadata }) => metadata.name)
/** The id under which the SuperNode was last verified. */
const node = () =>
  linesOf(world.journal(), "checkpoint")
    .filter((line) => place(line) === "supernode-1/verify")
    .map(({ reason }) => /node (\d+) active/.exec(reason)?.[1])
    .at(-1)

test("login: a session anew, and the project stays the current one", async () => {
  expect(await again("login", "--site", "supernode-1")).toMatchObject({
    actions: ["again supernode-1/login"],
  })
  expect(await world.call(["plan", "--exit-code"])).toMatchObject({ code: 0, stderr: "" })
})

test("token-redeem: a new token and a new Link in place of the old one", async () => {
  const before = await names("supernode-1", "Link", "flower-supernode-1")
  const { acts: actions } = await again("token-redeem")
  expect(actions).toEqual([
    "again supernode-1/token-redeem",
    "act supernode-1/token-issue",
    "act supernode-1/token-redeem",
  ])
  const after = await names("supernode-1", "Link", "flower-supernode-1")
  expect(after).toHaveLength(1)
  expect(after).not.toEqual(before)
  for (const [site, kind, namespace] of [
    ["superlink", "AccessGrant", "flower-openshift-demo"],
    ["supernode-1", "AccessToken", "flower-supernode-1"],
  ] as const)
    expect(await names(site, kind, namespace)).toEqual([])
  expect(await world.call(["run", "--yes"])).toMatchObject({ code: 0, stderr: "" })
})

test("deploy-supernode: a rollout restart; the SuperNode comes back under a new id", async () => {
  const before = node()
  expect(await again("deploy-supernode")).toMatchObject({ actions: ["again supernode-1/deploy-supernode"] })
  expect(await again("verify")).toMatchObject({ actions: [] })
  expect(node()).toMatch(/^\d+$/)
  expect(node()).not.toBe(before)
})

test("deploy-superlink: a rollout restart; a run takes the SuperNodes up again", async () => {
  const before = node()
  expect(await again("deploy-superlink", "--allow-restart")).toMatchObject({
    actions: ["again superlink/deploy-superlink"],
  })
  expect(await world.call(["run", "--yes"])).toMatchObject({ code: 0, stderr: "" })
  expect(node()).not.toBe(before)
})

test.each(["site-create", "connector", "listener", "link-status"])(
  "%s has nothing to be done anew, and says so",
  async (step) => {
    const { acts: actions, stdout } = await again(step)
    expect(actions).toEqual([])
    expect(flat(stdout)).toMatch(/does not support --rerun/)
  },
)
