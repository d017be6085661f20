import type { Federation } from "./federation.ts"
import type { InputTable } from "./inputs.ts"
import { refuse } from "./refusal.ts"
import type { Roles } from "./roles.ts"
import type { Step } from "./step.ts"
import type { Value } from "./value.ts"

/** A file that one party gives to the other: see docs/parties.md. */
export type MessageKind = "request" | "approval" | "receipt" | "revocation"

/** A value as it stands in a message. `site`: of the party that joins, as it calls it; nothing: of the coordinator, or without a site. */
export interface CrossingValue {
  readonly step: string
  readonly site?: string
  readonly name: string
  readonly content: unknown
}

/** What a message of a notebook stands for: the steps that come before it on its sender's side. */
export interface CrossingMessage {
  /**
   * Steps of the sender's side. The message is made once all of them are ready; the other side's steps that need them wait
   * for it.
   */
  readonly steps: readonly string[]
  /**
   * What crosses: values that these steps provide. A secret one is sealed to the other side, which only an approval can be.
   * Every value that a step reads from the other side has to be in a message.
   */
  readonly values?: readonly Value[]
}

/**
 * Parties that share no credentials. One party owns the site of the coordinating role, the others own sites of other roles:
 * `party:` in the federation file says which. Each party runs the steps of its own sites; the others' steps are settled by
 * the messages that it has accepted.
 */
export interface Parties {
  /** The role whose owner admits the others. It has one site. */
  readonly coordinator: string
  /** From a party that wants to join. Its values are public. Without steps it holds the party's keys and wishes alone. */
  readonly request?: CrossingMessage
  /** From the coordinator, sealed to one party. */
  readonly approval: CrossingMessage
  /** From the party, once its side is ready. */
  readonly receipt: CrossingMessage
  /** Federation-wide inputs that have to be the same on both sides: the approval has them, and another value is refused. */
  readonly agree?: readonly string[]
  /** What an approval grants, as sentences for whoever is asked to approve it. */
  readonly grants?: readonly string[]
  /** What a revocation of a party cannot end, if there is anything, as a sentence: it is said before the revocation is approved. */
  readonly staysAfterRevoking?: (
    federation: Pick<Federation, "values" | "sites">,
    party: string,
  ) => string | undefined
  /** How long an approval is valid, in seconds. Default 24 hours. */
  readonly lifetime?: number
  /** Sealed values that may hold a private key, which no file may otherwise. */
  readonly mayHoldPrivateKey?: readonly Value[]
}

export const DEFAULT_LIFETIME_S = 24 * 3600

export const CROSSING_KINDS = ["request", "approval", "receipt"] as const
export type CrossingKind = (typeof CROSSING_KINDS)[number]

/** Whether a step runs at the coordinator's site. `here` and `federation` steps run on each side. */
export const isCoordinators = ({ coordinator }: Parties, { on, side }: Pick<Step, "on" | "side">): boolean =>
  side === coordinator || (side === undefined && on === coordinator)

/** Whether each side runs it for itself. */
const isBoth = ({ on, side }: Pick<Step, "on" | "side">): boolean =>
  side === undefined && (on === "here" || on === "federation" || on === "every site")

/**
 * Refuses messages that name what there is not, that the wrong side would send, or that would show a secret.
 * @throws UsageError
 */
export function assertParties(
  parties: Parties,
  {
    roles,
    inputs,
    steps,
  }: { readonly roles: Roles; readonly inputs: InputTable; readonly steps: readonly Step[] },
): void {
  const { coordinator } = parties
  if (roles[coordinator] !== "one")
    refuse(`the coordinator of the parties is the role ${coordinator}, which has to be a role with one site`)
  const byId = new Map(steps.map((step) => [step.id, step]))
  const crossing = new Map<string, CrossingKind>()
  for (const kind of CROSSING_KINDS) {
    const message = parties[kind]
    if (message === undefined) continue
    if (message.steps.length === 0 && kind !== "request")
      refuse(`the ${kind} of the parties names no step: name the steps after which it is sent`)
    for (const id of message.steps) {
      const step = byId.get(id)
      if (step === undefined)
        refuse(`the ${kind} of the parties names ${id}, which is not a step of the notebook`)
      if (crossing.has(id))
        refuse(`step ${id} is in the ${crossing.get(id)} and in the ${kind} of the parties`)
      crossing.set(id, kind)
      const right = kind === "approval" ? isCoordinators(parties, step!) : !isCoordinators(parties, step!)
      if (!right || (isBoth(step!) && step!.on !== "every site"))
        refuse(
          `step ${id} is in the ${kind} of the parties, but ${kind === "approval" ? "the coordinator does not run" : "the other party does not run"} it: set its \`on\`, or its \`side\``,
        )
    }
    for (const value of message.values ?? []) {
      const from = message.steps.some((id) => byId.get(id)!.provides?.some(({ name }) => name === value.name))
      if (!from)
        refuse(`the ${kind} of the parties has the value ${value.name}, which none of its steps provides`)
      if (value.secret && kind !== "approval")
        refuse(`the ${kind} of the parties has the secret ${value.name}: only an approval is sealed`)
    }
  }
  for (const name of parties.agree ?? []) {
    if (inputs[name]?.per !== "federation")
      refuse(`the parties agree about ${name}, which is not a federation-wide input of the notebook`)
    if (inputs[name].secret === true)
      refuse(`the parties agree about ${name}, which is secret: it cannot cross`)
  }
  for (const step of steps) {
    for (const { name } of step.reads ?? []) {
      const provider = steps.find(({ provides }) => provides?.some((value) => value.name === name))
      if (provider === undefined || isBoth(step) || isBoth(provider)) continue
      if (isCoordinators(parties, step) === isCoordinators(parties, provider)) continue
      const crosses = CROSSING_KINDS.some((kind) =>
        parties[kind]?.values?.some((value) => value.name === name),
      )
      if (!crosses)
        refuse(
          `step ${step.id} reads the value ${name}, which ${provider.id} provides on the other party's side: add it to the \`values\` of a message of the parties`,
        )
    }
  }
}

/**
 * The message that settles a step, seen from its other side: the one that names it, or the first that names a step after it.
 * `holds`: the message names it, so what needs it waits for the message.
 */
export function settledBy(
  parties: Parties,
  steps: readonly Step[],
  id: string,
  kinds: readonly CrossingKind[],
): { readonly kind: CrossingKind; readonly holds: boolean } | undefined {
  const named = kinds.find((kind) => parties[kind]?.steps.includes(id))
  if (named !== undefined) return { kind: named, holds: true }
  const kind = kinds.find((one) => parties[one] !== undefined && before(steps, parties[one].steps).has(id))
  return kind === undefined ? undefined : { kind, holds: false }
}

/** These steps and all that they need. */
export function before(steps: readonly Step[], ids: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>()
  const visit = (id: string): void => {
    if (found.has(id)) return
    found.add(id)
    for (const need of steps.find((step) => step.id === id)?.needs ?? []) visit(need)
  }
  for (const id of ids) visit(id)
  return found
}
