/** Where a row plays: a server, its users, and a namespace of the row's own. */
import type { Client } from "./client.ts"

/** A server under test. */
export interface World {
  readonly name: "practice" | "real"
  /** May do everything. */
  readonly admin: Client
  /** Named `developer`, with no rights but everybody's. */
  readonly developer: Client
  /** Sends no credentials. */
  readonly anonymous: Client
  /** Sends a token that nobody has. */
  readonly stranger: Client
  /** Whoever's token it is; the row closes it. */
  as(token: string): Client
  /** The server forgets its history. */
  compact(): Promise<void>
  close(): Promise<void>
}

export interface Scene extends World {
  /** The row's own namespace; outcomes call it `NS`. */
  readonly ns: string
  /** `/api/v1/namespaces/NS` */
  readonly core: string
  /** `/apis/apps/v1/namespaces/NS` */
  readonly apps: string
  /** `/apis/conformance.example/v1/namespaces/NS` */
  readonly own: string
  /** Names that no other row has: outcomes call it `ID`. */
  readonly id: string
}

let count = 0

export const openScene = async (world: World): Promise<Scene> => {
  count += 1
  const id = `row${count}-${process.pid}`
  const ns = `conformance-${id}`
  await world.admin.post("/api/v1/namespaces", { metadata: { name: ns } })
  return {
    ...world,
    ...{ ns, id },
    core: `/api/v1/namespaces/${ns}`,
    apps: `/apis/apps/v1/namespaces/${ns}`,
    own: `/apis/conformance.example/v1/namespaces/${ns}`,
  }
}
