/** Bodies with a value of a wrong type: the practice server says of each what a real kube-apiserver says of it. */
import { mkdtempSync } from "node:fs"
import { rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test } from "vitest"
import { openClient } from "../../conformance/client.ts"
import { normal, said } from "../../conformance/normal.ts"
import { openPractice } from "../../conformance/practice-world.ts"
import { openScene, type Scene } from "../../conformance/scene.ts"
import { pathOfBody, type WrongBody, wrongBodies } from "../../conformance/wrong-types.ts"
import { whyNot } from "../control-plane/build.ts"
import { startControlPlane } from "../control-plane/control-plane.ts"

/** So many requests at once: two cores answer no more. */
const AT_ONCE = 8

const why = await whyNot()

test.skipIf(why !== undefined)(why ?? "each field of each built-in kind", async () => {
  const folder = mkdtempSync(join(tmpdir(), "wrong-types-"))
  const plane = await startControlPlane("types", folder, { controllerManager: false })
  const admin = openClient({ port: plane.port, ca: plane.ca.certificate, token: plane.system.token })
  const practice = await openPractice()
  try {
    const real = await openScene({ ...practice, name: "real", admin })
    const played = await openScene(practice)
    const ask = async (scene: Scene, one: WrongBody): Promise<string> => {
      const path = `${pathOfBody(one, scene.ns)}?dryRun=All&fieldValidation=Strict`
      return String(normal(said(await scene.admin.post(path, one.body)), scene))
    }
    const different: string[] = []
    const bodies = wrongBodies().values()
    let refused = 0
    const work = async (): Promise<void> => {
      for (const one of bodies) {
        const [theirs, ours] = await Promise.all([ask(real, one), ask(played, one)])
        if (theirs.startsWith("400")) refused += 1
        // What is wrong with a value of the right type is held to the real server by the table.
        if (theirs !== ours && [theirs, ours].some((text) => /^(400|500)/.test(text)))
          different.push(`${one.name}\n  real: ${theirs}\n  practice: ${ours}`)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    expect(different).toEqual([])
    expect(refused).toBeGreaterThan(7000)
  } finally {
    admin.close()
    await practice.close()
    await plane.close()
    await rm(folder, { recursive: true, force: true })
  }
})
