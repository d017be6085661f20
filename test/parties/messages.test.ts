/** What is accepted from somebody else's file, and what is not. */
import { spawnSync } from "node:child_process"
import { generateKeyPairSync, randomBytes } from "node:crypto"
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { preAuthentication } from "../../lib/parties/dsse.ts"
import { fingerprintOf, isFingerprint, isWholeFingerprint } from "../../lib/parties/fingerprint.ts"
import { createParty, idOf, loadParty, type OwnParty } from "../../lib/parties/identity.ts"
import { parseMessage, type RequestPayload, readMessage, writeMessage } from "../../lib/parties/messages.ts"
import { holdsPrivateKey } from "../../lib/parties/private-keys.ts"
import { openSealed, sealFor } from "../../lib/parties/sealing.ts"

let root: string
let party: OwnParty
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "party-"))
  party = await createParty(root, "st-marys", "St. Mary's")
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

const request = (more: Partial<RequestPayload> = {}): RequestPayload => ({
  kind: "request",
  version: 1,
  notebook: "meeting",
  federation: "trial",
  from: { id: party.id, name: party.name, signing: party.signing, recipient: party.recipient },
  created: "2026-11-30T12:00:00.000Z",
  expires: "2026-12-14T12:00:00.000Z",
  purpose: "to see",
  sites: [{ name: "guest-1", role: "guest" }],
  values: [{ step: "badge", site: "guest-1", name: "badge", content: "red badge" }],
  ...more,
})
const parse = (text: string) => parseMessage("meeting", Buffer.from(text))

describe("an envelope", () => {
  it("is encoded as the DSSE specification has it", () => {
    expect(preAuthentication("http://example.com/HelloWorld", Buffer.from("hello world")).toString()).toBe(
      "DSSEv1 29 http://example.com/HelloWorld 11 hello world",
    )
  })

  it("is read as it was written", () => {
    const { text, digest } = writeMessage(party, request())
    expect(parse(text)).toEqual({ payload: request(), digest, fingerprint: party.fingerprint })
  })

  it("is refused with any bit of it altered", () => {
    const { text } = writeMessage(party, request())
    const accepted: number[] = []
    for (let index = 0; index < text.length; index++) {
      const bytes = Buffer.from(text)
      bytes[index] = bytes[index]! ^ 1
      try {
        parseMessage("meeting", bytes)
        accepted.push(index)
      } catch {}
    }
    expect(accepted).toEqual([])
  })

  it("is refused with any field of its payload altered, though the rest is signed", () => {
    const { text } = writeMessage(party, request())
    const envelope = JSON.parse(text)
    const payload = JSON.parse(Buffer.from(envelope.payload, "base64").toString()) as Record<string, unknown>
    for (const name of Object.keys(payload)) {
      const before = payload[name]
      const altered = { ...payload, [name]: typeof before === "string" ? `${before.slice(0, -1)}9` : [] }
      const changed = { ...envelope, payload: Buffer.from(JSON.stringify(altered)).toString("base64") }
      expect(() => parse(JSON.stringify(changed)), name).toThrow()
    }
  })

  it("is refused with a key twice, an unknown field, another type, too many bytes, or no JSON at all", () => {
    const { text } = writeMessage(party, request())
    expect(() =>
      parse(text.replace('"payloadType"', '"payloadType": "application/json", "payloadType"')),
    ).toThrow("a key twice")
    expect(() => parse(text.replace('"payloadType"', '"note": "x", "payloadType"'))).toThrow(
      "note is not a field of it",
    )
    expect(() => parse(text.replace("vnd.meeting.request", "vnd.other.request"))).toThrow(
      "is none of meeting",
    )
    expect(() => parse("hello")).toThrow("not JSON")
    expect(() => parse(`${"[".repeat(60_000)}${"]".repeat(60_000)}`)).toThrow("nested too deeply")
    expect(() => parse("[]")).toThrow("has to be an object")
    expect(() => parse(`{"payloadType": "${"a".repeat(300_000)}"}`)).toThrow("no message has more than")
    expect(() => parseMessage("meeting", Buffer.from([0xff, 0xfe]))).toThrow()
  })

  it("is refused with a payload of another kind than its type, or of another notebook", () => {
    expect(() => writeMessage(party, { ...request(), kind: "receipt" } as never)).toThrow()
    expect(() => parseMessage("other", Buffer.from(writeMessage(party, request()).text))).toThrow(
      "is none of other",
    )
  })

  it("is refused with a text that a terminal obeys", () => {
    expect(() => writeMessage(party, request({ purpose: "\u001b[2J" }))).toThrow("purpose")
    expect(() => writeMessage(party, request({ purpose: "a\u202eb" }))).toThrow("purpose")
  })

  it("says in one sentence what is wrong with a file", () => {
    const file = join(root, "broken.request")
    writeFileSync(file, "{}")
    expect(() => readMessage("meeting", file, "broken.request")).toThrow(
      "broken.request is not a message that can be accepted: payloadType is missing",
    )
    expect(() => readMessage("meeting", root, "folder")).toThrow("folder cannot be read: it is not a file")
    expect(() => readMessage("meeting", join(root, "none"), "none")).toThrow("there is no such file")
  })
})

