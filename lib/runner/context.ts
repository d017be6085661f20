import type { CheckedObject } from "../notebook/check-result.ts"
import type { Federation } from "../notebook/federation.ts"
import type { Site } from "../notebook/roles.ts"
import type { BaseContext } from "../notebook/step.ts"
import type { Value } from "../notebook/value.ts"
import type { Emit, Outcome } from "./events.ts"
import type { Cell, Graph } from "./graph.ts"
import type { Period } from "./journal-memory.ts"
import type { Values } from "./values.ts"

/** What the contexts of one run share. */
export interface ContextSource {
  /** The notebook's name. */
  readonly notebook: string
  readonly federation: Federation
  readonly folder: string
  readonly graph: Graph
  readonly interactive: boolean
  /** It was named to be done again. */
  readonly rerun: (cell: Cell) => boolean
  /** An action started and did not end. */
  readonly interrupted: (cell: Cell) => boolean
  /** When an `apply`, not an `update`, started that did not end. */
  readonly interruptedApply: (cell: Cell) => Period | undefined
  /** Objects that this federation created, by UID. */
  readonly created: ReadonlyMap<string, CheckedObject>
  readonly outcome: (step: string, site?: string) => Outcome | undefined
  readonly secret: (value: string | undefined) => void
  /** As `Redactor.hash`. */
  readonly hash: (text: string) => string | undefined
  readonly values: Values
}

/** The context of one check, action or show: the base with the tools added. */
export function contextOf(
  source: ContextSource,
  cell: Cell,
  tools: object,
  signal: AbortSignal,
  emit: Emit,
): BaseContext {
  const { federation } = source
  const base: BaseContext = {
    get site(): Site {
      return present(
        cell.site,
        `step ${cell.step.id} is on ${JSON.stringify(cell.step.on)}, so it has no site`,
      )
    },
    get peer(): Site {
      return present(source.graph.peer(cell), `step ${cell.step.id} is not on "link", so it has no peer`)
    },
    sites: federation.sites,
    the: (role) =>
      present(
        federation.sites.find((site) => site.role === role),
        `the federation has no ${role}`,
      ),
    all: (role) => federation.sites.filter((site) => site.role === role),
    inputs: federation.values,
    notebook: source.notebook,
    federation: federation.name,
    folder: source.folder,
    signal,
    rerun: source.rerun(cell),
    applyInterrupted: source.interruptedApply(cell) !== undefined,
    applyPeriod: source.interruptedApply(cell),
    interactive: source.interactive,
    given: (input, site) => {
      const origin = federation.origins[site === undefined ? input : `${site}.${input}`]
      return origin !== undefined && origin !== "default"
    },
    placeOf: (input, site) => federation.places?.[site === undefined ? input : `${site}.${input}`],
    outcome: (step, site) => {
      const outcome = source.outcome(step, site)
      return (
        outcome && { ok: outcome.ok, theirs: outcome.because === "another party", reason: outcome.reason }
      )
    },
    provide: (value, content) => source.values.provide(cell, value, content, emit),
    value: <T>(value: Value<T>, site?: Site) => source.values.read(cell, value, site) as T,
    values: <T>(value: Value<T>) => source.values.readAll(cell, value) as { site: Site; value: T }[],
    note: (text) => emit({ type: "note", text, ...cell.at }),
    recordWrite: (what, text) => {
      const hash = source.hash(text)
      emit({ type: "written", what, ...(hash !== undefined && { sha256: hash }), ...cell.at })
    },
    created: source.created,
    recordCreated: ({ uid, ...object }) => {
      if (uid !== undefined && !source.created.has(uid))
        emit({ type: "created", object: { ...object, uid }, ...cell.at })
    },
    secret: source.secret,
  }
  return Object.defineProperties(base, Object.getOwnPropertyDescriptors(tools))
}

function present<T>(value: T | undefined, otherwise: string): T {
  if (value === undefined) throw new Error(otherwise)
  return value
}
