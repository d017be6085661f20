import { createHash } from "node:crypto"
import { afterAll, beforeAll, expect, test } from "vitest"
import { type Client, clientOf, type Setup, setup } from "./harness.ts"

let west: Setup
let nobody: Client
beforeAll(async () => {
  west = await setup()
  nobody = clientOf(west.server, undefined)
})
afterAll(() => west.close())

const VERIFIER = "a-verifier-that-is-long-enough-to-be-one-0123456789"
const challenge = createHash("sha256").update(VERIFIER).digest("base64url")
const basic = (name: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`,
})
const authorize = (client: string, redirect: string, more: Record<string, string> = {}) => {
  const query = { client_id: client, redirect_uri: redirect, response_type: "code", ...more }
  return `/oauth/authorize?${new URLSearchParams(query)}`
}
const pkce = { code_challenge: challenge, code_challenge_method: "S256" }
const implicit = () => `${west.server.url}/oauth/token/implicit`
const codeOf = (location: unknown) => new URL(String(location)).searchParams.get("code") ?? ""
const exchange = (client: string, form: Record<string, string>) =>
  nobody(
    "POST",
    "/oauth/token",
    new URLSearchParams({ grant_type: "authorization_code", ...form }).toString(),
    {
      ...basic(client, ""),
      "content-type": "application/x-www-form-urlencoded",
    },
  )
const whoami = async (token: string) => {
  const answer = await clientOf(west.server, token)("GET", "/apis/user.openshift.io/v1/users/~")
  return answer.status === 200 ? answer.body.metadata.name : answer.status
}

test("the metadata says where to go", async () => {
  const { body } = await nobody("GET", "/.well-known/oauth-authorization-server")
  expect(body).toMatchObject({
    issuer: west.server.url,
    authorization_endpoint: `${west.server.url}/oauth/authorize`,
    token_endpoint: `${west.server.url}/oauth/token`,
  })
  expect(body.code_challenge_methods_supported).toContain("S256")
})

test("a password is challenged, exchanged for a code, and the code for a token that works", async () => {
  const path = authorize("openshift-challenging-client", implicit(), pkce)
  const asked = await nobody("GET", path)
  expect(asked.status).toBe(401)
  expect(asked.headers["www-authenticate"]).toMatch(/^Basic realm=/)
  expect((await nobody("GET", path, undefined, basic("alice", "wrong"))).status).toBe(401)
  expect((await nobody("GET", path, undefined, basic("bob", ""))).status).toBe(401) // has no password at all
  const granted = await nobody("GET", path, undefined, basic("alice", "alice-password"))
  expect(granted.status).toBe(302)
  const form = { code: codeOf(granted.headers.location), redirect_uri: implicit(), code_verifier: VERIFIER }
  const { body } = await exchange("openshift-challenging-client", form)
  expect(body).toMatchObject({ token_type: "Bearer", expires_in: 86400, scope: "user:full" })
  expect(await whoami(body.access_token)).toBe("alice")
  expect((await exchange("openshift-challenging-client", form)).body.error).toBe("invalid_grant")

  // Kept by its hash alone, and gone after a logout.
  expect(JSON.stringify(west.server.snapshot())).not.toContain(body.access_token)
  const secret = body.access_token.replace("sha256~", "")
  const name = `sha256~${createHash("sha256").update(secret).digest("base64url")}`
  const TOKENS = `/apis/oauth.openshift.io/v1/oauthaccesstokens/${name}`
  expect((await west.bob("DELETE", TOKENS)).status).toBe(403)
  expect((await clientOf(west.server, body.access_token)("DELETE", TOKENS)).status).toBe(200)
  expect(await whoami(body.access_token)).toBe(401)
})

test("the implicit flow hands the token to the page", async () => {
  const path = authorize("openshift-challenging-client", implicit(), { response_type: "token" })
  const answer = await nobody("GET", path, undefined, basic("alice", "alice-password"))
  const fragment = new URLSearchParams(new URL(String(answer.headers.location)).hash.slice(1))
  expect(await whoami(fragment.get("access_token") ?? "")).toBe("alice")
})

test("the browser is sent back with the developer's code, and only to loopback", async () => {
  const redirect = "http://127.0.0.1:1234/callback"
  const answer = await nobody("GET", authorize("openshift-cli-client", redirect, { ...pkce, state: "s" }))
  expect(answer.headers.location).toMatch(/^http:\/\/127\.0\.0\.1:1234\/callback\?code=.*&state=s$/)
  const code = codeOf(answer.headers.location)
  const wrong = await exchange("openshift-cli-client", {
    code,
    redirect_uri: redirect,
    code_verifier: "other",
  })
  expect(wrong.body.error).toBe("invalid_grant")
  const second = await nobody("GET", authorize("openshift-cli-client", redirect, pkce))
  const form = { code: codeOf(second.headers.location), redirect_uri: redirect, code_verifier: VERIFIER }
  const { body } = await exchange("openshift-cli-client", form)
  expect(await whoami(body.access_token)).toBe("alice")
  const evil = await nobody("GET", authorize("openshift-cli-client", "http://evil.example/callback", pkce))
  expect(evil.status).toBe(400)
})

test("a restored cluster still knows its tokens", async () => {
  const path = authorize("openshift-challenging-client", implicit(), { response_type: "token" })
  const answer = await nobody("GET", path, undefined, basic("admin", "admin-password"))
  const token =
    new URLSearchParams(new URL(String(answer.headers.location)).hash.slice(1)).get("access_token") ?? ""
  const { objects, resourceVersion } = JSON.parse(JSON.stringify(west.server.snapshot()))
  const back = await setup({ objects, resourceVersion, ca: west.server.ca })
  try {
    const who = await clientOf(back.server, token)("GET", "/apis/user.openshift.io/v1/users/~")
    expect(who.body.metadata.name).toBe("admin")
  } finally {
    await back.server.close()
  }
})

test("faults refuse a login, and end tokens until a new login", async () => {
  west.faults.set([{ where: "login", what: "refused", times: 2 }])
  const path = authorize("openshift-challenging-client", implicit(), { response_type: "token" })
  expect((await nobody("GET", path, undefined, basic("alice", "alice-password"))).status).toBe(401)
  const browser = await nobody("GET", authorize("openshift-cli-client", "http://127.0.0.1:1/callback", pkce))
  expect(browser.headers.location).toContain("error=access_denied")
  const old = await nobody("GET", path, undefined, basic("alice", "alice-password"))
  const tokenOf = (location: unknown) =>
    new URLSearchParams(new URL(String(location)).hash.slice(1)).get("access_token") ?? ""
  west.faults.set([{ where: "login", what: "expired", match: "alice" }])
  expect(await whoami(tokenOf(old.headers.location))).toBe(401)
  expect(await whoami("alice-token")).toBe(401)
  expect(await whoami("bob-token")).toBe("bob")
  const fresh = await nobody("GET", path, undefined, basic("alice", "alice-password"))
  expect(await whoami(tokenOf(fresh.headers.location))).toBe("alice")
  west.faults.set([])
  expect(await whoami("alice-token")).toBe("alice")
})
