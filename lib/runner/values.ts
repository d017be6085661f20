import { randomUUID } from "node:crypto"
import { rmSync } from "node:fs"
import { isDeepStrictEqual } from "node:util"
import { blocked, CheckError } from "../notebook/check-result.ts"
import { RunbookError } from "../notebook/errors.ts"
import type { Federation } from "../notebook/federation.ts"
import type { Notebook } from "../notebook/notebook.ts"
import { CROSSING_KINDS } from "../notebook/parties.ts"
import type { Site } from "../notebook/roles.ts"
import type { Redactor } from "../notebook/secrets.ts"
import type { Step } from "../notebook/step.ts"
import type { Value } from "../notebook/value.ts"
import { type At, type Emit, type Event, type Outcome, placeName } from "./events.ts"
import type { Cell } from "./graph.ts"
import type { KeptValue, KeptValues } from "./journal-memory.ts"
import { type OutcomeDraft, outcomeDraft } from "./outcomes.ts"
import { readSecret, type Secret, writeSecret } from "./secret-file.ts"
import type { State } from "./state.ts"
import { sourcesOf, type ValueSource } from "./value-sources.ts"

/** A shorter secret cannot be redacted: see {@link Redactor}. */
const SHORTEST_SECRET = 6

export interface ValuesOptions {
  readonly notebook: Notebook
  readonly federation: Federation
  readonly state: Pick<State, "journal" | "privateFile">
  readonly redactor: Redactor
  /** A run keeps what is provided. A plan and a preview only remember it for themselves. */
  readonly keep: boolean
  readonly outcome: (at: At) => Outcome | undefined
  /** The command that runs a step. */
  readonly command: (at: At, flags?: string) => string
}

/** The values that steps hand to later steps: in the journal, the secret ones in private files. */
export class Values {
  readonly #options: ValuesOptions
  /** What a plan or a preview has been provided with. */
  readonly #own = new Map<string, Map<string, KeptValue>>()
  readonly #ownSecrets = new Map<string, Secret>()

  constructor(options: ValuesOptions) {
    this.#options = options
    if (!options.keep) {
      for (const [place, values] of options.state.journal.memory.values) this.#own.set(place, new Map(values))
    }
    // Outputs of other steps must not show them either.
    for (const [place, values] of this.kept) for (const name of values.keys()) this.#secret(place, name)
  }

  /** By place and name. */
  get kept(): KeptValues {
    return this.#options.keep ? this.#options.state.journal.memory.values : this.#own
  }

  /** Keeps a value that a step provides, unless it is what is kept already. */
  provide(cell: Cell, { name }: Value, content: unknown, emit: Emit): void {
    const declared = cell.step.provides?.find((value) => value.name === name)
    if (declared === undefined)
      throw new Error(`step ${cell.step.id} provides the value ${name}, which is not in its \`provides\``)
    const event = declared.secret
      ? this.#newSecret(cell, name, content)
      : this.#newContent(cell, declared, content)
    if (event === undefined) return
    if (this.#options.keep) {
      emit(event)
      return
    }
    const values = this.#own.get(cell.key) ?? new Map<string, KeptValue>()
    this.#own.set(cell.key, values.set(name, event))
  }

  /** As `BaseContext.value`. */
  read(cell: Cell, value: Value, site: Site | undefined): unknown {
    const { step, sites } = this.#source(cell, value)
    return this.#present(step, chosen(cell, { step, sites, value }, site), value)
  }

