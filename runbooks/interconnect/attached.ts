/**
 * The two ends that lead a party's network to the SuperLink's pods: an AttachedConnector in the SuperLink's project (selector and port)
 * and an AttachedConnectorBinding in the project of the network (routing key). Skupper joins them by their equal names, and only the
 * binding knows whether a Listener matches (measured with Skupper 2.2.1).
 */
import {
  type CheckResult,
  type Difference,
  drifted,
  type KubeObject,
  missing,
  progressing,
  type Ref,
  ready,
} from "../../lib/index.ts"
import type { Context, Manual } from "../context.ts"
import { adopted } from "../shared/labels.ts"
import { condition, isTrue, objectRef } from "../shared/reading.ts"
import { FLEET_API } from "./exposure.ts"
import { attachedName, hubOf } from "./hub.ts"
import { message, SKUPPER } from "./skupper.ts"

export const BINDING = "AttachedConnectorBinding"
export const ATTACHED = "AttachedConnector"

/** Where the AttachedConnector leads: the SuperLink's pods and their Fleet port. */
export interface Target {
  readonly selector: string
  readonly port: number
}

export const bindingRef = (context: Pick<Context, "inputs" | "the">, supernode: Context["site"]): Ref => ({
  apiVersion: SKUPPER,
  kind: BINDING,
  name: attachedName(supernode),
  namespace: hubOf(context, supernode).project,
})

export const attachedRef = ({ the }: Pick<Context, "the">, supernode: Context["site"]): Ref => ({
  apiVersion: SKUPPER,
  kind: ATTACHED,
  name: attachedName(supernode),
  namespace: the("superlink").project,
})

/** What both should be, the AttachedConnector first. */
export function wantedEnds(
  context: Pick<Manual, "inputs" | "the" | "site">,
  { selector, port }: Target,
): [KubeObject, KubeObject] {
  const { site, the } = context
  const { project } = the("superlink")
  return [
    objectOf(attachedRef(context, site), { siteNamespace: hubOf(context, site).project, selector, port }),
    objectOf(bindingRef(context, site), { connectorNamespace: project, routingKey: FLEET_API }),
  ]
}

const objectOf = ({ apiVersion, kind, name, namespace = "" }: Ref, spec: object): KubeObject => ({
  ...{ apiVersion, kind, metadata: { name, namespace } },
  spec,
})

/** Both ends as they are. */
export async function findEnds(context: Context): Promise<[KubeObject | undefined, KubeObject | undefined]> {
  const { site, at, the } = context
  const { cluster } = at(the("superlink"))
  return [await cluster.get(attachedRef(context, site)), await cluster.get(bindingRef(context, site))]
}

/** Whether both exist as they should be, and Skupper has joined them; `verify` checks whether a Listener matches. */
export function checkEnds(
  context: Context,
  found: readonly (KubeObject | undefined)[],
  wanted: readonly KubeObject[],
): CheckResult {
  for (const [index, end] of wanted.entries()) {
    const one = found[index]
    if (one === undefined) return missing(`no ${nameOf(end)} in ${end.metadata.namespace}`)
    if (one.metadata.deletionTimestamp !== undefined)
      return progressing(`${nameOf(end)} is being deleted; waiting until it is gone`, objectRef(one))
  }
  const fields = wanted.flatMap((end, index) => differences(found[index]!, end))
  const [attached, binding] = found as [KubeObject, KubeObject]
  if (fields.length > 0) return drifted(fields, { object: objectRef(binding) })
  for (const one of [attached, binding]) {
    if (!isTrue(one, "Configured"))
      return progressing(
        `${nameOf(one)}: ${condition(one, "Configured")?.message ?? message(one)}`,
        objectRef(one),
      )
  }
  const matched = isTrue(binding, "Matched") ? "matched" : "not matched yet"
  const before = adopted(binding, context) && adopted(attached, context)
  return ready(
    `${nameOf(attached)} leads project ${binding.metadata.namespace} to the SuperLink, ${matched}${before ? "; it existed before" : ""}`,
    { object: objectRef(binding), ...(before && { adopted: true }) },
  )
}

const nameOf = ({ kind, metadata }: KubeObject): string => `${kind} ${metadata.name}`

const FIELDS: Readonly<Record<string, string>> = {
  siteNamespace: "site namespace",
  connectorNamespace: "connector namespace",
  routingKey: "routing key",
  selector: "selector",
  port: "port",
}

const differences = (found: KubeObject, wanted: KubeObject): Difference[] =>
  Object.entries(wanted.spec as Record<string, unknown>)
    .filter(([key, value]) => String(found.spec?.[key] ?? "") !== String(value))
    .map(([key, value]) => ({
      field: `${FIELDS[key]} of ${nameOf(wanted)}`,
      found: String(found.spec?.[key] ?? "none"),
      wanted: String(value),
    }))
