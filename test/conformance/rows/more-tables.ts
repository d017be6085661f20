/** Columns of kinds that people look at beside their workloads. */
import { row, type Theme } from "../row.ts"
import type { Scene } from "../scene.ts"

const TABLE = { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" }

/** A table's columns and its first row; an age is only its name. */
const shown = async ({ admin }: Scene, path: string) => {
  const { body } = await admin.get(path, TABLE)
  const all: { name: string; priority: number }[] = body.columnDefinitions
  const cells = all.flatMap(({ name }, index) => (name === "Age" ? [] : [body.rows[0].cells[index]]))
  return { columns: all.map(({ name, priority }) => (priority > 0 ? `(${name})` : name)), cells }
}

export const moreTables: Theme = {
  theme: "more tables",
  rows: [
    row(
      "a quota",
      async (scene) => {
        const { admin, core } = scene
        const hard = { pods: "3", "limits.cpu": "4" }
        await admin.post(`${core}/resourcequotas`, { metadata: { name: "q" }, spec: { hard } })
        await admin.merge(`${core}/resourcequotas/q/status`, {
          status: { hard, used: { pods: "0", "limits.cpu": "0" } },
        })
        return shown(scene, `${core}/resourcequotas`)
      },
      { columns: ["Name", "Request", "Limit", "Age"], cells: ["q", "pods: 0/3", "limits.cpu: 0/4"] },
    ),
    row(
      "a LimitRange",
      async (scene) => {
        const limits = [{ type: "Container", max: { cpu: "1" } }]
        await scene.admin.post(`${scene.core}/limitranges`, { metadata: { name: "r" }, spec: { limits } })
        return shown(scene, `${scene.core}/limitranges`)
      },
      { columns: ["Name", "Created At"], cells: ["r", "TIME"] },
    ),
    row(
      "an account",
      async (scene) => {
        await scene.admin.post(`${scene.core}/serviceaccounts`, { metadata: { name: "a" } })
        return shown(scene, `${scene.core}/serviceaccounts`)
      },
      { columns: ["Name", "Secrets", "Age"], cells: ["a", 0] },
    ),
    row(
      "a node",
      async (scene) => {
        const { admin, id } = scene
        await admin.post("/api/v1/nodes", {
          metadata: { name: id, labels: { "node-role.kubernetes.io/worker": "" } },
        })
        await admin.merge(`/api/v1/nodes/${id}/status`, {
          status: {
            addresses: [{ type: "InternalIP", address: "127.0.0.1" }],
            conditions: [{ type: "Ready", status: "True" }],
            nodeInfo: {
              ...{ kubeletVersion: "v1.2.3", osImage: "An OS", kernelVersion: "6.1" },
              ...{ containerRuntimeVersion: "cri-o://1.32", architecture: "amd64", operatingSystem: "linux" },
              ...{ machineID: "", systemUUID: "", bootID: "", kubeProxyVersion: "" },
            },
          },
        })
        const found = await shown(scene, `/api/v1/nodes/${id}`)
        await admin.delete(`/api/v1/nodes/${id}`)
        return found
      },
      {
        columns: [
          ...["Name", "Status", "Roles", "Age", "Version", "(Internal-IP)", "(External-IP)", "(OS-Image)"],
          ...["(Kernel-Version)", "(Container-Runtime)"],
        ],
        cells: ["ID", "Ready", "worker", "v1.2.3", "127.0.0.1", "<none>", "An OS", "6.1", "cri-o://1.32"],
      },
    ),
  ],
}
