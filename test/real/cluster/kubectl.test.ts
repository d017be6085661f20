/** kubectl against a real control plane: the same cases as against a practice cluster. */
import { mkdtempSync } from "node:fs"
import { rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe } from "vitest"
import { kubectlCases } from "../../practice/apiserver/kubectl-cases.ts"
import { whyNot } from "../control-plane/build.ts"
import { startControlPlane } from "../control-plane/control-plane.ts"

describe.skipIf((await whyNot()) !== undefined)("on a real control plane", () =>
  kubectlCases(async () => {
    const folder = mkdtempSync(join(tmpdir(), "kubectl-"))
    const admin = { name: "admin", token: "token-of-admin", groups: ["system:masters"] }
    const plane = await startControlPlane("west", join(folder, "plane"), {
      people: [admin],
      // What runs pods is left out: a pod of these tests has a kubelet of its own.
      controllers: "clusterrole-aggregation-controller,namespace-controller,serviceaccount-controller",
    })
    const system = plane.open(plane.system)
    return {
      ...{ url: plane.url, ca: plane.ca, system, token: admin.token },
      async close() {
        await system.close()
        await plane.close()
        await rm(folder, { recursive: true, force: true })
      },
    }
  }),
)
