import type { CheckedSteps } from "./checked-steps.ts"
import type { DoctorCheck } from "./doctor-check.ts"
import type { Federation } from "./federation.ts"
import { camel, type InputTable } from "./inputs.ts"
import { assertParties, type Parties } from "./parties.ts"
import { refuse } from "./refusal.ts"
import type { ReportFacts, ReportSection } from "./report-section.ts"
import { assertFreeNames } from "./reserved-flags.ts"
import { linkRoles, type Roles, SCOPES, type Site } from "./roles.ts"
import type { Step } from "./step.ts"
import type { Value } from "./value.ts"

/** An ordered list of steps with their prose, roles and inputs. */
export interface Notebook {
  /**
   * Also the program's name (`my-notebook`), the prefix of its variables (`MY_NOTEBOOK_*`) and, on clusters, the field
   * manager of what it applies and the value of the label `app.kubernetes.io/managed-by`.
   */
  readonly name: string
  readonly title: string
  readonly roles: Roles
  readonly inputs: InputTable
  readonly steps: readonly Step[]
  /** Variables that every command of its steps gets, and the shell that the walk opens. */
  readonly environment?: Readonly<Record<string, string>>
  /** The same roles and inputs, with steps that delete what the notebook created, in reverse order. */
  readonly teardown?: Notebook
  /** Cross-checks of resolved inputs (versions agree, both or neither): one sentence with its fix for each. */
  validate?(federation: Federation): Problem[]
  /** What whoever approves a plan has to know: sentences that every plan with something to do ends with. */
  notices?(federation: Federation): readonly string[]
  /** What would make the work easier, if anything would: said by a plan and at the end of a run. */
  hints?(federation: Federation): readonly string[]
  /**
   * Inputs that count as missing because nothing can be asked later (a browser login without a valid session). Called
   * only where the program does not ask, for the selected sites.
   */
  missing?(
    sites: readonly Site[],
    tools: MissingTools,
  ): readonly MissingInput[] | Promise<readonly MissingInput[]>
  /** The flag with which practice clusters run real software in their pods; `Program.practiceVariant` says which. */
  readonly practiceFlag?: { readonly name: string; readonly help: string }
  /**
   * Whether these inputs have the steps make their changes by requests alone, without a process for each. Then more actions run at
   * once, and the `show` of a step at a site, which runs commands, only where `--show` asks for it.
   */
  withoutCommands?(values: Readonly<Record<string, unknown>>): boolean
  /**
   * Where runs from different folders and machines notice each other: while a run applies something, it holds a Lease in the
   * project of this role's site, named after notebook and federation.
   */
  readonly lease?: LeasePlace
  /** What parties that share no credentials hand each other, for a federation whose sites belong to several of them. */
  readonly parties?: Parties
  /** Sites can belong to other parties: set by `notebook`, also for its teardown. */
  readonly hasParties?: true
  /** Checks that `doctor` runs beside its own. */
  readonly doctor?: readonly DoctorCheck[]
  /** Sections that its reports have beside those of every notebook. */
  sections?(facts: ReportFacts): readonly ReportSection[]
}

export interface LeasePlace {
  /** A role that has one site. */
  readonly role: string
  /** The input of that site that names the namespace. */
  readonly namespace: string
  /** The step that makes the namespace usable: before it, the Lease is not taken. */
  readonly after?: string
  /** The step that ends the site's session: before it, the Lease is released. */
  readonly until?: string
}

export interface MissingTools {
  /** Whether the site's own kubeconfig holds a session that the server accepts now. */
  hasSession(site: Site, server: string): Promise<boolean>
}

/** An input that has to be given, and why its present value is not enough. */
export interface MissingInput {
  readonly site?: string
  readonly input: string
  readonly why: string
}

/** What is wrong with the inputs, before anything runs. */
export interface Problem {
  what: string
  fix: string
}

/**
 * Declares a notebook. The compiler finds a misspelt `on`, `needs`, `feeds`, `inputs` or value in its steps where the names
 * are written out (`step({ … })` without a type parameter, `stepsFor`); all of them are checked again here.
 * @throws UsageError naming the step: unknown needs, feeds, inputs, values or scope, an id used twice, a cycle, needs that stand
 *   later, a value read without needing the step that provides it; a name that already means something else
 */
