import { describe, expect, it } from "vitest"
import * as input from "../../lib/notebook/inputs.ts"
import { type Notebook, notebook } from "../../lib/notebook/notebook.ts"

const book = (more: Partial<Notebook>) =>
  notebook({ name: "test", title: "", roles: { hub: "one", spoke: "many" }, inputs: {}, steps: [], ...more })
const text = input.text({ help: "" })

describe("a notebook's roles and inputs", () => {
  it.each<[string, Partial<Notebook>, string]>([
    [
      "a role as a flag",
      { roles: { site: "many" } },
      "a role cannot be named site, because --site is a flag of the program: choose another name",
    ],
    [
      "a role whose sites are called as a flag",
      { roles: { fault: "many" } },
      "a role cannot be named fault (faults in the federation file), because --faults is a flag of the program: choose another name",
    ],
    [
      "a role as a scope",
      { roles: { here: "one" } },
      'a role cannot be named here, because on: "here" is a scope of steps: choose another name',
    ],
    [
      "an input as a flag",
      { inputs: { yes: text } },
      "an input cannot be named yes, because --yes is a flag of the program: choose another name",
    ],
    [
      "an input as a scope",
      { inputs: { link: text } },
      'an input cannot be named link, because on: "link" is a scope of steps: choose another name',
    ],
    [
      "an input as a role",
      { inputs: { hub: text } },
      "an input cannot be named hub, because hub is a role: choose another name",
    ],
    [
      "an input as the sites of a role",
      { inputs: { spokes: text } },
      "an input cannot be named spokes, because --spokes is the number of spokes: choose another name",
    ],
    [
      "an input as a property of a site",
      { inputs: { role: text } },
      "an input cannot be named role, because role is a property of every site: choose another name",
    ],
    [
      "an input as the practice flag",
      { inputs: { real: text }, practiceFlag: { name: "real", help: "" } },
      "an input cannot be named real, because --real is the practice flag: choose another name",
    ],
  ])("cannot be named: %s", (_, more, message) => expect(() => book(more)).toThrow(message))

  it("can be named otherwise, and a role of one as the plural of another", () => {
    expect(() => book({ roles: { fault: "one", spoke: "many" }, inputs: { sites: text } })).not.toThrow()
  })
})
