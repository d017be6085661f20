import { createHash } from "node:crypto"
import { afterEach, expect, test } from "vitest"
import { passwordLogin } from "../../lib/cluster/oauth.ts"
import { createAuthority } from "../../lib/practice/certificates.ts"
import { type Handler, json, type Server, serve } from "./server.ts"

const open: Server[] = []
afterEach(async () => {
  for (const server of open.splice(0)) await server.close()
})

/** OpenShift's login server: challenge, code for a password, token for the code and its verifier. */
function loginServer(users: Record<string, string>): Handler {
  const codes = new Map<string, { challenge: string; redirect: string }>()
  return ({ url, headers, body, method }, response) => {
    if (url.pathname === "/oauth/authorize" && headers["x-csrf-token"] !== undefined) {
      const [name, password] = Buffer.from(headers.authorization?.split(" ")[1] ?? "", "base64")
        .toString()
        .split(":")
      if (name === "" || users[name!] !== password) {
        response.writeHead(401, { "www-authenticate": 'Basic realm="openshift"' }).end("Unauthorized")
        return true
      }
      const redirect = url.searchParams.get("redirect_uri")!
      codes.set("c0de", { challenge: url.searchParams.get("code_challenge")!, redirect })
      response.writeHead(302, { location: `${redirect}?code=c0de` }).end()
      return true
    }
    if (url.pathname === "/oauth/token" && method === "POST") {
      const form = new URLSearchParams(body)
      const known = codes.get(form.get("code") ?? "")
      const proof = createHash("sha256")
        .update(form.get("code_verifier") ?? "")
        .digest("base64url")
      const client = Buffer.from(headers.authorization?.split(" ")[1] ?? "", "base64").toString()
      const good =
        known?.challenge === proof &&
        known.redirect === form.get("redirect_uri") &&
        client === "openshift-challenging-client:" &&
        form.get("grant_type") === "authorization_code"
      return good
        ? json(response, 200, { access_token: "sha256~token", token_type: "Bearer" })
        : json(response, 400, { error: "invalid_grant" })
    }
    return undefined
  }
}

async function cluster(handle: Handler, hosts?: string[]): Promise<{ server: string; ca: string }> {
  const oauth = await serve(handle, hosts)
  const api = await serve(({ path }, response) =>
    path === "/.well-known/oauth-authorization-server"
      ? json(response, 200, {
          issuer: oauth.url,
          authorization_endpoint: `${oauth.url}/oauth/authorize`,
          token_endpoint: `${oauth.url}/oauth/token`,
        })
      : undefined,
  )
  open.push(oauth, api)
  return { server: api.url, ca: api.ca }
}

test("a password becomes a token; a wrong one is reported", async () => {
  const at = await cluster(loginServer({ jane: "right" }))
  expect(await passwordLogin({ ...at, username: "jane", password: "right", agent: "test" })).toBe(
    "sha256~token",
  )
  await expect(
    passwordLogin({ ...at, username: "jane", password: "wrong", agent: "test" }),
  ).rejects.toMatchObject({
    message: `${new URL(at.server).host} does not accept the password of jane`,
    fix: expect.stringContaining("check the user name and the password"),
  })
})

test("plain Kubernetes is distinguished", async () => {
  const api = await serve(() => undefined)
  open.push(api)
  await expect(
    passwordLogin({ server: api.url, ca: api.ca, username: "jane", password: "right", agent: "test" }),
  ).rejects.toMatchObject({
    message: `127.0.0.1:${api.port} offers no OpenShift login`,
    why: expect.stringContaining("404"),
  })
})

test("a login server that does not ask for a password is reported", async () => {
  const at = await cluster((_, response) => {
    response.writeHead(302, { location: "https://idp.example" }).end()
    return true
  })
  await expect(
    passwordLogin({ ...at, username: "jane", password: "right", agent: "test" }),
  ).rejects.toMatchObject({
    message: expect.stringContaining("offers no login with user name and password"),
    fix: expect.stringContaining("login=web"),
  })
})

test("a login server whose certificate is another authority's is named, with the fix", async () => {
  const at = await cluster(loginServer({}), ["elsewhere.example"])
  await expect(
    passwordLogin({ ...at, username: "jane", password: "right", agent: "test" }),
  ).rejects.toMatchObject({
    message: expect.stringMatching(/^the certificate of 127\.0\.0\.1:\d+ is for another host name/),
    fix: expect.stringContaining("both authorities"),
  })
  const other = await createAuthority("other")
  await expect(
    passwordLogin({ ...at, ca: other.certificate, username: "jane", password: "right", agent: "test" }),
  ).rejects.toMatchObject({ message: expect.stringContaining("by an authority that is not known here") })
})
