import { expect, test } from "vitest"
import { Out } from "../../lib/cli/out.ts"
import { Redactor } from "../../lib/notebook/secrets.ts"
import { askText, createView, waitingFor } from "../../lib/terminal/index.ts"
import { io, room } from "./world.ts"

const SECRET = "hunter2-hunter2"

function opened() {
  const world = io(room(), { terminal: true })
  const redactor = new Redactor()
  redactor.add(SECRET)
  return { world, out: new Out(world.io, redactor) }
}

test("a text on either stream is redacted", () => {
  const { world, out } = opened()
  out.print(`it is ${SECRET}\n`)
  out.note(`not ${SECRET}\n`)
  expect(world.stdout()).toBe("it is ‹secret›\n")
  expect(world.stderr()).toBe("not ‹secret›\n")
})

test("so is what draws by itself: questions, spinners, views", async () => {
  const { world, out } = opened()
  const { stdin } = world.io
  world.answer([/Project/, "\r"])
  await askText({ message: `Project of ${SECRET}`, default: "mine" }, { stdin, stdout: out.stdout })
  Object.assign(world.io.stderr, { isTTY: true, cursorTo: () => true, clearLine: () => true })
  await waitingFor(`Waiting for ${SECRET}`, Promise.resolve(), out.stderr)
  const view = await createView({ kind: "json", stdout: out.stdout, stderr: out.stderr, titles: (id) => id })
  const at = { v: 2, t: "2026-01-01T00:00:00.000Z", run: "1", step: "a" } as const
  view.listener({ ...at, type: "note", text: SECRET })
  expect(world.stdout()).toMatch(/Project of ‹secret›[\s\S]*"text":"‹secret›"/)
  expect(world.stderr()).toContain("Waiting for ‹secret›")
  expect(world.stdout() + world.stderr()).not.toContain(SECRET)
})

test("released, the streams are as they were", () => {
  const world = io(room())
  const before = world.io.stdout.write
  const out = new Out(world.io, new Redactor())
  expect(world.io.stdout.write).not.toBe(before)
  out.release()
  expect(world.io.stdout.write).toBe(before)
})

test("a closed pipe ends nothing, another error does", () => {
  const world = io(room())
  new Out(world.io, new Redactor())
  const broken = (code: string) => () =>
    world.io.stdout.emit("error", Object.assign(new Error(code), { code }))
  expect(broken("EPIPE")).not.toThrow()
  expect(broken("ENOSPC")).toThrow("ENOSPC")
})
