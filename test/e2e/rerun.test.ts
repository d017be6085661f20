/** `step ID --rerun`: what a step does again, or that it does not support it. */
import { afterAll, beforeAll, expect, test } from "vitest"
import { flat, linesOf, place, startWorld, type World } from "./harness.ts"

let world: World
beforeAll(async () => {
  world = await startWorld({ supernodes: 1 })
  const argv = ["run", "--federation", world.practice.federationFile, "--yes"]
  expect(await world.call(argv)).toMatchObject({ code: 0, stderr: "" })
})
afterAll(() => world?.close())

/** Runs a step again. @returns what it printed, and its actions */
async function rerun(step: string, ...more: string[]): Promise<{ stdout: string; actions: string[] }> {
  const { code, stdout, stderr } = await world.call(["step", step, "--rerun", ...more])
  expect(code, stdout).toBe(0)
  expect(stderr).toBe("")
  const journal = world.journal()
  const started = linesOf(journal, "action started").filter(({ run }) => run === journal.at(-1)!.run)
  return { stdout, actions: started.map((line) => `${line.action} ${place(line)}`) }
}

const names = async (site: string, kind: string, namespace: string, apiVersion = "skupper.io/v2alpha1") =>
  (await world.cluster(site).list({ apiVersion, kind, namespace })).map(({ metadata }) => metadata.name)
/** The id under which the SuperNode was last verified. */
const node = () =>
  linesOf(world.journal(), "checkpoint")
    .filter((line) => place(line) === "supernode-1/verify")
    .map(({ reason }) => /node (\d+) active/.exec(reason)?.[1])
    .at(-1)

test("login: a new session, and the project stays the current one", async () => {
  expect(await rerun("login", "--site", "supernode-1")).toMatchObject({
    actions: ["rerun supernode-1/login"],
  })
  expect(await world.call(["plan", "--exit-code"])).toMatchObject({ code: 0, stderr: "" })
})

test("token-redeem: a new token and a new Link in place of the old one", async () => {
  const before = await names("supernode-1", "Link", "flower-supernode-1")
  const { actions } = await rerun("token-redeem")
  expect(actions).toEqual([
    "rerun supernode-1/token-redeem",
    "apply supernode-1/token-issue",
    "apply supernode-1/token-redeem",
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
  expect(await rerun("deploy-supernode")).toMatchObject({ actions: ["rerun supernode-1/deploy-supernode"] })
  expect(await rerun("verify")).toMatchObject({ actions: ["rerun supernode-1/verify"] })
  expect(node()).toMatch(/^\d+$/)
  expect(node()).not.toBe(before)
})

test("deploy-superlink: a rollout restart; a run verifies the SuperNodes again", async () => {
  const before = node()
  expect(await rerun("deploy-superlink", "--allow-restart")).toMatchObject({
    actions: ["rerun superlink/deploy-superlink"],
  })
  expect(await world.call(["run", "--yes"])).toMatchObject({ code: 0, stderr: "" })
  expect(node()).not.toBe(before)
})

test.each(["site-create", "connector", "listener", "link-status"])(
  "%s does not support --rerun, and says so",
  async (step) => {
    const { actions, stdout } = await rerun(step)
    expect(actions).toEqual([])
    expect(flat(stdout)).toMatch(/does not support --rerun/)
  },
)
