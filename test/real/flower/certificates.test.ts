/** Flower's own TLS with certificates that the notebook issues, on real Flower: a federated run, a renewal, and another CA. */
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { certificatesIn, rootOf } from "../../../runbooks/security/certificate.ts"
import { flat } from "../../e2e/harness.ts"
import { cannot, type FlowerWorld, projectOf, startFlowerWorld } from "./world.ts"

const TLS = ["--tls", "on"]

describe.skipIf(cannot !== undefined).each(["1.34.0", "1.38.0", "1.42.0"])("Flower %s, tls on", (version) => {
  let world: FlowerWorld
  beforeAll(async () => {
    world = await startFlowerWorld(version, 2)
  })
  afterAll(() => world?.close())

  const text = async (site: string, name: string, key: string): Promise<string> => {
    const ref = { apiVersion: "v1", kind: "Secret", name, namespace: projectOf(site) }
    return Buffer.from((await world.cluster(site).get(ref))?.data?.[key] ?? "", "base64").toString()
  }
  const served = async () => certificatesIn(await text("superlink", "superlink-tls", "tls.crt"))
  const roots = async (site: string) => certificatesIn(await text(site, "flower-root-certificates", "ca.crt"))

  test("three rounds over TLS", async () => {
    const { stdout } = await world.ends(0, "run", "--yes", "--proof", "run", ...TLS)
    expect(stdout).toContain("round 3: 2 of 2 SuperNodes")
    expect(await world.log("superlink")).not.toContain("--insecure")
    const again = await world.ends(0, "plan", "--exit-code", "--proof", "run", ...TLS)
    expect(flat(again.stdout)).toMatch(/the certificate expires in 36[45] days/)
  })

  test("another name: the certificate is renewed, and the SuperNodes come back without being restarted", async () => {
    const pods = await Promise.all(["supernode-1", "supernode-2"].map(world.pod))
    const [before] = await served()
    const more = ["--superlink", "control-api=127.0.0.2:9093"]
    await world.ends(0, "run", "--yes", "--only", "certificates,deploy-superlink", ...TLS, ...more)
    expect((await served())[0]!.fingerprint256).not.toBe(before!.fingerprint256)
    await world.ends(0, "run", "--yes", "--proof", "log", ...TLS, ...more)
    const after = await Promise.all(["supernode-1", "supernode-2"].map(world.pod))
    expect(after.map(({ metadata }) => metadata.uid)).toEqual(pods.map(({ metadata }) => metadata.uid))
  })

  test("another CA: three runs, and every SuperNode is verified after each", async () => {
    const old = (await roots("supernode-1"))[0]!
    await world.ends(0, "step", "certificates", "--rerun", "--yes", ...TLS)
    const counts: number[] = []
    for (let round = 1; round <= 3; round++) {
      const { stdout } = await world.ends(0, "run", "--yes", ...TLS)
      expect(flat(stdout)).toContain("2 of 2 SuperNodes verified")
      counts.push((await roots("supernode-2")).length)
    }
    expect(counts).toEqual([2, 2, 1])
    expect(rootOf(await served(), [old])).toBeUndefined()
    expect(rootOf(await served(), await roots("supernode-1"))).toBeDefined()
    const last = await world.ends(0, "run", "--yes", "--proof", "run", ...TLS)
    expect(last.stdout).toContain("round 3: 2 of 2 SuperNodes")
  })
})
