/**
 * The hub of a SuperNode: the Skupper Site in the SuperLink's cluster that its Link leads to. In the shared network that is the Site in
 * the SuperLink's own project; with a network per party, it is the Site of the party's network, in a project of its own.
 */
import type { Context, Manual } from "../context.ts"
import { FLEET_API } from "./exposure.ts"
import { NAME } from "./inputs.ts"

type Place = Manual["site"]
type Sites = Pick<Manual, "inputs" | "the">

/** Whether each party has a network of its own. */
export const isPerParty = ({ inputs }: Pick<Manual, "inputs">): boolean => inputs.network === "per-party"

/** The name of a SuperNode's network: that of its party, unless another one is given. */
export const networkOf = ({ networkName, party, name }: Place): string => networkName ?? party ?? name

/** The SuperLink's site with the project and the Skupper site of the network that a SuperNode is in. */
export function hubOf(context: Sites, supernode: Place): Place {
  const superlink = context.the("superlink")
  if (!isPerParty(context)) return superlink
  const project = context.inputs.networkProject.replaceAll(NAME, networkOf(supernode))
  return { ...superlink, project, skupperSite: project }
}

/** The hubs of all SuperNodes, each once. */
export function hubsOf(context: Sites & Pick<Manual, "all">): Place[] {
  const hubs = context.all("supernode").map((site) => hubOf(context, site))
  return [...new Map(hubs.map((hub) => [hub.project, hub])).values()]
}

/** The SuperNodes that share the network of one of them, itself included. */
export const sharersOf = (context: Sites & Pick<Manual, "all">, supernode: Place): Place[] =>
  context.all("supernode").filter((one) => hubOf(context, one).project === hubOf(context, supernode).project)

/** The name of the AttachedConnector and of its binding: Skupper joins the two by equal names. */
export const attachedName = (supernode: Place): string => `${FLEET_API}-${networkOf(supernode)}`

/** The context of a step as if its site were the hub. */
export function atHub(context: Context): Context {
  const hub = hubOf(context, context.site)
  return Object.create(context, {
    site: { value: hub },
    ...Object.getOwnPropertyDescriptors(context.at(hub)),
  }) as Context
}
