/** What practice leaves out says so: in the stand-in, and on the API server for a real kubectl. */
import { expect, test } from "vitest"
import { unavailable } from "../../../lib/practice/commands/oc/unavailable.ts"
import { said } from "../../conformance/normal.ts"
import { openPractice } from "../../conformance/practice-world.ts"
import { openScene } from "../../conformance/scene.ts"
import { pod } from "../../conformance/things.ts"

test("exec, attach and debug on the API server", async () => {
  const world = await openPractice()
  try {
    const { admin, core } = await openScene(world)
    await admin.post(`${core}/pods`, pod("a"))
    const refused = "400 BadRequest practice pods cannot run commands"
    expect(said(await admin.post(`${core}/pods/a/exec?command=ls`))).toBe(refused)
    expect(said(await admin.post(`${core}/pods/a/attach`))).toBe(refused)
    expect(said(await admin.strategic(`${core}/pods/a/ephemeralcontainers`, {}))).toBe(refused)
    expect(said(await admin.post(`${core}/pods/b/exec`))).toBe('404 NotFound pods "b" not found')
  } finally {
    await world.close()
  }
})

test.each(["exec", "rsh", "attach", "debug"])("oc %s", async (name) => {
  const command = unavailable(name)!
  await expect(command.run(undefined as never)).rejects.toThrow("error: practice pods cannot run commands")
})
