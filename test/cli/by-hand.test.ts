/** What a walk with `--by-hand` shows for a step that has no commands by hand of its own: those that a run would run. */
import { existsSync, mkdirSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { commandsOf } from "../../lib/cli/walk/cell-commands.ts"
import { openWalkFederation } from "../../lib/cli/walk/opening.ts"
import { Session } from "../../lib/cli/walk/session.ts"
import { mirrors } from "../example/notebook.ts"
import { io, room, walkCall } from "./world.ts"

const step = (id: string) => mirrors.steps.find((one) => one.id === id)!

test("the preview of its commands, with the kubeconfig of its site; nothing is run or written", async () => {
  const at = room()
  mkdirSync(join(at, "o"))
  const world = io(at, { terminal: true })
  const call = walkCall(world, ["--by-hand", "--original", `folder=${at}/o`, "--mirror", `folder=${at}/m1`])
  const opening = await openWalkFederation(call)
  if (opening.practise) throw new Error("practice was chosen")
  const session = await Session.open(call, opening.opened, false)
  try {
    const page = await session.plan({ only: ["page"] })
    expect(await commandsOf(session, step("page"), page, true)).toEqual([
      {
        site: "original",
        lines: [
          expect.stringMatching(/^export KUBECONFIG=.*\/kubeconfigs\/original$/),
          `tee ${at}/o/index.html`,
        ],
      },
    ])
    // A run shows the same commands, and no kubeconfig, for it sets that itself.
    expect(await commandsOf(session, step("page"), page, false)).toEqual([
      { site: "original", lines: [`tee ${at}/o/index.html`] },
    ])
    // What waits for other steps is shown only to whoever types it.
    const copy = await session.plan({ only: ["copy"] })
    expect((await commandsOf(session, step("copy"), copy, true)).map(({ site }) => site)).toEqual([
      "mirror-1",
    ])
    expect(await commandsOf(session, step("copy"), copy, false)).toEqual([])
  } finally {
    await session.close()
  }
  expect(existsSync(join(at, "o", "index.html"))).toBe(false)
  expect(existsSync(join(at, "state"))).toBe(false)
})
