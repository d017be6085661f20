import { UsageError } from "../../notebook/errors.ts"
import type { Federation } from "../../notebook/federation.ts"
import { fileKey, type Site } from "../../notebook/roles.ts"
import { isCoordinator } from "../../runner/crossing.ts"
import { type Call, federationFlags } from "../call.ts"

/** The coordinator's party, for somebody who joins. @throws UsageError where this user is the coordinator */
export function coordinatorOf(call: Call, federation: Federation, command: string): string {
  const { notebook } = call
  const role = notebook.parties!.coordinator
  const site = federation.sites.find((one) => one.role === role)!
  if (site.party !== undefined) return site.party
  throw new UsageError(
    `${command} is for a party that joins, and the ${role} of ${federation.name} is yours`,
    {
      why: "no `party:` says that it belongs to somebody else",
      fix: `if another party runs it, name it: --${role} party=NAME, or ${role}: { party: NAME } in the federation file; if you run it, the others ask you`,
      next: `${call.command} --${role} party=NAME`,
    },
  )
}

/** @throws UsageError where another party is the coordinator */
export function refuseOthers(call: Call, federation: Federation, command: string): void {
  const { notebook } = call
  if (isCoordinator(notebook, federation)) return
  const role = notebook.parties!.coordinator
  const { party } = federation.sites.find((one) => one.role === role)!
  throw new UsageError(
    `${command} is for the coordinator, and the ${role} of ${federation.name} belongs to ${party}`,
    {
      fix: `only ${party} can do that`,
      next: `${call.io.program} status${federationFlags(call)}`,
    },
  )
}

/** The sites of a party here. @throws UsageError where the federation file has none */
export function sitesOfParty(
  { notebook, command }: Call,
  { sites, name }: Federation,
  party: string,
  wished: readonly { readonly name: string; readonly role: string }[],
): readonly Site[] {
  const found = sites.filter((site) => site.party === party)
  if (found.length > 0) return found
  const lines = wished.map(({ name: site, role }) => {
    const cardinality = notebook.roles[role] ?? "many"
    return `${fileKey(role, cardinality)}: - { name: ${site}, party: ${party} }`
  })
  throw new UsageError(`No site of ${name} belongs to ${party}`, {
    why: "who may join which site stands in the federation file, and nowhere else",
    fix: `add to it: ${lines.join("; ")}. If the party has another name there, give it with --known-as`,
    next: command,
  })
}
