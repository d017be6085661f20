/** Notebooks whose roles are not one hub and many others: two single sites with a link, and equal sites. */
import { describe, expect, it } from "vitest"
import type { Federation } from "../../lib/notebook/federation.ts"
import { type Notebook, notebook } from "../../lib/notebook/notebook.ts"
import type { Roles } from "../../lib/notebook/roles.ts"
import type { Step } from "../../lib/notebook/step.ts"
import { kinds, plain, runIn, World } from "./world.ts"

const book = (roles: Roles, ...steps: Step[]): Notebook =>
  notebook({ name: "test", title: "", roles, inputs: {}, steps })

const federation = (...sites: [name: string, role: string][]): Federation => ({
  name: "test",
  values: {},
  sites: sites.map(([name, role]) => ({ name, role })),
  origins: {},
})

describe("a link", () => {
  const joined = (peers: string[]) => [
    plain("open", "every site"),
    plain("connect", "link", {
      needs: ["open"],
      apply: (c) => {
        peers.push(`${c.site.name} to ${c.peer.name}`)
        c.world.applied.push("connect")
        c.world.set(`${c.site.name}/connect`, "yes")
      },
    }),
  ]

  it("of two roles with one site each runs once, at the second, after both ends", async () => {
    const peers: string[] = []
    const world = new World()
    const steps = joined(peers)
    const result = await runIn(
      world,
      book({ primary: "one", standby: "one" }, ...steps),
      federation(["primary", "primary"], ["standby", "standby"]),
    )
    expect(kinds(result)).toEqual({
      "primary/open": "applied",
      "standby/open": "applied",
      "standby/connect": "applied",
    })
    expect(peers).toEqual(["standby to primary"])
    expect(world.applied.at(-1)).toBe("connect")
  })

  it("waits for the end that is slower, whichever role is first", async () => {
    const peers: string[] = []
    const steps = joined(peers)
    const order: string[] = []
    const slow = plain("open", "every site", {
      apply: async (c) => {
        if (c.site.role === "hub") await new Promise((resolve) => setTimeout(resolve, 20))
        order.push(c.site.name)
        c.world.set(`${c.site.name}/open`, "yes")
      },
    })
    const roles = { leaf: "many", hub: "one" } as const
    const sites = federation(["leaf-1", "leaf"], ["leaf-2", "leaf"], ["hub", "hub"])
    await runIn(new World(), book(roles, slow, steps[1]!), sites)
    expect(order.at(-1)).toBe("hub")
    expect(peers.toSorted()).toEqual(["leaf-1 to hub", "leaf-2 to hub"])
  })

  it.each<[string, Roles]>([
    ["two roles of many", { a: "many", b: "many" }],
    ["one role", { a: "many" }],
    ["three roles", { a: "one", b: "many", c: "one" }],
  ])("is refused where the roles do not say its ends: %s", (_, roles) => {
    expect(() => book(roles, plain("connect", "link"))).toThrow(
      /^step connect is on "link", which joins two roles, at least one of them with one site, but the roles are a \(\w+\).*: use "every site" or a role$/,
    )
  })
})

describe("sites that are all equal", () => {
  it.each<[string, Roles, [string, string][]]>([
    [
      "one role of many",
      { member: "many" },
      [
        ["member-1", "member"],
        ["member-2", "member"],
        ["member-3", "member"],
      ],
    ],
    [
      "several roles of many",
      { east: "many", west: "many" },
      [
        ["east-1", "east"],
        ["west-1", "west"],
        ["west-2", "west"],
      ],
    ],
  ])("run side by side, the federation last: %s", async (_, roles, sites) => {
    const steps = [
      plain("open", "every site"),
      plain("serve", "every site", { needs: ["open"] }),
      plain("all", "federation", { needs: ["serve"] }),
    ]
    const world = new World()
    const result = await runIn(world, book(roles, ...steps), federation(...sites))
    expect(result.code).toBe(0)
    expect(world.applied).toHaveLength(7)
    expect(world.applied.at(-1)).toBe("all")
  })
})
