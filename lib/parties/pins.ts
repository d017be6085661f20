/** Which keys are whose: what was compared by fingerprint once is known from then on. One file per own party (0600). */
import { existsSync, lstatSync } from "node:fs"
import { join } from "node:path"
import { UsageError } from "../notebook/errors.ts"
import { readRegularText } from "../regular-file.ts"
import { assertPrivate } from "../runner/own-folder.ts"
import { writePrivate } from "../runner/secret-file.ts"
import { fingerprintOf, isFingerprint, isWholeFingerprint } from "./fingerprint.ts"
import type { OwnParty } from "./identity.ts"
import type { Sender, Trust } from "./messages.ts"

export interface Pin extends Sender {
  readonly fingerprint: string
  /** How it became known. */
  readonly trust: Trust
  readonly since: string
}

const FILE = "pins.json"

/** What is known of others, by the name that they have here. */
export class Pins {
  readonly #file: string

  constructor({ folder }: Pick<OwnParty, "folder">) {
    this.#file = join(folder, FILE)
  }

  all(): ReadonlyMap<string, Pin> {
    if (!existsSync(this.#file)) return new Map()
    assertPrivate(this.#file, lstatSync(this.#file))
    try {
      const found = Object.entries(JSON.parse(readRegularText(this.#file)) as Record<string, Pin>)
      const wrong = found.find(([, pin]) => !isPin(pin))
      if (wrong !== undefined) throw new Error(`${wrong[0]} has no keys there`)
      return new Map(found)
    } catch (error) {
      throw new UsageError("The keys of the other parties cannot be read", {
        why: `${this.#file}: ${(error as Error).message}`,
        fix: "restore the file, or move it away and compare the fingerprints again",
      })
    }
  }

  add(name: string, pin: Pin): void {
    this.#write(new Map(this.all()).set(name, pin))
  }

  remove(name: string): void {
    const all = new Map(this.all())
    if (all.delete(name)) this.#write(all)
  }

  #write(all: ReadonlyMap<string, Pin>): void {
    writePrivate(this.#file, `${JSON.stringify(Object.fromEntries(all), undefined, 2)}\n`)
  }
}

const isPin = (pin: Partial<Pin> | null): boolean =>
  [pin?.name, pin?.signing, pin?.recipient, pin?.fingerprint, pin?.trust, pin?.since].every(
    (one) => typeof one === "string",
  )

export interface TrustQuestion {
  /** The name that the sender has here. */
  readonly name: string
  readonly from: Sender
  /** As typed: `--fingerprint`. */
  readonly fingerprint: string | undefined
  /** `--without-fingerprint`. */
  readonly without: boolean
  /** The same command with a fingerprint to fill in. */
  readonly next: string
}

/**
 * How a sender's keys are known. The first time that a key is seen its fingerprint is required, over a second channel.
 * @throws UsageError where it is not known, is another one, or does not fit
 */
export function trustOf(pins: Pins, { name, from, fingerprint, without, next }: TrustQuestion): Trust {
  const actual = fingerprintOf(from)
  const known = pins.all().get(name)
  const same = known !== undefined && isFingerprint(actual, known.fingerprint)
  if (fingerprint !== undefined) {
    if (!isWholeFingerprint(fingerprint)) {
      throw new UsageError(
        `--fingerprint ${fingerprint} is not a fingerprint: it has eight groups of five digits`,
        {
          fix: `ask ${from.name} to read it out again (party show)`,
          next,
        },
      )
    }
    if (isFingerprint(fingerprint, actual)) return "fingerprint"
    throw new UsageError(`The fingerprint is not that of the keys in this file`, {
      why: `the file is signed with ${actual}; you gave ${fingerprint}`,
      fix: `do not use this file: ask ${from.name}, over a channel that you trust, which of the two is theirs (party show)`,
      next,
    })
  }
  if (same) return known.trust === "none" ? "none" : "pinned"
  if (known !== undefined) {
    throw new UsageError(`This file is signed with other keys than those of ${name}`, {
      why: `${known.name} has ${known.fingerprint} here since ${known.since}; the file is signed with ${actual}`,
      fix: `if ${known.name} has new keys, ask for their fingerprint over a channel that you trust, and give it with --fingerprint`,
      next,
    })
  }
  if (without) return "none"
  throw new UsageError(`The keys of ${from.name} are new here, so their fingerprint is required`, {
    why: "a file can be exchanged on its way; the fingerprint, over another channel, tells",
    fix: `ask ${from.name} for it, by telephone for example (they type: party show), and give it with --fingerprint`,
    next,
  })
}
