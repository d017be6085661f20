/** How soon a step ends once the cluster is ready: from the write's answer to the step's end, through watch and look. */
import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { openCluster } from "../../lib/cluster/index.ts"
import { writeKubeconfig } from "../../lib/cluster/kubeconfig.ts"
import { notebook, progressing, ready, run, type StepContext, step } from "../../lib/index.ts"
import { startApiServer } from "../../lib/practice/apiserver/index.ts"
import { createAuthority } from "../../lib/practice/certificates.ts"
import { createFaultTable } from "../../lib/practice/faults.ts"
import { median } from "./startup.ts"

const ROUNDS = 21
const map = (ready: string) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "gate", namespace: "default" },
  data: { ready },
})

/** @returns medians in milliseconds: of the reaction, and of one plain read in the same run */
export async function reaction(): Promise<{ reaction: number; read: number; worst: number }> {
  const ca = await createAuthority("bench")
  const user = { name: "admin", token: "bench-token-of-no-worth", groups: ["system:masters"], admin: true }
  const server = await startApiServer({ name: "bench", users: [user], ca, faults: createFaultTable() })
  const cluster = openCluster({
    fieldManager: "test",
    server: server.url,
    ca: ca.certificate,
    token: user.token,
  })
  const times: number[] = []
  const reads: number[] = []
  try {
    for (let round = 0; round < ROUNDS; round++) {
      await cluster.apply(map("no"))
      const asked = performance.now()
      await cluster.get({ apiVersion: "v1", kind: "ConfigMap", name: "gate", namespace: "default" })
      reads.push(performance.now() - asked)
      const folder = mkdtempSync(join(tmpdir(), "reaction-"))
      const kubeconfig = join(folder, "kubeconfigs", "site")
      await writeKubeconfig(kubeconfig, { server: server.url, ca: ca.certificate, token: user.token })
      let written = 0
      let ended = 0
      await run(
        gate,
        { name: "bench", sites: [{ name: "site", role: "place" }] },
        {
          folder,
          listeners: [
            (event) => {
              if (event.type === "waiting") {
                // Let the watch stand, as it does in a wait that takes any time at all.
                setTimeout(() => void cluster.apply(map("yes")).then(() => (written = performance.now())), 50)
              }
              if (event.type === "step ended") ended = performance.now()
            },
          ],
        },
      )
      times.push(Math.max(0, ended - written))
    }
  } finally {
    await cluster.close()
    await server.close()
  }
  return { reaction: median(times), read: median(reads), worst: Math.max(...times) }
}

const gate = notebook({
  name: "bench",
  title: "",
  roles: { place: "many" },
  inputs: {},
  steps: [
    step<StepContext>({
      id: "gate",
      title: "",
      on: "every site",
      prose: "",
      check: async ({ cluster }) => {
        const found = await cluster.get({
          apiVersion: "v1",
          kind: "ConfigMap",
          name: "gate",
          namespace: "default",
        })
        return found?.data.ready === "yes" ? ready("open") : progressing("closed")
      },
    }),
  ],
})
