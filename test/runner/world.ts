import { EventEmitter, once } from "node:events"
import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Federation } from "../../lib/notebook/federation.ts"
import type { Notebook } from "../../lib/notebook/notebook.ts"
import { Redactor } from "../../lib/notebook/secrets.ts"
import type { BaseContext, Step, StepDefinition } from "../../lib/notebook/step.ts"
import { step } from "../../lib/notebook/step.ts"
import type { Recorded } from "../../lib/runner/events.ts"
import { openState } from "../../lib/runner/open-state.ts"
import { run } from "../../lib/runner/run.ts"
import type { Toolbox } from "../../lib/runner/toolbox.ts"
import type { RunOptions, RunResult } from "../../lib/runner/types.ts"

/** A little world that steps read and write: facts by name, and a signal for each change. */
export class World {
  facts = new Map<string, string>()
  #changes = new EventEmitter().setMaxListeners(0)
  applied: string[] = []

  set(fact: string, value: string): void {
    this.facts.set(fact, value)
    this.#changes.emit("change")
  }

  toolbox(): Toolbox {
    return {
      open: () => ({ world: this }),
      observe: () => {
        let dirty = true
        const mark = () => {
          dirty = true
        }
        this.#changes.on("change", mark)
        return {
          tools: { world: this },
          changed: async (signal) => {
            if (!dirty) await once(this.#changes, "change", { signal }).catch(() => {})
            dirty = false
          },
          close: () => this.#changes.off("change", mark),
        }
      },
      close: async () => {},
    }
  }
}

export type Context = BaseContext & { world: World }
export const worldStep = (definition: StepDefinition<Context>): Step => step(definition)

/** A step that is ready once the fact `<site>/<id>` is "yes", and sets it. */
export const plain = (id: string, on: string, more: Partial<StepDefinition<Context>> = {}): Step => {
  const fact = (c: Context) => (on === "here" || on === "federation" ? id : `${c.site.name}/${id}`)
  return worldStep({
    id,
    title: id,
    on,
    prose: "",
    check: (c) =>
      c.world.facts.get(fact(c)) === "yes"
        ? { state: "ready", reason: "it exists" }
        : { state: "missing", reason: `no ${id}` },
    apply: (c) => {
      c.world.applied.push(fact(c))
      c.world.set(fact(c), "yes")
    },
    ...more,
  })
}

export const federationOf = (nodes: number, values: Record<string, unknown> = {}): Federation => ({
  name: "test",
  values,
  sites: [
    { name: "hub", role: "hub", address: "a" },
    ...Array.from({ length: nodes }, (_, n) => ({ name: `leaf-${n + 1}`, role: "leaf", address: `b${n}` })),
  ],
  origins: Object.fromEntries(Object.keys(values).map((key) => [key, "flag" as const])),
})

export const roles = { hub: "one", leaf: "many" } as const

export const folder = (): string => mkdtempSync(join(tmpdir(), "runner-"))

export async function runIn(
  world: World,
  notebook: Notebook,
  federation: Federation,
  more: Partial<RunOptions> & { folder?: string } = {},
): Promise<RunResult & { events: Recorded[]; folder: string }> {
  const at = more.folder ?? folder()
  const state = await openState(at, { command: "test" })
  const events: Recorded[] = []
  try {
    const result = await run({
      notebook,
      federation,
      state,
      toolbox: world.toolbox(),
      redactor: new Redactor(),
      selection: {},
      approval: "all",
      command: "test",
      version: "0",
      interactive: false,
      signal: new AbortController().signal,
      ...more,
      listeners: [(event) => events.push(event), ...(more.listeners ?? [])],
    })
    return { ...result, events, folder: at }
  } finally {
    await state.close()
  }
}

export const kinds = (result: RunResult): Record<string, string> =>
  Object.fromEntries(
    result.outcomes.map(({ step, site, outcome }) => [
      site === undefined ? step : `${site}/${step}`,
      outcome.kind,
    ]),
  )
