/**
 * AttachedConnector and AttachedConnectorBinding: a connector whose pods are in another namespace than the Site. The two are joined by
 * equal names; the binding names the namespace of the AttachedConnector, and that one the namespace of the Site (Skupper 2.2.1).
 */
import type { KubeObject } from "../../../cluster/types.ts"
import { kind, SKUPPER, type Skupper } from "./common.ts"

export const BINDING = "AttachedConnectorBinding"
export const ATTACHED = "AttachedConnector"

export const isThere = ({ metadata }: KubeObject): boolean => metadata.deletionTimestamp === undefined

/** The AttachedConnectors that name this namespace and binding, wherever they are. */
const namesakes = ({ store }: Pick<Skupper, "store">, site: string | undefined, name: string): KubeObject[] =>
  kind(store, ATTACHED)
    .list()
    .filter((one) => one.metadata.name === name && one.spec.siteNamespace === site && isThere(one))

/** The AttachedConnector that a binding allows. */
export const attachedTo = (
  skupper: Pick<Skupper, "store">,
  { metadata: { name, namespace }, spec }: KubeObject,
): KubeObject | undefined =>
  namesakes(skupper, namespace, name).find((one) => one.metadata.namespace === spec.connectorNamespace)

/** What the router of a namespace gets from its bindings, in the form of Connectors whose pods are in another namespace. */
export const attachedConnectors = (skupper: Pick<Skupper, "store">, namespace: string): KubeObject[] =>
  kind(skupper.store, BINDING)
    .list(namespace)
    .filter(isThere)
    .flatMap((binding) => {
      const attached = attachedTo(skupper, binding)
      if (attached === undefined) return []
      const { siteNamespace: _, ...spec } = attached.spec
      return [
        {
          ...{ apiVersion: SKUPPER, kind: "Connector", metadata: attached.metadata },
          spec: { ...spec, routingKey: binding.spec.routingKey },
        },
      ]
    })
