import { resolve } from "node:path"
import { UsageError } from "../../notebook/errors.ts"
import { EXIT } from "../../notebook/exit-codes.ts"
import { moment } from "../../notebook/format.ts"
import { DEFAULT_LIFETIME_S } from "../../notebook/parties.ts"
import { shellWord } from "../../notebook/shell-word.ts"
import { type ReadMessage, type RequestPayload, readMessage, type Trust } from "../../parties/messages.ts"
import { Pins } from "../../parties/pins.ts"
import { endOf } from "../../runner/crossing.ts"
import { cellsOf, keep, wrongValues } from "../../runner/crossing-values.ts"
import type { Exchanged } from "../../runner/events.ts"
import { buildGraph } from "../../runner/graph.ts"
import { readState } from "../../runner/open-state.ts"
import { printAnswer } from "../answers.ts"
import { type Call, type CallOf, federationFlags, promptIo } from "../call.ts"
import { type OpenedFederation, openFederation } from "../open-federation.ts"
import { assertCurrent, clockOf } from "../parties/clock.ts"
import { matchSites } from "../parties/match-sites.ts"
import { ownIn, ownPartyOf } from "../parties/own-party.ts"
import { inFederation, keepReceived, trustIn } from "../parties/received-message.ts"
import { refuseOthers, sitesOfParty } from "../parties/sides.ts"
import { withState } from "../parties/with-state.ts"
import { runFederation } from "../run-federation.ts"

/** `approve`: records that another party may join; the next run prepares it and writes the approval. */
export async function approve(call: CallOf<"approve">, { walking = false } = {}): Promise<number> {
  const opened = await openFederation(call, { complete: false, reading: false })
  refuseOthers(call, opened.federation, "approve")
  return call.flags.has("again") ? again(call, opened) : admit(call, opened, walking)
}

async function admit(call: CallOf<"approve">, opened: OpenedFederation, walking: boolean): Promise<number> {
  const { notebook, flags, io } = call
  const { federation } = opened
  const shown = call.argument!
  const message = requestIn(call, shown)
  const { payload } = message
  if (payload.federation !== federation.name) {
    throw new UsageError(`${shown} asks to join ${payload.federation}, not ${federation.name}`, {
      fix: "use the federation file of that federation, or ask for a request with this federation's name",
      next: inFederation(call.command, payload.federation),
    })
  }
  const party = flags.text("known-as") ?? payload.from.id
  const ours = sitesOfParty(call, federation, party, payload.sites)
  const sites = matchSites(payload.sites, ours, shown)
  const own = await ownPartyOf(call, flags.text("party"), ownIn(opened.memory))
  const pins = new Pins(own)
  const trust = trustIn(call, pins, party, message)
  const clock = await clockOf(call, opened)
  assertCurrent(shown, payload, clock, `ask ${payload.from.name} for a new request`, call.command)
  refuseEnded(call, opened, message, party)
  const cells = cellsOf({ notebook, federation }, "request", sites, party)
  const given = { plain: payload.values, sealed: [] }
  const wrong = wrongValues({ notebook }, "request", cells, sites, given)
  if (wrong !== undefined)
    throw new UsageError(`${shown} cannot be approved: ${wrong}`, {
      fix: "both sides need the same version of the notebook; ask for a new request",
      next: call.command,
    })
  const scope = scopeOf(call, message, party, sites, trust)
  const how = await approval(call, scope)
  return withState(call, opened, async (state) => {
    const { from, purpose } = payload
    pins.add(party, { ...from, fingerprint: message.fingerprint, trust, since: new Date().toISOString() })
    await state.journal.append({ type: "approval", what: scope.join("; "), how }).durable
    await keep({ state }, call.redactor, cells, sites, given)
    await keepReceived(state, message, { party, trust, names: sites, purpose, own: own.id })
    const next = `${io.program} run${federationFlags(call)}`
    if (flags.has("json")) {
      const { fingerprint, digest } = message
      printAnswer(call, "approve", {
        federation: federation.name,
        party,
        name: from.name,
        fingerprint,
        trust,
        digest,
        sites,
        scope,
        next,
      })
    } else
      call.out.print(
        walking
          ? `${from.name} is admitted as ${party}. The cells that prepare it write the approval, sealed to them.\n`
          : `${from.name} is admitted as ${party}. The next run prepares it and writes the approval, sealed to them:\n  ${next}\n`,
      )
    return EXIT.done
  })
}

function requestIn(call: CallOf<"approve">, shown: string): ReadMessage<RequestPayload> {
  const { notebook, io, command } = call
  const message = readMessage(notebook.name, resolve(io.cwd, shown), shown, command)
  if (message.payload.kind === "request") return message as ReadMessage<RequestPayload>
  throw new UsageError(`${shown} is a message of another kind: ${message.payload.kind}`, {
    fix: "approve takes the request of a party that wants to join",
    next: `${io.program} accept ${shellWord(shown)}${federationFlags(call)}`,
  })
}

