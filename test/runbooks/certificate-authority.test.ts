/** Where the CA's key is: in files of this machine, or with cert-manager, which the test plays. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import type { KubeObject } from "../../lib/cluster/types.ts"
import { certificatesIn, privateKeyIn, rootOf } from "../../runbooks/security/certificate.ts"
import { issueServer, newAuthority, type Pair } from "../../runbooks/security/issue.ts"
import { only, startWorld, type World, waitFor } from "./practice.ts"

const PLACE = "superlink/certificates"
const notebook = only("certificates", "root-certificates")

const folder = mkdtempSync(join(tmpdir(), "ca files_"))
let world: World
let ca: Pair
beforeAll(async () => {
  world = await startWorld()
  ca = await newAuthority("own")
})
beforeEach(() => world.begin())
afterAll(async () => {
  await world.close()
  rmSync(folder, { recursive: true, force: true })
})

const run = (values: Record<string, unknown>) => world.run({ notebook, values: { tls: "on", ...values } })
const secret = async (name: string) =>
  world
    .cluster("superlink")
    .get({ apiVersion: "v1", kind: "Secret", name, namespace: world.project("superlink") })
const served = async () =>
  certificatesIn(Buffer.from((await secret("superlink-tls"))!.data["tls.crt"], "base64").toString())
const file = (name: string, text: string): string => {
  const path = join(folder, name)
  writeFileSync(path, text, { mode: 0o600 })
  return path
}

describe("files", () => {
  const files = (certificate: string, key: string) => ({
    "ca-certificate-file": file("ca.pem", certificate),
    "ca-key-file": file("ca-key.pem", key),
  })

  test("sign the certificate, and their key goes nowhere", async () => {
    expect((await run(files(ca.certificate, ca.key)))[PLACE]).toMatch(/^applied: Secret superlink-tls/)
    expect(rootOf(await served(), certificatesIn(ca.certificate))).toBeDefined()
    expect(await secret("superlink-ca")).toBeUndefined()
    expect(JSON.stringify(world.events)).not.toContain(ca.key.split("\n")[1])
  })

  test("of another CA are given to the SuperNodes first", async () => {
    await run(files(ca.certificate, ca.key))
    const before = await served()
    const next = await newAuthority("next")
    // There is no SuperNode yet that could be locked out: all of it is done at once.
    expect((await run(files(next.certificate, next.key)))[PLACE]).toMatch(/^updated: /)
    expect((await served())[0]!.fingerprint256).not.toBe(before[0]!.fingerprint256)
    expect(rootOf(await served(), certificatesIn(next.certificate))).toBeDefined()
  })

  test("that are not a CA are refused, with the reason", async () => {
    const pair = await issueServer({ certificate: ca.certificate, key: privateKeyIn(ca.key)! }, ["fleet-api"])
    expect((await run(files(pair.certificate, pair.key)))[PLACE]).toMatch(
      /^blocked: .* are not a CA: the certificate is not one of a CA/,
    )
    expect((await run(files(ca.certificate, pair.key)))[PLACE]).toMatch(
      /^blocked: .* are not a CA: the key belongs to another certificate/,
    )
    expect((await run(files(ca.certificate, "nothing")))[PLACE]).toMatch(
      /^blocked: .* are not a CA: there is no private key without a passphrase/,
    )
    expect(await secret("superlink-tls")).toBeUndefined()
  })
})

describe("cert-manager", () => {
  const values = { "ca-issuer": "flower-ca" }
  const CERTIFICATE = { apiVersion: "cert-manager.io/v1", kind: "Certificate" }
  const crd: KubeObject = {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "certificates.cert-manager.io" },
    spec: {
      group: "cert-manager.io",
      scope: "Namespaced",
      names: {
        kind: "Certificate",
        plural: "certificates",
        singular: "certificate",
        listKind: "CertificateList",
      },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          subresources: { status: {} },
          schema: {
            openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
          },
        },
      ],
    },
  }

  /** What cert-manager does with a Certificate. */
  async function issue(from: Pair): Promise<void> {
    const cluster = world.cluster("superlink")
    const namespace = world.project("superlink")
    const name = "superlink-issued"
    const asked = await waitFor(cluster, (reader) => reader.get({ ...CERTIFICATE, name, namespace }))
    const { spec, metadata } = asked
    expect(spec.issuerRef).toMatchObject({ name: "flower-ca", kind: "Issuer" })
    const hosts = [...spec.dnsNames, ...spec.ipAddresses]
    const signer = { certificate: from.certificate, key: privateKeyIn(from.key)! }
    const { certificate, key } = await issueServer(signer, hosts)
    const files = { "tls.crt": certificate, "tls.key": key, "ca.crt": from.certificate }
    await cluster.apply({
      ...{ apiVersion: "v1", kind: "Secret", type: "kubernetes.io/tls" },
      metadata: { name: spec.secretName, namespace, ...spec.secretTemplate },
      data: Object.fromEntries(
        Object.entries(files).map(([one, text]) => [one, Buffer.from(text).toString("base64")]),
      ),
    })
    const ready = { type: "Ready", status: "True", observedGeneration: metadata.generation }
    await cluster.merge(
      { ...CERTIFICATE, name, namespace },
      { status: { conditions: [ready] } },
      { subresource: "status" },
    )
  }

  test("is named where the cluster has none", async () => {
    expect((await run(values))[PLACE]).toBe("blocked: the SuperLink's cluster has no cert-manager")
  })

  test("issues, and the certificate is taken over", async () => {
    await world.cluster("superlink").create(crd)
    const [outcomes] = await Promise.all([run(values), issue(ca)])
    expect(outcomes[PLACE]).toMatch(/^applied: Secret superlink-tls: the certificate expires in/)
    expect(outcomes["supernode-1/root-certificates"]).toMatch(/^applied: /)
    expect(rootOf(await served(), certificatesIn(ca.certificate))).toBeDefined()
    expect((await run(values))[PLACE]).toMatch(/^unchanged: /)
  })
})
