/** Flower's own TLS, beside the interconnect's: a pair that does not fit is named, one that fits is proven. */
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { createAuthority } from "../../../lib/practice/certificates.ts"
import type { CertificateAuthority } from "../../../lib/practice/types/apiserver.ts"
import { flat } from "../../e2e/harness.ts"
import { cannot, type FlowerWorld, projectOf, startFlowerWorld } from "./world.ts"

const FLAGS = ["--tls-secret", "flower-tls", "--root-certificates-secret", "flower-ca"]

describe.skipIf(cannot !== undefined).each(["1.34.0", "1.41.0"])("Flower %s with TLS", (version) => {
  let world: FlowerWorld
  let authority: CertificateAuthority
  beforeAll(async () => {
    world = await startFlowerWorld(version, 1)
    authority = await createAuthority("flower")
    await world.ends(0, "run", "--yes", "--to", "project")
  })
  afterAll(() => world?.close())

  const secret = (site: string, name: string, files: Record<string, string>) =>
    world.cluster(site).apply({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name, namespace: projectOf(site) },
      data: Object.fromEntries(
        Object.entries(files).map(([key, text]) => [key, Buffer.from(text).toString("base64")]),
      ),
    })
  const serve = async (...hosts: string[]) => {
    const { certificate, key } = await authority.issue("fleet-api", { hosts, server: true })
    await secret("superlink", "flower-tls", {
      "tls.crt": certificate,
      "tls.key": key,
      "ca.crt": authority.certificate,
    })
  }

  test("another CA: the SuperNode is crash-looping, and its log says why", async () => {
    await serve("fleet-api", "127.0.0.1")
    await secret("supernode-1", "flower-ca", { "ca.crt": (await createAuthority("another")).certificate })
    const { stdout } = await world.ends(1, "run", "--yes", ...FLAGS)
    expect(flat(stdout)).toMatch(
      /is blocked: .*container supernode is crash-looping \(exit code 1\): .*CERTIFICATE_VERIFY_FAILED/,
    )
  })

  test("the right one: proven by the list, over a port forward with TLS", async () => {
    await secret("supernode-1", "flower-ca", { "ca.crt": authority.certificate })
    await world.cluster("supernode-1").remove({
      apiVersion: "v1",
      kind: "Pod",
      namespace: projectOf("supernode-1"),
      name: (await world.anyPod("supernode-1")).metadata.name,
    })
    const { stdout } = await world.ends(0, "run", "--yes", "--proof", "list", ...FLAGS)
    expect(stdout).toMatch(new RegExp(`node ${await world.id("supernode-1")} online`))
    expect(await world.log("superlink")).not.toContain("--insecure")
  })

  test("a certificate that is for the interconnect's name only cannot be used through a port forward, and that is reported", async () => {
    await serve("fleet-api")
    const { stdout } = await world.ends(1, "step", "verify", "--proof", "list", ...FLAGS)
    expect(flat(stdout)).toContain("the SuperLink's certificate is not valid for localhost")
    expect(flat(stdout)).toContain("--control-api HOST:PORT")
  })
})
