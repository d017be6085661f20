/** With SuperNode authentication, the registration says which node a site is; the SuperNode's own log only has to agree. */
import { blocked, type CheckResult } from "../../lib/index.ts"
import type { Context } from "../context.ts"
import { type Registry, readRegistry } from "../security/registry.ts"
import { registeredHere } from "./registration.ts"

/** The node that the SuperNode of this step's site is, and what the registration says about it. */
export interface Identified {
  readonly id: string
  readonly holds: readonly string[]
}

/**
 * Compares what the SuperNode's log shows with the registration. Where its log no longer reaches back to its start, the
 * registration alone says which node it is.
 * @param shown what the log shows
 */
export async function registeredHop(
  context: Context,
  shown: { readonly id: string } | CheckResult,
): Promise<Identified | CheckResult> {
  const { site, inputs } = context
  if (inputs.nodeAuth !== "on") return "state" in shown ? shown : { id: shown.id, holds: [] }
  const id = (await registeredHere(context)).at(-1)?.id
  if ("state" in shown) {
    const isUnproven = shown.state === "blocked" && shown.code === "unproven"
    return isUnproven && id !== undefined ? { id, holds: [`registered as ${site.name}`] } : shown
  }
  if (id === undefined) return { id: shown.id, holds: ["registered by somebody else"] }
  if (id === shown.id) return { id, holds: [`registered as ${site.name}`] }
  return blocked(
    `registration: its log shows node ${shown.id}, and ${site.name} is registered as node ${id}`,
    {
      code: "registration",
      fix: "the SuperNode runs with another key than the registered one: restart it, so that it reads its key again",
      next: `flower-runbook step deploy-supernode --site ${site.name} --rerun`,
    },
  )
}

/** The site that each registered id belongs to; empty without SuperNode authentication. */
export async function sitesById(context: Context): Promise<ReadonlyMap<string, string>> {
  if (context.inputs.nodeAuth !== "on") return new Map()
  const registry: Registry = await readRegistry(context)
  return new Map(
    [...registry].flatMap(([site, keys]) =>
      keys.flatMap(({ id }): [string, string][] => (id === undefined ? [] : [[id, site]])),
    ),
  )
}
