/** A real kube-apiserver is held to the same table as the practice server (test/conformance). */
import { mkdtempSync } from "node:fs"
import { rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe } from "vitest"
import { openClient } from "../../conformance/client.ts"
import type { World } from "../../conformance/scene.ts"
import { holdToTable } from "../../conformance/suite.ts"
import { whyNot } from "../control-plane/build.ts"
import { startControlPlane } from "../control-plane/control-plane.ts"

/** Those whose work the practice server does itself. Others would change what rows look at: Deployments, accounts. */
const CONTROLLERS = ["garbage-collector", "namespace", "serviceaccount", "clusterrole-aggregation"]

const open = async (): Promise<World> => {
  const folder = mkdtempSync(join(tmpdir(), "conformance-"))
  const plane = await startControlPlane("conformance", folder, {
    controllers: CONTROLLERS.map((it) => `${it}-controller`).join(","),
    // As on the practice server, pods are given no token.
    flags: ["--disable-admission-plugins=ServiceAccount"],
  })
  const client = (token?: string) =>
    openClient({ port: plane.port, ca: plane.ca.certificate, ...(token === undefined ? {} : { token }) })
  const clients = {
    admin: client(plane.system.token),
    developer: client(plane.developer.token),
    anonymous: client(),
    stranger: client("nobody-token"),
  }
  return {
    name: "real",
    ...clients,
    as: client,
    compact: () => plane.compact(),
    async close() {
      for (const it of Object.values(clients)) it.close()
      await plane.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const why = await whyNot()

describe.skipIf(why !== undefined)(why ?? "kube-apiserver", () => holdToTable(open))
