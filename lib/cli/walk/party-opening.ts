import { createParty, idOf, ownParties } from "../../parties/identity.ts"
import { isLine, LONGEST_NAME } from "../../parties/payloads.ts"
import { askText } from "../../terminal/index.ts"
import { type Call, promptIo } from "../call.ts"
import { stateRoot } from "../folder.ts"
import { askFederationName, wrongName } from "./ask-names.ts"
import { say } from "./say.ts"
import { withFlag } from "./with-flag.ts"

/** The choices for whoever shares no credentials with the others, where the notebook has them. */
export const PARTY_CHOICES = [
  {
    value: "join",
    name: "Join a federation that somebody else runs",
    description: "You log in to your own cluster only; the other side sends you files",
  },
  {
    value: "host",
    name: "Run a federation that other institutions join",
    description: "They log in to their own clusters only; they send you files",
  },
] as const

/** Asks which federation of whom. @returns the call as if its flags had said so */
export async function askToJoin(call: Call): Promise<Call> {
  await ensureParty(call)
  const name = await askFederationName(call, "The name of the federation, as its owner says it")
  const message = "Who runs it? A short name of your choice, such as the-trial"
  const owner = await askText({ message, check: wrongName }, promptIo(call))
  return withFlag(withFlag(call, "name", name), call.notebook.parties!.coordinator, `party=${owner}`)
}

/** Asks who will join. @returns the call as if its flags had said so */
export async function askToHost(call: Call): Promise<Call> {
  const { parties, roles } = call.notebook
  await ensureParty(call)
  const name = await askFederationName(call, "A name for this federation; those who join need it too")
  const message = "Who joins it? Short names, such as st-marys charite"
  const text = await askText({ message, check: wrongNames }, promptIo(call))
  const role = Object.keys(roles).find((one) => one !== parties!.coordinator && roles[one] === "many")!
  const sites = namesIn(text).map((party) => `party=${party}`)
  return withFlag(withFlag(call, "name", name), role, ...sites)
}

/** Keys by which the others know this user, made once. */
async function ensureParty(call: Call): Promise<void> {
  const root = stateRoot(call.notebook, call.io.env)
  if (ownParties(root).length > 0) return
  say(call, "The others know you by your keys, which are created now and stay on this machine.")
  const message = 'Your name, as the others read it, such as "St. Mary\'s"'
  const name = await askText({ message, check: wrongPartyName }, promptIo(call))
  const { fingerprint } = await createParty(root, idOf(name), name)
  say(call, "Your fingerprint, which you read out to the other side, by telephone for example:")
  say(call, `${fingerprint}\n`, "  ")
}

export function wrongPartyName(name: string): string | undefined {
  if (name.trim() === "") return "a name is needed: other people read it"
  if (!isLine(name, LONGEST_NAME)) return "use at most 100 characters, all of them visible"
  return idOf(name) === "" ? "use at least one letter from a to z, or a digit" : undefined
}

const namesIn = (text: string): string[] => text.split(/[\s,]+/).filter((name) => name !== "")

function wrongNames(text: string): string | undefined {
  const names = namesIn(text)
  if (names.length === 0) return "name one at least"
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  return twice === undefined
    ? names.map(wrongName).find((wrong) => wrong !== undefined)
    : `${twice} is named twice`
}
