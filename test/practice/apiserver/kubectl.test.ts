/** kubectl against a practice cluster. */
import { openCluster } from "../../../lib/cluster/index.ts"
import { setup } from "./harness.ts"
import { kubectlCases } from "./kubectl-cases.ts"

kubectlCases(async () => {
  const { server, close } = await setup()
  const { url, ca } = server
  const system = openCluster({
    fieldManager: "test",
    server: `https://localhost:${server.port}`,
    ca: ca.certificate,
    token: "system-token",
  })
  return {
    ...{ url, ca, system, token: "admin-token" },
    async close() {
      await system.close()
      await close()
    },
  }
})