describe("private keys", () => {
  const pem = () => generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey
  const forms = (): Record<string, string> => ({
    "PKCS#8 in PEM": pem().export({ type: "pkcs8", format: "pem" }).toString(),
    "SEC1 in PEM": pem().export({ type: "sec1", format: "pem" }).toString(),
    "PKCS#8 in base64": pem().export({ type: "pkcs8", format: "der" }).toString("base64"),
    "RSA in base64": generateKeyPairSync("rsa", { modulusLength: 2048 })
      .privateKey.export({ type: "pkcs1", format: "der" })
      .toString("base64"),
    JWK: JSON.stringify(pem().export({ format: "jwk" })),
    "in a Secret": JSON.stringify({
      kind: "Secret",
      data: { "tls.key": Buffer.from(pem().export({ type: "pkcs8", format: "pem" })).toString("base64") },
    }),
    "a Secret in base64": Buffer.from(
      JSON.stringify({
        data: { key: Buffer.from(pem().export({ type: "sec1", format: "pem" })).toString("base64") },
      }),
    ).toString("base64"),
    OpenSSH: `-----BEGIN OPENSSH PRIVATE KEY-----\n${Buffer.from(`openssh-key-v1\0${randomBytes(40)}`).toString("base64")}`,
    "OpenSSH without its lines": Buffer.from(`openssh-key-v1\0${"none".repeat(10)}`).toString("base64"),
    age: party.openingKey,
    "a kubeconfig": "users:\n- user:\n    client-key-data: abc",
  })

  it("are found in every form", () => {
    for (const [name, text] of Object.entries(forms())) expect(holdsPrivateKey(text), name).toBe(true)
  })

  it("are refused by the writer, and by the reader", () => {
    for (const [name, content] of Object.entries(forms())) {
      const values = [{ step: "badge", site: "guest-1", name: "badge", content }]
      expect(() => writeMessage(party, request({ values })), name).toThrow("would hold a private key")
    }
    const file = JSON.stringify({
      payloadType: "x",
      payload: Buffer.from(forms()["SEC1 in PEM"]!).toString("base64"),
    })
    expect(() => parse(file)).toThrow("it holds a private key")
  })

  it("are not seen in public keys, certificates, digests and random text", () => {
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-384" })
    expect(holdsPrivateKey(publicKey.export({ type: "spki", format: "pem" }).toString())).toBe(false)
    expect(holdsPrivateKey(JSON.stringify(publicKey.export({ format: "jwk" })))).toBe(false)
    for (let n = 0; n < 300; n++) expect(holdsPrivateKey(randomBytes(300).toString("base64"))).toBe(false)
  })
})

describe("a fingerprint", () => {
  it("is eight groups of five digits, of both keys", () => {
    expect(party.fingerprint).toMatch(/^\d{5}( \d{5}){7}$/)
    const { signing, recipient } = party
    expect(fingerprintOf({ signing, recipient })).toBe(party.fingerprint)
    expect(fingerprintOf({ signing: randomBytes(32).toString("base64"), recipient })).not.toBe(
      party.fingerprint,
    )
    expect(fingerprintOf({ signing, recipient: "age1other" })).not.toBe(party.fingerprint)
  })

  it("is compared without blanks and dashes", () => {
    expect(isFingerprint(party.fingerprint.replaceAll(" ", "-"), party.fingerprint)).toBe(true)
    expect(isFingerprint(party.fingerprint.slice(0, -1), party.fingerprint)).toBe(false)
    expect(isWholeFingerprint("12345 678")).toBe(false)
    expect(isWholeFingerprint(party.fingerprint)).toBe(true)
  })
})

describe("an identity", () => {
  it("is private, and loaded as it was made", async () => {
    expect(statSync(party.folder).mode & 0o777).toBe(0o700)
    expect(statSync(join(party.folder, "identity.json")).mode & 0o777).toBe(0o600)
    expect(await loadParty(root, "st-marys")).toEqual(party)
  })

  it("is not made twice", async () => {
    await expect(createParty(root, "st-marys", "Another")).rejects.toThrow(
      "You already act for the party st-marys",
    )
  })

  it("has an id made from its name", () => {
    expect(idOf("St. Mary's")).toBe("st-marys")
    expect(idOf("Charité – Universitätsmedizin")).toBe("charite-universitatsmedizin")
    expect(idOf("東京")).toBe("")
  })
})

describe("a seal", () => {
  it("is opened by its key alone, and not with a byte altered", async () => {
    const sealed = await sealFor(party.recipient, "the token")
    expect(await openSealed(party.openingKey, sealed)).toBe("the token")
    const other = await createParty(root, "other", "Other")
    await expect(openSealed(other.openingKey, sealed)).rejects.toThrow()
    const bytes = Buffer.from(sealed, "base64")
    for (let index = 0; index < bytes.length; index += 7) {
      const altered = Buffer.from(bytes)
      altered[index] = altered[index]! ^ 1
      await expect(openSealed(party.openingKey, altered.toString("base64")), String(index)).rejects.toThrow()
    }
  })

  const age = [
    process.env.AGE ?? "",
    ...(process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, "age")),
  ].find((file) => file !== "" && statSync(file, { throwIfNoEntry: false })?.isFile())
  it.skipIf(age === undefined)(
    "is opened by stock age (skipped where there is no age: set AGE=FILE)",
    async () => {
      const file = join(root, "sealed.age")
      const key = join(root, "key.txt")
      writeFileSync(file, Buffer.from(await sealFor(party.recipient, "the token"), "base64"))
      writeFileSync(key, `${party.openingKey}\n`, { mode: 0o600 })
      const opened = spawnSync(age!, ["--decrypt", "--identity", key, file], { encoding: "utf8" })
      expect(opened.stderr).toBe("")
      expect(opened.stdout).toBe("the token")
      const other = await createParty(root, "third", "Third")
      writeFileSync(key, `${other.openingKey}\n`)
      expect(spawnSync(age!, ["--decrypt", "--identity", key, file], { encoding: "utf8" }).status).not.toBe(0)
    },
  )
})
