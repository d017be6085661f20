import { createHash, randomBytes } from "node:crypto"
import * as tls from "node:tls"
import { CheckError } from "../notebook/check-result.ts"
import { RunbookError } from "../notebook/errors.ts"
import { hostPort, normalServer } from "../notebook/server-url.ts"
import { type Answer, type Connection, Connections, type Request } from "./connection.ts"

export interface PasswordLogin {
  readonly server: string
  /** PEM of the authority that signed the API server's certificate. */
  readonly ca?: string
  readonly proxy?: string
  readonly username: string
  readonly password: string
  /** The User-Agent. */
  readonly agent: string
  readonly signal?: AbortSignal
}

const CLIENT = "openshift-challenging-client"

interface Metadata {
  issuer: string
  authorization_endpoint: string
  token_endpoint: string
}

/**
 * A token for a user name and password, by OpenShift's OAuth challenge as `oc login -u` does it, so that the password
 * is on no command line.
 * @throws RunbookError: not OpenShift; no password login offered; wrong user name or password; the login server's
 *   certificate is signed by another authority. CheckError as the cluster's reads.
 */
export async function passwordLogin(login: PasswordLogin): Promise<string> {
  const open: Connections[] = []
  /** One connection per host: the login server is another host than the API server, often with another authority. */
  const connect = (server: string, ca: string | undefined): Promise<Connection> => {
    const connections = new Connections({ server, ca, proxy: login.proxy }, { agent: login.agent })
    open.push(connections)
    return connections.current()
  }
  try {
    const api = await connect(login.server, login.ca)
    const metadata = await discover(api, login.signal)
    const issuer = new URL(metadata.authorization_endpoint).origin
    // A server under a path is reached by a connection of its own: the login server's paths begin at the root.
    const oauth =
      normalServer(login.server) === issuer ? api : await connect(issuer, bothAuthorities(login.ca))
    const verifier = randomBytes(32).toString("base64url")
    const redirect = `${metadata.issuer}/oauth/token/implicit`
    const code = await challenge(oauth, metadata, login, verifier, redirect)
    return await exchange(oauth, metadata, code, { verifier, redirect, signal: login.signal })
  } catch (error) {
    if (
      !(error instanceof CheckError) ||
      error.result.state !== "blocked" ||
      error.result.code !== "certificate"
    )
      throw error
    throw new RunbookError(error.result.reason, {
      why: "a cluster's API server and its login server often have certificates of two authorities",
      fix: "put the certificates of both authorities into the file given as certificate-authority",
      cause: error,
    })
  } finally {
    await Promise.all(open.map((connections) => connections.destroy()))
  }
}

async function discover(api: Connection, signal: AbortSignal | undefined): Promise<Metadata> {
  const answer = await api.ask({ path: "/.well-known/oauth-authorization-server", headers: csrf, signal })
  const text = await api.text(answer, signal)
  if (answer.status === 200) {
    try {
      return JSON.parse(text) as Metadata
    } catch {}
  }
  throw new RunbookError(`${hostPort(api.server)} offers no OpenShift login`, {
    why: `/.well-known/oauth-authorization-server answered ${answer.status}${answer.status === 200 ? " with text that is not JSON" : ""}`,
    fix: "plain Kubernetes has no password login: give a token (token-file) or a context instead",
  })
}

async function challenge(
  oauth: Connection,
  metadata: Metadata,
  login: PasswordLogin,
  verifier: string,
  redirect: string,
): Promise<string> {
  const { pathname } = new URL(metadata.authorization_endpoint)
  const request: Request = {
    path: pathname,
    query: {
      client_id: CLIENT,
      code_challenge: createHash("sha256").update(verifier).digest("base64url"),
      code_challenge_method: "S256",
      redirect_uri: redirect,
      response_type: "code",
    },
    headers: csrf,
    signal: login.signal,
  }
  const challenged = await ended(await oauth.ask(request))
  if (challenged.status !== 401 || !/\bbasic\b/i.test(header(challenged, "www-authenticate"))) {
    throw new RunbookError(`${hostPort(oauth.server)} offers no login with user name and password`, {
      why: `it answered ${challenged.status} without asking for them`,
      fix: "its users come from elsewhere: log in with the browser (login=web) or with a token (token-file)",
    })
  }
  const basic = Buffer.from(`${login.username}:${login.password}`).toString("base64")
  const answer = await ended(
    await oauth.ask({ ...request, headers: { ...csrf, authorization: `Basic ${basic}` } }),
  )
  if (answer.status === 401) {
    throw new RunbookError(`${hostPort(login.server)} does not accept the password of ${login.username}`, {
      why: "401 Unauthorized",
      fix: "check the user name and the password; a new administrator's are refused for some minutes",
    })
  }
  const location = URL.parse(header(answer, "location"), oauth.server)
  const code = location?.searchParams.get("code")
  if (code) return code
  const why = location?.searchParams.get("error_description") ?? location?.searchParams.get("error")
  throw new RunbookError(`${hostPort(oauth.server)} did not log ${login.username} in`, {
    why: why ?? `it answered ${answer.status}`,
  })
}

async function exchange(
  oauth: Connection,
  metadata: Metadata,
  code: string,
  { verifier, redirect, signal }: { verifier: string; redirect: string; signal: AbortSignal | undefined },
): Promise<string> {
  const answer = await oauth.json<{ access_token?: string }>({
    method: "POST",
    path: new URL(metadata.token_endpoint).pathname,
    type: "application/x-www-form-urlencoded",
    body: new URLSearchParams({
      grant_type: "authorization_code",
      code,
      code_verifier: verifier,
      redirect_uri: redirect,
    }).toString(),
    headers: { ...csrf, authorization: `Basic ${Buffer.from(`${CLIENT}:`).toString("base64")}` },
    signal,
  })
  const token = answer.body.access_token
  if (!token) throw new RunbookError(`${hostPort(oauth.server)} gave no token`)
  return token
}

/** Without this header the login server shows a page instead of a challenge. */
const csrf = { "x-csrf-token": "1" }

/** The login server may be signed by the given authority or by one that everybody trusts. */
function bothAuthorities(ca: string | undefined): string | undefined {
  return ca === undefined ? undefined : [ca, ...tls.getCACertificates("default")].join("\n")
}

async function ended(answer: Answer): Promise<Answer> {
  await answer.body.dump()
  return answer
}

const header = (answer: Answer, name: string): string => String(answer.headers[name] ?? "")
