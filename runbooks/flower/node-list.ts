/** The SuperLink's own list of its SuperNodes. It shows who is connected now; logs only show who registered. */
import type { Context } from "../context.ts"
import { CONNECTION, withControlApi } from "./flwr.ts"
import type { Running } from "./running.ts"

/** A node as the SuperLink lists it. Its id is an unsigned 64-bit number: text. */
export interface ListedNode {
  readonly id: string
  /** `online`, `offline`, `registered`, `unregistered`. */
  readonly status: string
}

/** Calls in progress, by federation folder: SuperNodes that are verified at the same time share one. */
const asking = new Map<string, Promise<ListedNode[]>>()

/**
 * The SuperLink's list.
 * @param fresh starts a new call: the result of a call in progress may be too old
 * @throws as withControlApi
 */
export async function listNodes(
  context: Context,
  superlink: Running,
  flwr: string,
  fresh: boolean,
): Promise<ListedNode[]> {
  const key = context.folder
  const shared = fresh ? undefined : asking.get(key)
  if (shared !== undefined) {
    const nodes = await shared.catch(() => undefined)
    // It fails if the step that started it ends.
    if (nodes !== undefined) return nodes
  }
  const own = ask(context, superlink, flwr)
  asking.set(key, own)
  try {
    return await own
  } finally {
    if (asking.get(key) === own) asking.delete(key)
  }
}

const ask = (context: Context, superlink: Running, flwr: string): Promise<ListedNode[]> =>
  withControlApi(context, superlink, flwr, async (api) => {
    const { nodes } = await api.query<{ nodes: { "node-id": string; status: string }[] }>([
      "supernode",
      "list",
      CONNECTION,
    ])
    return nodes.map((node) => ({ id: String(node["node-id"]), status: node.status }))
  })
