/** What commands answer with --json. That each object is as its schema says is checked by `call`. */
import { expect, test } from "vitest"
import { jsonLines } from "../json-lines.ts"
import { call, room } from "./world.ts"

const federation = (cwd: string) => [`--original=folder=${cwd}/a`, `--mirror=folder=${cwd}/b`]

test.each(["plan", "status", "doctor", "values"])(
  "%s --json prints one object, before and after a run",
  async (command) => {
    const cwd = room()
    const argv = [command, "--json", ...federation(cwd)]
    const before = await call(cwd, argv)
    expect(jsonLines(before.stdout)).toMatchObject([{ version: 1, kind: command }])
    expect((await call(cwd, ["run", "--yes", ...federation(cwd)])).code).toBe(0)
    const after = await call(cwd, argv)
    expect(jsonLines(after.stdout)).toMatchObject([{ kind: command }])
    const text = await call(cwd, [command, ...federation(cwd)])
    expect(after.code).toBe(text.code)
  },
)

test("status --json has every step with its outcome, --live with its action; show --json has the output", async () => {
  const cwd = room()
  expect((await call(cwd, ["run", "--yes", ...federation(cwd)])).code).toBe(0)
  const [status] = jsonLines((await call(cwd, ["status", "--json"])).stdout)
  expect(status).toMatchObject({ live: false, lastRun: { code: 0 } })
  expect(status!.steps).toContainEqual(
    expect.objectContaining({
      step: "page",
      site: "original",
      outcome: "applied",
      done: true,
      interrupted: false,
    }),
  )
  const [live] = jsonLines((await call(cwd, ["status", "--live", "--json"])).stdout)
  expect(live!.steps).toContainEqual(
    expect.objectContaining({ step: "page", site: "original", action: "ok" }),
  )
  const [show] = jsonLines((await call(cwd, ["show", "page", "--json"])).stdout)
  expect(show).toMatchObject({ step: "page", outputs: [{ site: "original", text: "<h1>Hello</h1>\n" }] })
})

test("plan --json says whether there is something to do; the exit code says it too", async () => {
  const cwd = room()
  const argv = ["plan", "--json", "--exit-code", ...federation(cwd)]
  const { code, stdout } = await call(cwd, argv)
  expect(code).toBe(5)
  expect(jsonLines(stdout)).toMatchObject([{ somethingToDo: true }])
})

test.each([
  ["an unknown flag", ["status", "--json", "--colour"]],
  ["an unknown command", ["staus", "--json"]],
  ["missing inputs", ["plan", "--json"]],
  ["a run without approval", ["run", "--json", "--original=folder=/x", "--mirror=folder=/y"]],
  ["a file that is not there", ["values", "--json", "--federation", "no.yaml"]],
])("a refused call has an object on stdout and the text on stderr: %s", async (_, argv) => {
  const { code, stdout, stderr } = await call(room(), argv)
  expect(code).toBe(2)
  const [object, ...more] = jsonLines(stdout)
  expect(more).toEqual([])
  expect(object).toMatchObject({ version: 1, kind: "error", code: 2, message: expect.any(String) })
  expect(object!.next).toEqual(expect.stringContaining("mirror-pages"))
  expect(stderr).toMatch(/^✗ /)
})

test("show of a step that has shown nothing is an error, exit code 1", async () => {
  const { code, stdout } = await call(room(), ["show", "page", "--json"])
  expect(code).toBe(1)
  expect(jsonLines(stdout)).toMatchObject([{ kind: "error", code: 1, fix: expect.any(String) }])
})