/** A request from before a revocation does not bring a party back. */
function refuseEnded(
  { argument, command }: CallOf<"approve">,
  { memory }: OpenedFederation,
  { payload, digest }: ReadMessage<RequestPayload>,
  party: string,
): void {
  const record = memory?.parties.get(party)
  const ended = endOf(record)
  if (ended === undefined || !record!.requests.has(digest)) return
  throw new UsageError(
    `${argument} cannot be approved: what it asked for was ended at ${moment(ended.created)}`,
    {
      fix: `ask ${payload.from.name} for a new request, if it is to join again`,
      next: command,
    },
  )
}

/** What is approved, as sentences. */
function scopeOf(
  { notebook }: CallOf<"approve">,
  { payload, fingerprint }: ReadMessage<RequestPayload>,
  party: string,
  sites: readonly { theirs: string; ours: string }[],
  trust: Trust,
): string[] {
  const hours = (notebook.parties!.lifetime ?? DEFAULT_LIFETIME_S) / 3600
  const named = sites.map(({ theirs, ours }) => (theirs === ours ? ours : `${ours} (their ${theirs})`))
  return [
    `${payload.from.name} (${party}) joins ${payload.federation} with ${named.join(", ")}`,
    `its fingerprint is ${fingerprint}${trust === "none" ? ", which nobody compared" : ""}`,
    ...(payload.purpose === "" ? [] : [`for: ${payload.purpose}`]),
    ...(notebook.parties!.grants ?? []),
    `its approval is valid for ${Number(hours.toFixed(2))} hours once it is written`,
  ]
}

/** @throws where it is declined, or nobody can be asked */
async function approval(call: CallOf<"approve">, scope: readonly string[]): Promise<"flag" | "asked"> {
  const { flags, interaction, out } = call
  if (!flags.has("json")) out.print(`${scope.map((line) => `- ${line}`).join("\n")}\n`)
  if (flags.has("yes")) return "flag"
  if (!interaction.ask) {
    throw new UsageError("This requires approval, and the session is not interactive", {
      why: interaction.because,
      fix: "approve it with --yes",
      next: `${call.command} --yes`,
    })
  }
  const { askConfirm } = await import("../../terminal/index.ts")
  const yes = await askConfirm({ message: "Admit this party?", default: false }, promptIo(call))
  if (yes) return "asked"
  throw new UsageError("Declined: nothing was changed")
}

/** A message as the journal has it, without the stamp of its line. */
const bare = (message: Exchanged): Exchanged => {
  const {
    v: _v,
    t: _t,
    run: _run,
    type: _type,
    ...rest
  } = message as Exchanged & Record<"v" | "t" | "run" | "type", unknown>
  return rest
}

/** `approve PARTY --again`: what was sent counts as expired, so that the next run writes another approval. */
async function again(call: CallOf<"approve">, opened: OpenedFederation): Promise<number> {
  const party = call.argument!
  const record = opened.memory?.parties.get(party)
  const request = record?.received.get("request")
  const sent = record?.sent.get("approval")
  if (record === undefined || request === undefined || record.revoked) {
    const known = [...(opened.memory?.parties.keys() ?? [])]
    throw new UsageError(`${party} was not approved here, so it cannot be approved again`, {
      why: known.length === 0 ? "no party was approved yet" : `the parties are ${known.join(", ")}`,
      fix: "approve its request first",
      next: `${call.io.program} approve ${party}.request --fingerprint '…'${federationFlags(call)}`,
    })
  }
  const what = `another approval for ${request.name} (${party})`
  const how = await approval(call, [what])
  await withState(call, opened, async (state) => {
    await state.journal.append({ type: "approval", what, how }).durable
  })
  const sites = request.names.map(({ ours }) => ours)
  const { renewed, handedOver } = stepsAgain(call, opened, sites)
  // What the last one brought may be used up: the steps that make it for this party alone make it again.
  if (renewed.length > 0) {
    const code = await runFederation(
      { ...call, steps: renewed },
      { approvalBy: "named", rerun: true, quiet: true, sites },
    )
    if (code !== EXIT.done) return code
  }
  const latest = readState(opened.folder).journal.memory.parties.get(party)?.sent.get("approval")
  if (latest !== undefined && latest.digest !== sent?.digest) return EXIT.done
  await withState(call, opened, async (state) => {
    if (sent !== undefined)
      await state.journal.append({ type: "message", ...bare(sent), closed: true }).durable
  })
  return runFederation({ ...call, steps: handedOver }, { approvalBy: "named", sites })
}

/** The steps of these sites behind an approval: those that make what it brings again, and those after which it is written. */
function stepsAgain(
  { notebook }: Call,
  { federation }: OpenedFederation,
  sites: readonly string[],
): { readonly renewed: readonly string[]; readonly handedOver: readonly string[] } {
  const { approval: message } = notebook.parties!
  const here = buildGraph(notebook, federation).cells.filter(
    ({ party, site }) => party === undefined && site !== undefined && sites.includes(site.name),
  )
  const own = notebook.steps.filter(({ id }) => here.some(({ step }) => step.id === id))
  const last = notebook.steps.findLastIndex(({ id }) => message.steps.includes(id))
  const renewed = own.filter((step) => step.rerun !== undefined && notebook.steps.indexOf(step) <= last)
  return {
    renewed: renewed.map(({ id }) => id),
    handedOver: own.filter(({ id }) => message.steps.includes(id)).map(({ id }) => id),
  }
}
