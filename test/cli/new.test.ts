/** `new` without a folder, on a terminal. What it writes is tested in test/e2e/new.test.ts. */
import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { main } from "../../lib/cli/main.ts"
import { mirrors } from "../example/notebook.ts"
import { io, room } from "./world.ts"

test("asks for the folder; an invalid name is asked for again", async () => {
  const cwd = room()
  const world = io(cwd, { terminal: true })
  world.answer(
    [/Folder of the notebook/, "My Pages\r"],
    [/lower-case letters, digits and -/, "\u0015my-pages\r"],
  )
  expect(await main(mirrors, ["new"], world.io)).toBe(0)
  expect(readdirSync(cwd)).toEqual(["my-pages"])
  expect(existsSync(join(cwd, "my-pages/notebook.test.js"))).toBe(true)
  expect(world.stdout()).toContain("cd my-pages")
})

test("asks nothing if the folder is given", async () => {
  const cwd = room()
  const world = io(cwd, { terminal: true })
  expect(await main(mirrors, ["new", "deep/my-pages"], world.io)).toBe(0)
  expect(world.stdout()).not.toContain("?")
  expect(readdirSync(join(cwd, "deep"))).toEqual(["my-pages"])
})
