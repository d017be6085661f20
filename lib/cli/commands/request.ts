import { readFileSync } from "node:fs"
import { relative, resolve } from "node:path"
import { UsageError } from "../../notebook/errors.ts"
import { EXIT } from "../../notebook/exit-codes.ts"
import { moment } from "../../notebook/format.ts"
import { before } from "../../notebook/parties.ts"
import { parseMessage, type RequestPayload } from "../../parties/messages.ts"
import { isLine, LONGEST_REASON } from "../../parties/payloads.ts"
import { cellsOf, collect, isReady } from "../../runner/crossing-values.ts"
import { buildGraph, wantedSteps } from "../../runner/graph.ts"
import type { State } from "../../runner/state.ts"
import { printAnswer } from "../answers.ts"
import { type CallOf, federationFlags } from "../call.ts"
import { type OpenedFederation, openFederation } from "../open-federation.ts"
import { refuseOwnFile } from "../own-file.ts"
import { ownIn, ownPartyOf } from "../parties/own-party.ts"
import { coordinatorOf } from "../parties/sides.ts"
import { withState } from "../parties/with-state.ts"
import { refuseOtherFile, sendMessage } from "../parties/write-message.ts"
import { runFederation } from "../run-federation.ts"

/** How long the coordinator may take to answer: a request holds nothing secret. */
const VALID_DAYS = 14
const DAY_MS = 24 * 3600 * 1000

/** `request`: writes the request to join, after the steps whose results it holds. */
export async function request(call: CallOf<"request">, { walking = false } = {}): Promise<number> {
  const { notebook, flags, io, out } = call
  const opened = await openFederation(call, { complete: false, reading: false })
  const coordinator = coordinatorOf(call, opened.federation, "request")
  const own = await ownPartyOf(call, flags.text("party"), ownIn(opened.memory))
  const file = flags.path("out") ?? resolve(io.cwd, `${own.id}.request`)
  refuseOwnFile(call, file, opened)
  refuseOtherFile(file, isMessageOf(notebook.name))
  const purpose = purposeOf(call)
  const steps = stepsFor(call, opened)
  if (steps.length > 0) {
    const code = await runFederation({ ...call, steps }, { approvalBy: "plan", planShown: true })
    if (code !== EXIT.done) return code
  }
  return withState(
    call,
    await openFederation(call, { complete: true, runs: steps.length > 0 }),
    async (state) => {
      const now = new Date()
      const sites = opened.federation.sites.filter((site) => site.party === undefined)
      const names = sites.map(({ name }) => ({ theirs: name, ours: name }))
      const payload: RequestPayload = {
        kind: "request",
        version: 1,
        notebook: notebook.name,
        federation: opened.federation.name,
        from: { id: own.id, name: own.name, signing: own.signing, recipient: own.recipient },
        created: now.toISOString(),
        expires: new Date(now.getTime() + VALID_DAYS * DAY_MS).toISOString(),
        purpose,
        sites: sites.map(({ name, role }) => ({ name, role })),
        values: valuesOf(call, opened, state, names),
      }
      const known = state.journal.memory.parties.get(coordinator)?.received.get("approval")
      const about = {
        party: coordinator,
        name: known?.name ?? coordinator,
        fingerprint: known?.fingerprint ?? "",
        trust: known?.trust ?? ("none" as const),
        names,
        purpose,
      }
      const { digest } = await sendMessage(call, state, own, payload, about, file)
      const next = `${io.program} accept ${coordinator}.approval --fingerprint …${federationFlags(call)}`
      if (flags.has("json")) {
        printAnswer(call, "request", {
          federation: payload.federation,
          file,
          digest,
          fingerprint: own.fingerprint,
          expires: payload.expires,
          next,
        })
        return EXIT.done
      }
      const shown = relative(io.cwd, file)
      out.print(
        [
          `${shown.startsWith("..") ? file : shown} asks ${coordinator} to admit ${own.name} to ${payload.federation} with ${payload.sites.map(({ name }) => name).join(", ")}, until ${moment(payload.expires)}.`,
          "It holds nothing secret.",
          "",
          `1. Send the file to ${coordinator}.`,
          "2. Read your fingerprint out to them, by telephone for example:",
          `   ${own.fingerprint}`,
          walking
            ? "3. They send you an approval, and read out their fingerprint. Then read their file here."
            : `3. They send you an approval, and read out their fingerprint. Then:\n   ${next}`,
          "",
        ].join("\n"),
      )
      return EXIT.done
    },
  )
}

/** The steps whose results the request holds, as far as the inputs ask for them, and what those need. */
function stepsFor({ notebook }: CallOf<"request">, { federation }: OpenedFederation): readonly string[] {
  const wanted = wantedSteps(notebook, buildGraph(notebook, federation).cells).map(({ id }) => id)
  const own = (notebook.parties!.request?.steps ?? []).filter((id) => wanted.includes(id))
  return wanted.filter((id) => before(notebook.steps, own).has(id))
}

function valuesOf(
  call: CallOf<"request">,
  { federation }: OpenedFederation,
  state: State,
  names: readonly { theirs: string; ours: string }[],
) {
  const { notebook } = call
  const place = { notebook, federation, state }
  const cells = cellsOf(place, "request", names)
  const values = isReady(place, cells) ? collect(place, "request", cells, names) : undefined
  if (values !== undefined) return values.plain
  throw new UsageError("The request would hold the results of steps that are not ready", {
    fix: "run them first",
    next: `${call.io.program} run${federationFlags(call)}`,
  })
}

function purposeOf({ flags }: CallOf<"request">): string {
  const purpose = flags.text("purpose")?.trim() ?? ""
  if (isLine(purpose, LONGEST_REASON)) return purpose
  throw new UsageError("--purpose: use at most 500 characters, in one line, all of them visible")
}

const isMessageOf =
  (notebook: string) =>
  (file: string): boolean => {
    try {
      return parseMessage(notebook, readFileSync(file)) !== undefined
    } catch {
      return false
    }
  }
