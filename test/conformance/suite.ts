/** Holds a server to the table. */
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { play, prepare } from "./play.ts"
import type { World } from "./scene.ts"
import { table } from "./table.ts"

/** The tests of all rows against one server. */
export const holdToTable = (open: () => Promise<World>): void => {
  let world: World
  beforeAll(async () => {
    world = await open()
    await prepare(world)
  }, 300_000)
  afterAll(() => world?.close(), 60_000)
  for (const { theme, rows } of table) {
    describe(theme, () => {
      for (const row of rows) {
        test(row.name, async () => {
          const { gives } = world.name === "practice" && row.practice ? row.practice : row
          expect(await play(row, world)).toEqual(gives)
        })
      }
    })
  }
}
