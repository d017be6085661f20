/**
 * The table of inputs: each is declared once, here as a type, in the notebook as data. Flags, variables, file keys,
 * prompts, help, completion, JSON schema and docs are all generated from it.
 */

export type InputType =
  | "text"
  | "name"
  | "url"
  | "path"
  | "number"
  | "duration"
  | "choice"
  | "flag"
  | "list"
  | "map"

/** Everything known about one input. Durations are in seconds; a map is `KEY=VALUE` pairs. */
export interface Input<T = unknown, Per extends "federation" | "site" = "federation" | "site"> {
  readonly type: InputType
  readonly per: Per
  /** One sentence for `--help` and the docs. */
  readonly help: string
  /** The question on a terminal: a walk asks it at its start; every other command asks only for a `required` input without a value. */
  readonly prompt?: string
  /** Whether a walk asks, given the values so far (the site's by camelCase name). Default: where there is a prompt. */
  readonly asked?: (values: Readonly<Record<string, unknown>>) => boolean
  /** A walk checks at once whether the address that was entered is an API server and can be reached. */
  readonly probe?: "api server"
  readonly required?: boolean
  /**
   * The value when nothing else gives one. A function sees the site (per-site) and the federation's values; one of the whole federation
   * also sees each site with what is given for it.
   */
  readonly default?:
    | T
    | ((
        site: { name: string; role: string },
        values: Record<string, unknown>,
        sites: readonly Readonly<Record<string, unknown>>[],
      ) => T | undefined)
  /** The answer offered in the prompt; it is never used without asking. */
  readonly suggest?: T | ((site: { name: string; role: string }) => T)
  readonly choices?: readonly string[]
  /** Of a path: it is a file that is read whole, so neither a folder nor a pipe, and no more than a few MB. */
  readonly is?: "file"
  /** Only sites of these roles have it. */
  readonly roles?: readonly string[]
  /** Its key in the federation file where that is not its own name at the top level: `page.greeting`. */
  readonly file?: string
  /** The value itself is secret (a password). Secret values come from files or prompts and are never kept. */
  readonly secret?: boolean
  /** It identifies the site (a cluster's server): with another value the site has moved; if every site has, it is another federation. */
  readonly identity?: boolean
  /** It says where on its server the site is (a project): with another value the site has moved, and its earlier place stays known. */
  readonly place?: boolean
  /** It is an approval: it holds for one call or stands in the file, and is never an earlier answer. */
  readonly approval?: boolean
  /** Placeholder in help: `--server <url>`. */
  readonly placeholder?: string
  /**
   * What a run does with a value that others should not decide: "runs the commands in /x/bin". A federation file with such a
   * value is used once the user trusts the file. `values`: those of the same site, by camelCase name.
   */
  readonly trust?: (
    value: T,
    values: Readonly<Record<string, unknown>>,
  ) => string | undefined | Promise<string | undefined>
  /** Returns what is wrong with a value, in a sentence, or nothing. */
  readonly check?: (value: T) => string | undefined
}

export type Options<T, Per extends "federation" | "site"> = Omit<Input<T, Per>, "type" | "per"> & {
  readonly per?: Per
}
export type Known<T, O> = O extends
  | { readonly required: true }
  | { readonly default: T }
  | { readonly default: (...a: never[]) => T }
  ? T
  : T | undefined
export type PerOf<O> = O extends { readonly per: "site" } ? "site" : "federation"

function make<T>(type: InputType) {
  return <const O extends Options<T, "federation" | "site">>(options: O): Input<Known<T, O>, PerOf<O>> =>
    ({ per: "federation", ...options, type }) as unknown as Input<Known<T, O>, PerOf<O>>
}

export const text = make<string>("text")
/** A Kubernetes name: a DNS label of at most 63 characters. */
export const name = make<string>("name")
export const url = make<string>("url")
/** A file or folder; made absolute against the folder of its source (the working folder for a flag, the file's folder for a file). */
export const path = make<string>("path")
export const number = make<number>("number")
/** `90s`, `15m`, `2h`; the value is in seconds. */
export const duration = make<number>("duration")
export const flag = make<boolean>("flag")
export const list = make<string[]>("list")
export const map = make<Record<string, string>>("map")
export const choice = <
  const C extends readonly string[],
  const O extends Options<C[number], "federation" | "site">,
>(
  choices: C,
  options: O,
): Input<Known<C[number], O>, PerOf<O>> =>
  ({ per: "federation", ...options, choices, type: "choice" }) as unknown as Input<
    Known<C[number], O>,
    PerOf<O>
  >

// biome-ignore lint/suspicious/noExplicitAny: a table holds inputs of every type.
export type InputTable = Readonly<Record<string, Input<any>>>

export type Camel<S extends string> = S extends `${infer A}-${infer B}` ? `${A}${Capitalize<Camel<B>>}` : S
export type ValuesOf<T extends InputTable, Per> = {
  readonly [K in keyof T as T[K] extends Input<infer _, infer P>
    ? P extends Per
      ? Camel<K & string>
      : never
    : never]: T[K] extends Input<infer V, infer _> ? V : never
}
/** The values of a table's federation-wide inputs, by camelCase name. */
export type FederationValues<T extends InputTable> = ValuesOf<T, "federation">
/** The values of a table's per-site inputs, by camelCase name. */
export type SiteValues<T extends InputTable> = ValuesOf<T, "site">

/** `token-file` as a property name: `tokenFile`. */
export function camel(inputName: string): string {
  return inputName.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())
}

/** `token-file` as part of a variable's name: `TOKEN_FILE`. */
export function variablePart(inputName: string): string {
  return inputName.replace(/[^A-Za-z0-9]+/g, "_").toUpperCase()
}
