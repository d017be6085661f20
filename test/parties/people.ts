/** Two people with homes of their own, each with one cluster of a practice: neither has a login at the other's. */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { stringify } from "yaml"
import { main } from "../../lib/cli/main.ts"
import { startPractice } from "../../lib/practice/practice.ts"
import type { Practice } from "../../lib/practice/types/practice.ts"
import type { Recorded } from "../../lib/runner/events.ts"
import { io, type Result } from "../cli/screen.ts"
import { checkJson } from "../json-lines.ts"
import { meeting } from "./notebook.ts"

export interface Person {
  readonly home: string
  /** The folder of the federation. */
  readonly folder: string
  /** Runs the program as this person. */
  call(...argv: string[]): Promise<Result>
  /** The same on a terminal: answers the questions in this order. */
  typed(argv: string[], ...answers: [RegExp, string][]): Promise<Result>
  /** Rewrites the federation file. */
  federation(content: object): void
  journal(): Recorded[]
  /** This party's fingerprint. */
  fingerprint(): Promise<string>
}

export interface People {
  readonly practice: Practice
  readonly host: Person
  readonly guests: readonly Person[]
  /** Requests to a cluster while somebody else's program ran: `guest-1 asked host: GET /version`. */
  readonly trespasses: readonly string[]
  /** How many requests each cluster had, by name. The controllers' own are not counted. */
  requests(): Record<string, number>
  close(): Promise<void>
}

const NAMES = ["St. Mary's", "Charité", "Mercy"]
export const IDS = ["st-marys", "charite", "mercy"]

export async function startPeople(guests = 1): Promise<People> {
  const root = mkdtempSync(join(tmpdir(), "parties-"))
  const names = Array.from({ length: guests }, (_, index) => `guest-${index + 1}`)
  const practice = await startPractice({
    sites: [{ name: "host", role: "host" }, ...names.map((name) => ({ name, role: "guest" }))],
    values: () => ({}),
    images: [],
    federation: "trial",
    folder: join(root, "practice"),
    delays: "none",
  })
  /** What a person knows of its own cluster. */
  const entry = (name: string) => ({
    server: practice.clusters.find((one) => one.name === name)!.server.url,
    "certificate-authority": join(practice.folder, "ca", `${name}.crt`),
    "token-file": join(practice.folder, "tokens", name),
  })
  const trespasses: string[] = []
  const asked = (cluster: string) =>
    practice.clusters
      .find(({ name }) => name === cluster)!
      .server.requests.filter(({ user }) => user !== "system:practice")
  const requests = () => Object.fromEntries(practice.clusters.map(({ name }) => [name, asked(name).length]))
  const person = (name: string, content: object): Person => {
    const home = join(root, name)
    mkdirSync(home, { recursive: true })
    const folder = join(home, "state", "meeting", "trial")
    const call = (...argv: string[]): Promise<Result> => typed(argv)
    const typed = async (argv: string[], ...answers: [RegExp, string][]): Promise<Result> => {
      const screen = io(home, { terminal: answers.length > 0 })
      screen.answer(...answers)
      const before = requests()
      const code = await main(meeting, argv, {
        ...screen.io,
        program: "meeting",
        version: "1.0.0",
        practiceImages: [],
      } as never)
      checkJson(argv, screen.stdout())
      for (const other of practice.clusters.filter((one) => one.name !== name)) {
        const more = asked(other.name).slice(before[other.name])
        trespasses.push(...more.map(({ method, path }) => `${name} asked ${other.name}: ${method} ${path}`))
      }
      return { code, stdout: screen.stdout(), stderr: screen.stderr() }
    }
    const federation = (more: object): void =>
      writeFileSync(
        join(home, "federation.yaml"),
        stringify({ version: 1, federation: "trial", commands: practice.commands, ...more }),
      )
    federation(content)
    return {
      home,
      folder,
      call,
      typed,
      federation,
      journal: () =>
        readFileSync(join(folder, "journal.jsonl"), "utf8")
          .trimEnd()
          .split("\n")
          .map((line) => JSON.parse(line)),
      fingerprint: async () => JSON.parse((await call("party", "show", "--json")).stdout).fingerprint,
    }
  }
  const host = person("host", {
    host: entry("host"),
    guests: names.map((name, index) => ({ name, party: IDS[index] })),
  })
  const others = names.map((name) =>
    person(name, { host: { party: "the-host" }, guests: [{ name, colour: "red", ...entry(name) }] }),
  )
  await host.call("party", "init", "--name", "The Host")
  for (const [index, one] of others.entries()) await one.call("party", "init", "--name", NAMES[index]!)
  return {
    practice,
    host,
    guests: others,
    trespasses,
    requests,
    async close() {
      await practice.close()
      await rm(root, { recursive: true, force: true, maxRetries: 3 })
    },
  }
}
