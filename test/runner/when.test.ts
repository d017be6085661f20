/** A step with `when` is part of the notebook only where the inputs ask for it. */
import { describe, expect, test } from "vitest"
import { input, notebook, ready, step } from "../../lib/index.ts"
import { buildGraph } from "../../lib/runner/graph.ts"

const book = notebook({
  name: "greetings",
  title: "Greetings",
  roles: { hub: "one", spoke: "many" },
  inputs: {
    seal: input.choice(["on", "off"], { help: "Seals greetings", default: "off" }),
    loud: input.flag({ per: "site", help: "Shouts", default: false }),
  },
  steps: [
    step({ id: "wax", title: "Wax", on: "hub", when: { seal: "on" }, prose: "", check: () => ready("wax") }),
    step({
      id: "shout",
      title: "Shout",
      on: "spoke",
      needs: ["wax"],
      when: { loud: true, seal: ["on", "off"] },
      prose: "",
      check: () => ready("heard"),
    }),
  ],
})

const federation = (seal: "on" | "off", loud: boolean) => ({
  name: "f",
  values: { seal },
  sites: [
    { name: "hub", role: "hub", loud: false },
    { name: "spoke-1", role: "spoke", loud },
    { name: "spoke-2", role: "spoke", loud: true },
  ],
  origins: {},
})

describe("when", () => {
  test("by federation and by site", () => {
    const cells = (seal: "on" | "off", loud: boolean) =>
      buildGraph(book, federation(seal, loud)).cells.map(({ key }) => key)
    expect(cells("on", true)).toEqual(["hub/wax", "spoke-1/shout", "spoke-2/shout"])
    expect(cells("off", false)).toEqual(["spoke-2/shout"])
  })

  test("nothing waits for a step that is left out", () => {
    const graph = buildGraph(book, federation("off", true))
    expect(graph.needs(graph.cells[0]!)).toEqual([])
  })

  test("an input that the notebook does not have is refused", () => {
    const wrong = step({
      id: "wax",
      title: "Wax",
      on: "here",
      when: { sael: "on" },
      prose: "",
      check: () => ready(""),
    })
    expect(() =>
      notebook({ name: "g", title: "G", roles: { hub: "one" }, inputs: {}, steps: [wrong] }),
    ).toThrow("step wax has the input sael, which is not one of the notebook")
  })
})
