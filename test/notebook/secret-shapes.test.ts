/** Secrets that nobody has told the redactor: typed in place of a file's name, repeated by a server. */
import { randomBytes } from "node:crypto"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test } from "vitest"
import { main } from "../../lib/cli/main.ts"
import { Redactor } from "../../lib/notebook/secrets.ts"
import guide from "../../runbooks/index.ts"
import { io } from "../cli/screen.ts"

const word = (bytes: number): string => randomBytes(bytes).toString("base64url")
const TOKEN = `sha256~${word(32)}`
const SIGNED = `eyJ${word(20)}.eyJ${word(40)}.${word(32)}`
const KEY = `-----BEGIN PRIVATE KEY-----\n${randomBytes(48).toString("base64")}\n-----END PRIVATE KEY-----`

test.each([
  ["a token", TOKEN],
  ["a signed token", SIGNED],
  ["a private key", KEY],
  ["a private key that is cut", KEY.slice(0, 60)],
  ["a private key in JSON", JSON.stringify(KEY).slice(1, -1)],
  ["an age key", `AGE-SECRET-KEY-1${"Q".repeat(58)}`],
])("%s is redacted untold", (_, secret) => {
  const redactor = new Redactor()
  expect(redactor.text(`it says "${secret}`)).toBe('it says "‹secret›')
  expect(redactor.deep({ a: [`x ${secret}`] })).toEqual({ a: ["x ‹secret›"] })
})

test("what only looks like one stays", () => {
  const redactor = new Redactor()
  for (const text of [
    "oc login --token=sha256~…",
    "sha256:d1c3de9a2cf572e10d88a18a93e5cf8ffa6ce2f8",
    "-----BEGIN CERTIFICATE-----\nx",
    "eyJ",
  ])
    expect(redactor.text(text)).toBe(text)
})

test("a long hostile text is read once", () => {
  const began = process.cpuUsage()
  for (const piece of ["eyJ", "eyJaaaaaaaaaaaaaaaaaaaa.", "sha256~a", "-----BEGIN ", "AGE-SECRET-KEY-1Q"])
    new Redactor().text(piece.repeat(200_000))
  // Seconds where each place is read again from every other one: hours.
  expect(process.cpuUsage(began).user).toBeLessThan(20_000_000)
})

test.each([
  ["token-file", `login=token,token-file=${TOKEN}`],
  ["login", `login=${TOKEN}`],
  ["context", `context=${SIGNED}`],
  ["an unknown key", `token=${TOKEN}`],
])("a token that was given as %s is not printed", async (_, given) => {
  const cwd = mkdtempSync(join(tmpdir(), "shapes-"))
  const site = (more: string) => `server=https://127.0.0.1:1,project=p,${more}`
  const screen = io(cwd)
  const argv = ["run", "--yes", "--superlink", site(given), "--supernode", `name=s1,${site(given)}`]
  const code = await main(guide, argv, { ...screen.io, program: "flower-runbook" })
  expect(code).toBeGreaterThan(0)
  expect(screen.raw()).not.toContain(TOKEN.slice(10))
  expect(screen.raw()).not.toContain(SIGNED.slice(10))
  rmSync(cwd, { recursive: true, force: true })
})