export function notebook<const R extends Roles, const I extends InputTable, const S extends readonly Step[]>(
  definition: Omit<Notebook, "roles" | "inputs" | "steps"> & {
    readonly roles: R
    readonly inputs: I
    readonly steps: S & CheckedSteps<S[number], keyof R & string, keyof I & string>
  },
): Notebook {
  assertFreeNames(definition)
  const ids = new Set<string>()
  for (const step of definition.steps) {
    if (ids.has(step.id)) refuse(`step ${step.id} is declared twice`)
    ids.add(step.id)
  }
  for (const step of definition.steps) {
    if (step.update === true && step.apply === undefined) {
      refuse(`step ${step.id} has update: true, but no apply`)
    }
    if (!(SCOPES as readonly string[]).includes(step.on) && definition.roles[step.on] === undefined) {
      refuse(`step ${step.id} is on ${JSON.stringify(step.on)}, which is not a role of the notebook`)
    }
    if (step.on === "link" && linkRoles(definition.roles) === undefined) {
      const roles = Object.entries(definition.roles).map(([role, cardinality]) => `${role} (${cardinality})`)
      refuse(
        `step ${step.id} is on "link", which joins two roles, at least one of them with one site, but the roles are ${roles.join(", ")}: use "every site" or a role`,
      )
    }
    for (const need of [...(step.needs ?? []), ...(step.feeds === undefined ? [] : [step.feeds])]) {
      if (!ids.has(need)) refuse(`step ${step.id} needs ${need}, which is not a step of the notebook`)
    }
    for (const input of [...(step.inputs ?? []), ...Object.keys(step.when ?? {})]) {
      if (definition.inputs[input] === undefined)
        refuse(`step ${step.id} has the input ${input}, which is not one of the notebook`)
    }
  }
  for (const { id, on, side } of definition.steps) {
    if (side !== undefined && definition.roles[side] !== "one" && side !== on)
      refuse(`step ${id} has side ${JSON.stringify(side)}, which is not a role with one site`)
  }
  assertValues(definition.steps)
  refuseCycles(definition.steps)
  if (definition.parties !== undefined)
    assertParties(definition.parties, { ...definition, steps: definition.steps as readonly Step[] })
  const { roles, inputs } = definition
  const owned = definition.parties !== undefined && {
    hasParties: true as const,
    ...(definition.teardown && {
      teardown: Object.freeze({ ...definition.teardown, hasParties: true as const }),
    }),
  }
  return Object.freeze({ ...definition, ...owned, roles: bare(roles), inputs: bare(inputs) }) as Notebook
}

/** A table that has its own names only: a file may well ask for `constructor`. */
const bare = <T extends object>(table: T): T => Object.assign(Object.create(null), table)

/** Each value has one step that provides it, and who reads it needs that step. */
function assertValues(steps: readonly Step[]): void {
  const provided = new Map<string, { readonly step: Step; readonly value: Value }>()
  for (const step of steps) {
    for (const value of step.provides ?? []) {
      const other = provided.get(value.name)
      if (other !== undefined)
        refuse(
          `the value ${value.name} is provided by ${other.step.id} and by ${step.id}: one step provides it`,
        )
      provided.set(value.name, { step, value })
    }
  }
  for (const step of steps) {
    for (const { name, secret } of step.reads ?? []) {
      const provider = provided.get(name)
      const reads = `step ${step.id} reads the value ${name}`
      if (provider === undefined)
        refuse(`${reads}, which no step provides: add it to the \`provides\` of the step that does`)
      if (step.needs?.includes(provider.step.id) !== true)
        refuse(
          `${reads}, but does not need ${provider.step.id}, which provides it: add that to its \`needs\``,
        )
      if (provider.value.secret !== secret)
        refuse(
          `${reads} as ${secret ? "a secret" : "no secret"}, but ${provider.step.id} provides it otherwise: declare it once`,
        )
    }
  }
}

function refuseCycles(steps: readonly Step[]): void {
  const seen = new Map<string, "open" | "closed">()
  const visit = (id: string, path: string[]): void => {
    if (seen.get(id) === "closed") return
    if (seen.get(id) === "open") refuse(`steps need each other: ${[...path, id].join(" → ")}`)
    seen.set(id, "open")
    for (const need of steps.find((step) => step.id === id)?.needs ?? []) visit(need, [...path, id])
    seen.set(id, "closed")
  }
  for (const step of steps) visit(step.id, [])
  const place = new Map(steps.map((step, index) => [step.id, index]))
  for (const step of steps) {
    for (const need of step.needs ?? []) {
      if (place.get(need)! > place.get(step.id)!)
        refuse(`step ${step.id} is listed before ${need}, which it needs`)
    }
  }
}

/** What a place without a site is called. */
export const placeless = ({ on }: Pick<Step, "on">): "here" | "federation" =>
  on === "here" ? "here" : "federation"

/** Whether the inputs ask for a step (its `when`), at a site or at all. */
export function isWanted({ when }: Step, { values }: Pick<Federation, "values">, site?: Site): boolean {
  return Object.entries(when ?? {}).every(([name, wanted]) => {
    const value = site?.[camel(name)] ?? values[camel(name)]
    return ([] as unknown[]).concat(wanted).includes(value)
  })
}

/** Whether a step applies to a site of this role (in this site's lane). */
export function appliesTo(notebook: Notebook, step: Step, site: Site): boolean {
  if (step.on === "every site") return true
  if (step.on === "link") return site.role === linkRoles(notebook.roles)?.from
  return step.on === site.role
}

/** The other party that runs a step: the owner of the site that it works on. */
export function ownerOf(
  step: Pick<Step, "side">,
  site: Site | undefined,
  { sites }: Pick<Federation, "sites">,
): string | undefined {
  const isOwn = step.side === undefined || step.side === site?.role
  return (isOwn ? site : sites.find(({ role }) => role === step.side))?.party
}
