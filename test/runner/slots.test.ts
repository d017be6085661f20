import { expect, it } from "vitest"
import { notebook } from "../../lib/notebook/notebook.ts"
import { federationOf, plain, roles, runIn, World } from "./world.ts"

it("gives a slot to the site that others link to before all others, and to those in their order", async () => {
  const world = new World()
  const queued = Promise.withResolvers<void>()
  const book = notebook({
    name: "test",
    title: "",
    roles,
    inputs: {},
    steps: [
      plain("a", "every site", {
        async apply({ site }) {
          world.applied.push(site.name)
          // The first leaf keeps the slot until the hub waits for it again.
          if (site.name === "leaf-1") await queued.promise
          world.set(`${site.name}/a`, "yes")
        },
      }),
      plain("b", "hub"),
    ],
  })
  const result = await runIn(world, book, federationOf(4), {
    parallel: 1,
    listeners: [
      (event) => {
        // What is missing joins the queue before the next turn of the event loop.
        if (event.type === "checked" && event.step === "b") setImmediate(queued.resolve)
      },
    ],
  })
  expect(result.code).toBe(0)
  expect(world.applied).toEqual(["hub", "leaf-1", "hub/b", "leaf-2", "leaf-3", "leaf-4"])
})
