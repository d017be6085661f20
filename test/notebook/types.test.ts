/**
 * What the compiler finds in a notebook: each `@ts-expect-error` is a mistake that `tsc` has to refuse, and the notebook
 * refuses the same when it loads.
 */
import { describe, expect, it } from "vitest"
import { ready } from "../../lib/notebook/check-result.ts"
import * as input from "../../lib/notebook/inputs.ts"
import { notebook } from "../../lib/notebook/notebook.ts"
import { type Step, step } from "../../lib/notebook/step.ts"
import { everySite, value } from "../../lib/notebook/value.ts"
import { stepsFor } from "../../lib/steps-for.ts"
import type { StepContext } from "../../lib/tools.ts"

const roles = { hub: "one", spoke: "many" } as const
const inputs = {
  text: input.text({ default: "Hello", help: "" }),
  project: input.name({ per: "site", required: true, help: "" }),
}
const base = { name: "test", title: "", roles, inputs }
const rest = { title: "", prose: "", check: () => ready("yes") }
const typed = stepsFor({ roles, inputs })

const project = typed({ id: "project", on: "every site", ...rest })
const address = value("address")
const publish = typed({ id: "publish", on: "hub", needs: ["project"], provides: [address], ...rest })
const greet = typed({ id: "greet", on: "spoke", needs: ["publish"], reads: [address], ...rest })

describe("a notebook's steps", () => {
  it("are taken with the roles, scopes, steps, inputs and values that exist", () => {
    const all = typed({
      id: "all",
      on: "federation",
      needs: ["greet"],
      feeds: "greet",
      inputs: ["text", "project"],
      ...rest,
    })
    const plain = step({ id: "plain", on: "link", needs: ["project"], reads: [], ...rest })
    expect(notebook({ ...base, steps: [project, publish, greet, all, plain] }).steps).toHaveLength(5)
    expect(notebook({ ...base, steps: [] }).steps).toEqual([])
  })

  it("have a role or a scope as `on`", () => {
    // @ts-expect-error "hubb" is neither
    const wrong = typed({ id: "wrong", on: "hubb", ...rest })
    const message = 'step wrong is on "hubb", which is not a role of the notebook'
    expect(() => notebook({ ...base, steps: [wrong as Step] })).toThrow(message)
    const plain = step({ id: "wrong", on: "hubb", ...rest })
    // @ts-expect-error the sentence above
    expect(() => notebook({ ...base, steps: [project, plain] })).toThrow(message)
  })

  it("need and feed steps of the notebook", () => {
    const needs = typed({ id: "wrong", on: "hub", needs: ["projekt"], ...rest })
    const feeds = typed({ id: "wrong", on: "hub", feeds: "projekt", ...rest })
    const message = "step wrong needs projekt, which is not a step of the notebook"
    // @ts-expect-error the sentence above
    expect(() => notebook({ ...base, steps: [project, needs] })).toThrow(message)
    // @ts-expect-error the same sentence
    expect(() => notebook({ ...base, steps: [project, feeds] })).toThrow(message)
  })

  it("have inputs of the notebook", () => {
    // @ts-expect-error "txt" is none
    const wrong = typed({ id: "wrong", on: "hub", inputs: ["txt"], ...rest })
    const message = "step wrong has the input txt, which is not one of the notebook"
    expect(() => notebook({ ...base, steps: [wrong as Step] })).toThrow(message)
    const plain = step({ id: "wrong", on: "hub", inputs: ["txt"], ...rest })
    // @ts-expect-error the sentence above
    expect(() => notebook({ ...base, steps: [plain] })).toThrow(message)
  })

  it("read values that another step provides, and need that step", () => {
    const loner = typed({ id: "loner", on: "spoke", needs: [], reads: [address], ...rest })
    // @ts-expect-error as the next
    expect(() => notebook({ ...base, steps: [project, publish, loner] })).toThrow("does not need publish")
    const lone = typed({ id: "lone", on: "spoke", needs: ["project"], reads: [address], ...rest })
    // @ts-expect-error step lone reads the value address, which no step provides
    expect(() => notebook({ ...base, steps: [project, lone] })).toThrow(
      "step lone reads the value address, which no step provides",
    )
    // @ts-expect-error step lone reads the value address and has to need publish, which provides it
    expect(() => notebook({ ...base, steps: [project, publish, lone] })).toThrow(
      "step lone reads the value address, but does not need publish, which provides it",
    )
    const all = typed({ id: "all", on: "spoke", needs: ["publish"], reads: [everySite(address)], ...rest })
    expect(notebook({ ...base, steps: [project, publish, all] }).steps).toHaveLength(3)
  })

  it("may have names that are only known when the notebook loads", () => {
    const ids: string[] = ["project"]
    const late = step({ id: "late", on: "hub", needs: ids, ...rest })
    const explicit = step<StepContext>({ id: "explicit", on: "hubb", ...rest })
    const count = value<number>("count")
    const counts = typed({ id: "counts", on: "hub", reads: [count], ...rest })
    expect(notebook({ ...base, steps: [project, late] }).steps).toHaveLength(2)
    expect(() => notebook({ ...base, steps: [explicit] })).toThrow('on "hubb"')
    expect(() => notebook({ ...base, steps: [counts] })).toThrow("reads the value count")
    const provider = step<StepContext>({ id: "provider", on: "hub", provides: [address], ...rest })
    const reader = typed({ id: "reader", on: "hub", needs: ["provider"], reads: [address], ...rest })
    expect(notebook({ ...base, steps: [provider, reader] }).steps).toHaveLength(2)
    const list: Step[] = [late]
    expect(() => notebook({ ...base, steps: list })).toThrow("step late needs project")
  })

  it("have contexts of the notebook's inputs and of their values", () => {
    const ports = value<number[]>("ports")
    const used = typed({
      ...rest,
      id: "used",
      on: "hub",
      provides: [address, ports],
      check: (context) => {
        const { site, inputs, provide } = context
        const texts: string[] = [site.project, inputs.text, context.value(address)]
        const numbers: number[] = context.values(ports).flatMap(({ value }) => value)
        // @ts-expect-error there is no such input
        texts.push(site.projekt)
        provide(ports, numbers)
        // @ts-expect-error a text is no number
        provide(ports, ["1"])
        // @ts-expect-error a number is no text
        provide(address, 1)
        return ready(texts.join())
      },
    })
    expect(used.id).toBe("used")
  })
})
