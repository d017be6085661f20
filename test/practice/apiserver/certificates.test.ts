import { X509Certificate } from "node:crypto"
import { expect, test } from "vitest"
import { createAuthority, loadAuthority } from "../../../lib/practice/certificates.ts"

test("a certificate names its hosts and is signed by its authority", async () => {
  const ca = await createAuthority("practice west")
  const issued = await ca.issue("api", { hosts: ["127.0.0.1", "localhost"], server: true })
  const certificate = new X509Certificate(issued.certificate)
  const authority = new X509Certificate(ca.certificate)
  expect(certificate.checkIssued(authority)).toBe(true)
  expect(certificate.verify(authority.publicKey)).toBe(true)
  expect(certificate.checkIP("127.0.0.1")).toBe("127.0.0.1")
  expect(certificate.checkHost("localhost")).toBe("localhost")
  expect(certificate.checkIP("127.0.0.2")).toBeUndefined()
  expect(authority.ca).toBe(true)
  expect(certificate.ca).toBe(false)
  expect(certificate.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"])
})

test("a loaded authority signs as the one that was kept", async () => {
  const ca = await createAuthority("kept")
  const loaded = await loadAuthority(ca)
  const { certificate } = await loaded.issue("client", { client: true })
  const authority = new X509Certificate(ca.certificate)
  expect(new X509Certificate(certificate).verify(authority.publicKey)).toBe(true)
  const other = new X509Certificate((await createAuthority("kept")).certificate)
  expect(new X509Certificate(certificate).verify(other.publicKey)).toBe(false)
})
