import { parseText } from "../inputs/input-values.ts"
import { splitOutside } from "../inputs/split.ts"
import { UsageError } from "../notebook/errors.ts"
import type { CommandName, CommandsTable } from "./commands-table.ts"
import type { CommonFlag, FlagSpec, GroupFlag } from "./flags-table.ts"

/** The entry of a command in the table of commands. */
type Command<C extends CommandName> = Extract<CommandsTable[number], { name: C }>

/** The flags that a command has whatever the notebook: its own, those of its groups, and the common ones. */
type SpecOf<C extends CommandName> =
  | Command<C>["flags"][number]
  | GroupFlag<Command<C>["groups"][number]>
  | CommonFlag

type Valued = { value: string }
type NameOf<C extends CommandName, Kind> = Extract<SpecOf<C>, Kind>["name"]

type Choice = Extract<SpecOf<CommandName>, { type: "choice" }>
type ChoiceOf<Name> = Extract<Choice, { name: Name }>["choices"][number]

/** Parameters are the names of the flags of each kind. */
interface FlagsNamed<
  Switch extends string,
  Any extends string,
  Path extends string,
  Count extends string,
  Duration extends string,
  List extends string,
> {
  has(name: Switch): boolean
  /** As it was typed. */
  text(name: Any): string | undefined
  path(name: Path): string | undefined
  count(name: Count): number | undefined
  duration(name: Duration): number | undefined
  list(name: List): string[]
  choice<Name extends Choice["name"]>(name: Name): ChoiceOf<Name> | undefined
  /** For names that the notebook decides: its roles, inputs and practice flag. */
  readonly any: FlagValues
}

/**
 * The flags of a call, by the table of commands: a name that a command does not have, or has with another kind of value, is a
 * type error. `Flags` without a command has those of all commands: one that this command lacks is simply not given.
 */
export type Flags<C extends CommandName = CommandName> = FlagsNamed<
  Exclude<SpecOf<C>, Valued>["name"],
  NameOf<C, Valued>,
  NameOf<C, { type: "path" }>,
  NameOf<C, { type: "number" }>,
  NameOf<C, { type: "duration" }>,
  NameOf<C, { type: "list" }>
>

/** Flags as they were given, under any name. */
export class FlagValues {
  readonly #given: ReadonlyMap<string, readonly string[]>
  readonly #specs: ReadonlyMap<string, FlagSpec>
  readonly #folder: string

  constructor(given: ReadonlyMap<string, readonly string[]>, specs: readonly FlagSpec[], folder: string) {
    this.#given = given
    this.#specs = new Map(specs.map((spec) => [spec.name, spec]))
    this.#folder = folder
  }

  /** As the table of commands types them. */
  get typed(): Flags {
    return this as unknown as Flags
  }

  get any(): FlagValues {
    return this
  }

  /** Whether a flag without a value is given, and not negated (`--yes=false`). */
  has(name: string): boolean {
    const value = this.#given.get(name)?.at(-1)
    return value !== undefined && value !== "false"
  }

  text(name: string): string | undefined {
    return this.#given.get(name)?.at(-1)
  }

  /** Every value of a flag that may be repeated. */
  all(name: string): readonly string[] {
    return this.#given.get(name) ?? []
  }

  path(name: string): string | undefined {
    return this.#typed(name, "path") as string | undefined
  }

  /** A whole number of at least 1. */
  count(name: string): number | undefined {
    const value = this.#typed(name, "number") as number | undefined
    if (value !== undefined && (!Number.isInteger(value) || value < 1)) {
      throw new UsageError(`--${name} ${value}: must be a whole number of at least 1`)
    }
    return value
  }

  /** In seconds. */
  duration(name: string): number | undefined {
    return this.#typed(name, "duration") as number | undefined
  }

  choice(name: string): string | undefined {
    return this.#typed(name, "choice") as string | undefined
  }

  /** Of a comma list, repeated or not. */
  list(name: string): string[] {
    return this.all(name).flatMap((text) =>
      splitOutside(text, ",")
        .map((item) => item.trim())
        .filter(Boolean),
    )
  }

  #typed(name: string, type: "path" | "number" | "duration" | "choice"): unknown {
    const text = this.text(name)
    if (text === undefined) return undefined
    const choices = this.#specs.get(name)?.choices
    const parsed = parseText(
      { type, per: "federation", help: "", ...(choices && { choices }) },
      text,
      this.#folder,
    )
    if ("wrong" in parsed) throw new UsageError(`--${name}: ${parsed.wrong}`)
    return parsed.value
  }
}
