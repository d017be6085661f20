/** The practice server as a world for the table. */
import { startApiServer } from "../../lib/practice/apiserver/index.ts"
import { createAuthority } from "../../lib/practice/certificates.ts"
import { createFaultTable } from "../../lib/practice/faults.ts"
import { openClient } from "./client.ts"
import type { World } from "./scene.ts"

export const openPractice = async (): Promise<World> => {
  const server = await startApiServer({
    name: "conformance",
    ca: await createAuthority("conformance"),
    faults: createFaultTable(),
    users: [
      { name: "admin", token: "admin-token", groups: ["system:masters"], admin: true },
      { name: "developer", token: "developer-token", groups: [], admin: false },
    ],
    // As a server that has been up for a while: versions from before are too old.
    resourceVersion: 100,
  })
  const client = (token?: string) =>
    openClient({ port: server.port, ca: server.ca.certificate, ...(token === undefined ? {} : { token }) })
  const clients = {
    admin: client("admin-token"),
    developer: client("developer-token"),
    anonymous: client(),
    stranger: client("nobody-token"),
  }
  return {
    name: "practice",
    ...clients,
    as: client,
    async compact() {},
    async close() {
      for (const it of Object.values(clients)) it.close()
      await server.close()
    },
  }
}