  /** As `BaseContext.values`. */
  readAll(cell: Cell, value: Value): { site: Site; value: unknown }[] {
    const { step, sites, value: declared } = this.#source(cell, value)
    if (cell.site !== undefined && declared.at === undefined && sites.includes(cell.site))
      throw new Error(
        `step ${cell.step.id} reads the value ${value.name} of every site, but waits only for its own: put everySite(${value.name}) into its \`reads\``,
      )
    return sites.flatMap((site) => {
      if (site === undefined)
        throw new Error(`step ${step.id}, which provides ${value.name}, has no site: read it with value()`)
      const outcome = this.#options.outcome({ step: step.id, site: site.name })
      const failed = outcome?.ok === false || outcome?.because === "another party"
      if (failed && this.#content(step, site, value) === undefined) return []
      return [{ site, value: this.#present(step, site, value) }]
    })
  }

  /** The failure of a step that is ready and has not provided all of its values; nothing where it has. */
  unprovided(cell: Cell): OutcomeDraft | undefined {
    const lacking = (cell.step.provides ?? []).filter(
      (value) => this.#content(cell.step, cell.site, value) === undefined,
    )
    if (lacking.length === 0) return undefined
    const names = lacking.map(({ name }) => name).join(", ")
    return outcomeDraft("failed", `it is ready, but has not provided the value ${names}`, {
      root: cell.key,
      code: "value",
      ...(cell.step.rerun === undefined
        ? { fix: "the step's `check` has to provide it too" }
        : {
            fix: "run the step again",
            next: this.#options.command(cell.at, " --rerun"),
          }),
    })
  }

  /** The failure of another party's step whose message was accepted, but whose values are no longer here; nothing otherwise. */
  missingFrom(cell: Cell): OutcomeDraft | undefined {
    const { parties } = this.#options.notebook
    const crossing = CROSSING_KINDS.flatMap((kind) => parties?.[kind]?.values ?? [])
    const lacking = (cell.step.provides ?? []).filter(
      (value) =>
        crossing.some(({ name }) => name === value.name) &&
        this.#content(cell.step, cell.site, value) === undefined,
    )
    if (lacking.length === 0) return undefined
    return outcomeDraft(
      "failed",
      `the value ${lacking.map(({ name }) => name).join(", ")} of ${cell.party} is gone from this folder`,
      {
        root: cell.key,
        code: "value",
        fix: "accept the file that it came with again, or ask for it again",
      },
    )
  }

  /** Removes the files of secrets that steps have provided: those steps are about to be undone, here and at a site. */
  removeSecrets(steps: readonly string[], site: Site | undefined): void {
    const { privateFile } = this.#options.state
    for (const step of steps) {
      for (const at of [{ step }, { step, site: site?.name }]) {
        for (const [name, kept] of this.kept.get(placeName(at)) ?? [])
          if ("revision" in kept) rmSync(privateFile(...fileOfSecret(at.site, name)), { force: true })
      }
    }
  }

  #newContent(cell: Cell, value: Value, content: unknown): Provided | undefined {
    const { redactor } = this.#options
    const text = JSON.stringify(content) as string | undefined
    const plain: unknown = text === undefined ? undefined : JSON.parse(text)
    const what = `the value ${value.name} of step ${cell.step.id}`
    if (text === undefined || !isDeepStrictEqual(plain, content))
      throw new Error(
        `${what} has to be what JSON can hold: text, numbers, true, false, null, lists and objects`,
      )
    if (redactor.text(text) !== text)
      throw new RunbookError(`${what} contains a secret`, {
        fix: `declare it with value("${value.name}", { secret: true }); if only a part of it is secret, provide the rest alone`,
      })
    const before = this.#content(cell.step, cell.site, value)
    if (before !== undefined && isDeepStrictEqual(before.content, plain)) return undefined
    return { type: "value", name: value.name, value: plain, ...cell.at }
  }

  #newSecret(cell: Cell, name: string, content: unknown): Provided | undefined {
    const { redactor, state, keep } = this.#options
    if (typeof content !== "string" || content.trim().length < SHORTEST_SECRET)
      throw new Error(
        `the value ${name} of step ${cell.step.id} is secret, so it has to be a text of at least ${SHORTEST_SECRET} characters: a shorter one could not be redacted`,
      )
    redactor.add(content)
    const kept = this.kept.get(cell.key)?.get(name)
    const before = this.#secret(cell.key, name)
    // A killed run may have written the file and not its line: then they are of two revisions.
    const isKept = kept !== undefined && "revision" in kept && kept.revision === before?.revision
    if (isKept && before?.content === content) return undefined
    const secret: Secret = { revision: randomUUID().slice(0, 8), content }
    if (keep) writeSecret(state.privateFile(...fileOfSecret(cell.at.site, name)), secret)
    else this.#ownSecrets.set(`${cell.key} ${name}`, secret)
    return { type: "value", name, revision: secret.revision, ...cell.at }
  }

  /** Where a cell has a value from. */
  #source(cell: Cell, { name }: Value): ValueSource {
    const { notebook, federation } = this.#options
    const source = sourcesOf(notebook, federation, cell).find(({ value }) => value.name === name)
    if (source === undefined)
      throw new Error(`step ${cell.step.id} reads the value ${name}, which is not in its \`reads\``)
    return source
  }

  #present(step: Step, site: Site | undefined, value: Value): unknown {
    const found = this.#content(step, site, value)
    if (found !== undefined) return found.content
    const at = { step: step.id, ...(site !== undefined && { site: site.name }) }
    throw new CheckError(
      blocked(`it reads the value ${value.name}, which ${placeName(at)} has not provided`, {
        code: "value",
        fix: "run that step first",
        next: this.#options.command(at),
      }),
    )
  }

  #content(step: Step, site: Site | undefined, value: Value): { readonly content: unknown } | undefined {
    const place = placeName({ step: step.id, site: site?.name })
    const kept = this.kept.get(place)?.get(value.name)
    if (kept === undefined || "revision" in kept !== value.secret) return undefined
    if ("value" in kept) return { content: kept.value }
    return this.#secret(place, value.name)
  }

  /** A kept secret; nothing where the file is gone. */
  #secret(place: string, name: string): Secret | undefined {
    const kept = this.kept.get(place)?.get(name)
    if (kept === undefined || !("revision" in kept)) return undefined
    const own = this.#ownSecrets.get(`${place} ${name}`)
    const secret = own ?? readSecret(this.#options.state.privateFile(...fileOfSecret(kept.site, name)))
    this.#options.redactor.add(secret?.content)
    return secret
  }
}

type Provided = Extract<Event, { type: "value" }>

/** The private file of a secret value: at its site, or of the whole federation. */
export const fileOfSecret = (site: string | undefined, name: string): [site: string, name: string] => [
  site ?? "federation",
  `value-${name}`,
]

/** The site whose value is meant. */
function chosen({ step: reader, site: own }: Cell, { step, sites, value }: ValueSource, site?: Site) {
  const reads = `step ${reader.id} reads the value ${value.name}`
  if (site !== undefined) {
    const found = sites.find((one) => one?.name === site.name)
    if (found !== undefined) return found
    throw new Error(
      sites.length === 1 && sites[0] === undefined
        ? `${reads} of ${site.name}, but ${step.id} has no site`
        : `${reads} of ${site.name}, but does not wait for ${step.id} there: put everySite(${value.name}) into its \`reads\``,
    )
  }
  if (sites.length === 1) return sites[0]
  if (own !== undefined && sites.includes(own)) return own
  throw new Error(
    sites.length === 0
      ? `${reads}, but ${step.id} runs at no site`
      : `${reads} of ${sites.length} sites: give the site, or read all with values()`,
  )
}
