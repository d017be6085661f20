import { sha256 } from "./fingerprint.ts"

/**
 * Texts that are secrets wherever they stand, also where nobody has told: a token that was given in place of a file's name, or that a
 * server repeats. OpenShift's tokens, signed tokens of ServiceAccounts and login servers, private keys.
 */
const ALWAYS = [
  String.raw`sha256~[\w-]{20,}`,
  // At the beginning of a word only: each place is read once, however long a hostile text is.
  String.raw`(?<![\w-])eyJ[\w-]{16,}\.eyJ[\w-]{16,}\.[\w-]{16,}`,
  "AGE-SECRET-KEY-1[A-Z0-9]{40,}",
  String.raw`-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)`,
]

/**
 * Knows every secret value of this process and removes it from text, also in its base64 and URL forms.
 * One object per process, at the event source: what has passed it may be shown and kept.
 */
export class Redactor {
  #forms = new Set<string>()
  #pattern: RegExp | undefined

  /** Remembers a secret. Values shorter than 6 characters are not redacted: they would black out ordinary text. */
  add(value: string | undefined): void {
    const text = value?.trim()
    if (text === undefined || text.length < 6) return
    const before = this.#forms.size
    for (const form of [
      text,
      encodeURIComponent(text),
      JSON.stringify(text).slice(1, -1),
      ...base64Forms(text),
    ]) {
      if (form.length >= 6) this.#forms.add(form)
    }
    for (const line of text.split("\n")) if (line.length >= 16 && line !== text) this.#forms.add(line)
    if (this.#forms.size !== before) this.#pattern = undefined
  }

  /** The text with every known secret replaced by `‹secret›`. */
  text(value: string): string {
    this.#pattern ??= this.#compiled()
    return value.replace(this.#pattern, "‹secret›")
  }

  #compiled(): RegExp {
    const known = [...this.#forms]
      .sort((a, b) => b.length - a.length)
      .map((form) => form.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&"))
    return new RegExp([...known, ...ALWAYS].join("|"), "g")
  }

  /** The SHA-256 of a manifest; of one that contains a secret nothing, because a short secret can be guessed from it. */
  hash(text: string): string | undefined {
    const isSecret = /^\s*kind: *"?Secret"? *$|"kind": *"Secret"/m.test(text)
    return isSecret || this.text(text) !== text ? undefined : sha256(text)
  }

  /** The same object with every string in it redacted; the original where nothing changed. */
  deep<T>(value: T): T {
    if (typeof value === "string") return this.text(value) as T
    if (Array.isArray(value)) return value.map((item) => this.deep(item)) as T
    if (value !== null && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.deep(item)])) as T
    }
    return value
  }
}

/** Base64 of the text at its three alignments inside a longer text, without the characters that depend on neighbours. */
function base64Forms(text: string): string[] {
  return [0, 1, 2].map((shift) => {
    const whole = Buffer.concat([Buffer.alloc(shift), Buffer.from(text)])
      .toString("base64")
      .replace(/=+$/, "")
    const from = shift === 0 ? 0 : shift + 1
    const tail = (shift + Buffer.byteLength(text)) % 3
    return whole.slice(from, tail === 0 ? undefined : -1)
  })
}
