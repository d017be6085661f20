import { expect, test } from "vitest"
import { parse } from "yaml"
import { main } from "../../lib/cli/main.ts"
import { blocked, notebook, step } from "../../lib/index.ts"
import { io, room } from "./world.ts"

const SECRET = "sha256~a-token-that-nobody-has-read"

const book = notebook({
  name: "warns",
  title: "Warns",
  roles: {},
  inputs: {},
  steps: [
    step({
      id: "warn",
      title: "Warn",
      on: "here",
      prose: "",
      check: () => {
        // As a library would that reads a file of the user's: the warning quotes the line.
        parse(`user:\n  token: !vault ${SECRET}\n`)
        process.emitWarning("the disk is nearly full\u009b31m")
        return blocked("looked", { fix: "look again" })
      },
    }),
  ],
})

test("a library's warning is told without what it quotes, on our own stream", async () => {
  const screen = io(room())
  const before = process.listeners("warning")
  await main(book, ["plan"], { ...screen.io })
  expect(screen.stderr()).toContain("warning: the disk is nearly full\n")
  expect(screen.stderr()).toMatch(/^warning: YAMLWarning: Unresolved tag: !vault/m)
  expect(screen.raw()).not.toContain(SECRET)
  expect(process.listeners("warning")).toEqual(before)
})
