/**
 * OpenShift's OAuth server: the challenge for user and password, and a browser login that the practice cluster grants to
 * its developer at once. Tokens are real ones; they are kept by their hash.
 */
import { createHash, randomBytes } from "node:crypto"
import type { IncomingMessage, ServerResponse } from "node:http"
import type { PracticeUser } from "../types/apiserver.ts"
import type { Access } from "./access.ts"
import type { Objects } from "./objects.ts"
import { readBytes, sendJson, sendText } from "./request.ts"

export interface OAuthParts {
  access: Access
  objects: Objects
  url(): string
  /** Whether a fault refuses this user's login now. */
  refuses(user: string): boolean
}

interface Grant {
  user: PracticeUser
  client: string
  redirect: string
  challenge: string | undefined
  until: number
}

const CODE_LIFE = 5 * 60_000
const CHALLENGING = "openshift-challenging-client"
const BROWSER = "openshift-cli-client"
const LOOPBACK = /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(:\d+)?\/callback$/

/** Who logs in with another name than the user has: the administrator that an installation begins with. */
const LOGIN_NAMES: Readonly<Record<string, string>> = { kubeadmin: "kube:admin" }

function basic(request: IncomingMessage): { name: string; secret: string } | undefined {
  const [, encoded] = /^Basic (.+)$/i.exec(request.headers.authorization ?? "") ?? []
  if (encoded === undefined) return undefined
  const text = Buffer.from(encoded, "base64").toString()
  const colon = text.indexOf(":")
  return colon < 0 ? undefined : { name: text.slice(0, colon), secret: text.slice(colon + 1) }
}

function redirectTo(response: ServerResponse, location: string): void {
  response.writeHead(302, { location, "cache-control": "no-cache, no-store, max-age=0, must-revalidate" })
  response.end()
}

const page = (title: string, text: string) =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><h1>${title}</h1><p>${text}</p></html>\n`

const sendPage = (response: ServerResponse, code: number, title: string, text: string): void =>
  sendText(response, code, page(title, text), "text/html; charset=utf-8")

const metadata = (url: string) => ({
  issuer: url,
  authorization_endpoint: `${url}/oauth/authorize`,
  token_endpoint: `${url}/oauth/token`,
  scopes_supported: [
    "user:check-access",
    "user:full",
    "user:info",
    "user:list-projects",
    "user:list-scoped-projects",
  ],
  response_types_supported: ["code", "token"],
  grant_types_supported: ["authorization_code", "implicit"],
  code_challenge_methods_supported: ["plain", "S256"],
})

export class OAuth {
  #parts: OAuthParts
  #grants = new Map<string, Grant>()
  constructor(parts: OAuthParts) {
    this.#parts = parts
  }

  /** Answers a request of the OAuth server; false where the path is about something else. */
  async serve(url: URL, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    switch (url.pathname) {
      case "/.well-known/oauth-authorization-server":
        sendJson(response, 200, metadata(this.#parts.url()))
        return true
      case "/oauth/authorize":
        this.#authorize(url.searchParams, request, response)
        return true
      case "/oauth/token":
        await this.#token(request, response)
        return true
      case "/oauth/token/implicit":
        sendPage(response, 200, "Practice cluster", "You have logged in. This page can be closed.")
        return true
      default:
        return false
    }
  }

  #challenge(request: IncomingMessage, response: ServerResponse): PracticeUser | undefined {
    const given = basic(request)
    const user =
      given === undefined ? undefined : this.#parts.access.user(LOGIN_NAMES[given.name] ?? given.name)
    const right = user?.password !== undefined && user.password === given?.secret
    if (right && !this.#parts.refuses(user.name)) return user
    response.writeHead(401, { "www-authenticate": 'Basic realm="openshift"', "content-type": "text/plain" })
    response.end("Unauthorized\n")
    return undefined
  }

  /** The one who sits at the practice browser: the ordinary user, else whoever is no part of the system. */
  #developer(): PracticeUser | undefined {
    const people = this.#parts.access.users.filter((one) => !one.name.startsWith("system:"))
    return people.find((one) => !one.admin) ?? people[0]
  }

  #authorize(query: URLSearchParams, request: IncomingMessage, response: ServerResponse) {
    const client = query.get("client_id") ?? ""
    const implicit = `${this.#parts.url()}/oauth/token/implicit`
    const redirect = query.get("redirect_uri") ?? (client === CHALLENGING ? implicit : "")
    const fits =
      client === CHALLENGING ? redirect === implicit : client === BROWSER && LOOPBACK.test(redirect)
    const challenge = query.get("code_challenge") ?? undefined
    const method = query.get("code_challenge_method") ?? "plain"
    const type = query.get("response_type")
    if (!fits) return sendPage(response, 400, "Login refused", "This client may not be redirected there.")
    if ((type !== "code" && type !== "token") || (challenge !== undefined && method !== "S256")) {
      return redirectTo(response, `${redirect}?error=invalid_request`)
    }
    const user = client === CHALLENGING ? this.#challenge(request, response) : this.#developer()
    if (client === CHALLENGING && user === undefined) return
    if (user === undefined || this.#parts.refuses(user.name)) {
      return redirectTo(response, `${redirect}?error=access_denied&error_description=The+login+was+refused`)
    }
    const state = query.get("state")
    const back: Record<string, string> = state === null ? {} : { state }
    if (type === "token") {
      const { token, seconds } = this.#parts.access.issue(user, client, redirect, this.#parts.objects)
      const answer = {
        access_token: token,
        expires_in: String(seconds),
        scope: "user:full",
        token_type: "Bearer",
        ...back,
      }
      return redirectTo(response, `${redirect}#${new URLSearchParams(answer)}`)
    }
    const code = `sha256~${randomBytes(32).toString("base64url")}`
    for (const [old, grant] of this.#grants) if (grant.until < Date.now()) this.#grants.delete(old)
    this.#grants.set(code, { user, client, redirect, challenge, until: Date.now() + CODE_LIFE })
    redirectTo(response, `${redirect}?${new URLSearchParams({ code, ...back })}`)
  }

  async #token(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const form = new URLSearchParams((await readBytes(request)).toString())
    const client = basic(request)?.name ?? form.get("client_id") ?? ""
    const code = form.get("code") ?? ""
    const grant = this.#grants.get(code)
    this.#grants.delete(code) // a code is good once, whatever comes of it
    const verifier = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url")
    const good =
      form.get("grant_type") === "authorization_code" &&
      grant !== undefined &&
      grant.until > Date.now() &&
      grant.client === client &&
      grant.redirect === (form.get("redirect_uri") ?? grant.redirect) &&
      (grant.challenge === undefined || grant.challenge === verifier)
    if (!good) {
      const error_description =
        "The provided authorization grant is invalid, expired, revoked or was issued to another client."
      return sendJson(response, 400, { error: "invalid_grant", error_description })
    }
    const { token, seconds } = this.#parts.access.issue(
      grant.user,
      client,
      grant.redirect,
      this.#parts.objects,
    )
    const answer = { access_token: token, token_type: "Bearer", expires_in: seconds, scope: "user:full" }
    sendJson(response, 200, answer, { "cache-control": "no-cache, no-store, max-age=0, must-revalidate" })
  }
}
