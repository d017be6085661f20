import { createHash } from "node:crypto"
import type { Federation } from "./federation.ts"
import { camel } from "./inputs.ts"
import type { Notebook } from "./notebook.ts"
import type { Site } from "./roles.ts"
import type { Step } from "./step.ts"

/** A hash that says nothing to whoever does not have its key: without one a short secret could be guessed from it. */
export type KeyedHash = (text: string) => string

/** What a fingerprint is computed from: shown when a step is stale, so secrets stand as keyed hashes. */
export type FingerprintInputs = Readonly<Record<string, string>>

/** The resolved inputs that the step itself declares, as text by input name. Not its neighbours'. */
export function fingerprintInputs(
  notebook: Notebook,
  step: Step,
  federation: Federation,
  site: Site | undefined,
  keyed: KeyedHash,
): FingerprintInputs {
  const result: Record<string, string> = { version: String(step.version ?? 1) }
  for (const name of step.inputs ?? []) {
    const input = notebook.inputs[name]!
    const holder: Record<string, unknown> | undefined = input.per === "federation" ? federation.values : site
    const value = holder?.[camel(name)]
    if (value === undefined) continue
    const text = typeof value === "string" ? value : canonical(value)
    result[name] = input.secret ? keyed(text) : text
  }
  return result
}

/** A short hash of the step's id and its inputs. */
export function fingerprint(step: Step, inputs: FingerprintInputs): string {
  return shortHash(canonical([step.id, inputs]))
}

/** How two sets of inputs differ, in words: `greeting Hello → Good morning`. */
export function changes(before: FingerprintInputs, now: FingerprintInputs): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(now)])]
    .filter((key) => before[key] !== now[key])
    .map(
      (key) =>
        `${key === "version" ? "the step itself" : key} ${before[key] ?? "unset"} → ${now[key] ?? "unset"}`,
    )
}

/** In hexadecimal. */
export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex")

export const sha256Bytes = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

export const shortHash = (text: string): string => sha256(text).slice(0, 16)

/** JSON with sorted keys. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) =>
    item !== null && typeof item === "object" && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  )
}
