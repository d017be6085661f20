/** How `oc login` gets a token from OpenShift's OAuth server: in the browser, or by the password challenge. */
import { spawn } from "node:child_process"
import { createHash, randomBytes } from "node:crypto"
import { once } from "node:events"
import { accessSync, constants } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { delimiter, join } from "node:path"
import { type Answer, Client, type Json } from "../client.ts"
import { Exit, say } from "../exit.ts"
import { invocation } from "../invocation.ts"
import type { Fields } from "../kubeconfig.ts"
import { fail } from "./call.ts"

export interface Metadata {
  issuer: string
  authorization_endpoint: string
  token_endpoint: string
  code_challenge_methods_supported?: string[]
}

/** @throws Exit where the server has no OAuth server: it is no OpenShift then */
export async function readMetadata(client: Client): Promise<Metadata> {
  const path = "/.well-known/oauth-authorization-server"
  const answer = await client.send("GET", path, { headers: { "x-csrf-token": "1" } })
  if (answer.status !== 200) {
    throw fail(`couldn't get ${client.server}${path}: unexpected response status ${answer.status}`)
  }
  return JSON.parse(answer.text)
}

function proof(metadata: Metadata): { verifier: string; query: Record<string, string> } {
  if (!metadata.code_challenge_methods_supported?.includes("S256")) return { verifier: "", query: {} }
  const verifier = randomBytes(32).toString("base64url")
  const challenge = createHash("sha256").update(verifier).digest("base64url")
  return { verifier, query: { code_challenge: challenge, code_challenge_method: "S256" } }
}

/** A client of the OAuth server, which may be another host than the API. */
const clientOf = (url: string, cluster: Fields): Client => new Client(new URL(url).origin, cluster)

async function exchange(
  metadata: Metadata,
  cluster: Fields,
  form: { client: string; code: string; redirect: string; verifier: string },
): Promise<string> {
  const { pathname } = new URL(metadata.token_endpoint)
  const body = new URLSearchParams({
    code: form.code,
    ...(form.verifier && { code_verifier: form.verifier }),
    grant_type: "authorization_code",
    redirect_uri: form.redirect,
  })
  const client = clientOf(metadata.token_endpoint, cluster)
  const answer = await client.send("POST", pathname, {
    body: String(body),
    type: "application/x-www-form-urlencoded",
    headers: { authorization: `Basic ${Buffer.from(`${form.client}:`).toString("base64")}` },
  })
  client.close()
  const { access_token, error, error_description }: Json = JSON.parse(answer.text || "{}")
  if (answer.status !== 200 || !access_token)
    throw fail(`${error ?? "error"} ${error_description ?? ""}`.trim())
  return access_token
}

const refused = (): Exit =>
  new Exit(1, {
    stdout: ["Login failed (401 Unauthorized)", "Verify you have provided the correct credentials."],
  })

const CHALLENGED = "openshift-challenging-client"

/** The request that a challenge answers. */
async function authorize(
  metadata: Metadata,
  cluster: Fields,
  query: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const url = new URL(metadata.authorization_endpoint)
  const redirect_uri = implicit(metadata)
  url.search = String(
    new URLSearchParams({ client_id: CHALLENGED, ...query, redirect_uri, response_type: "code" }),
  )
  const client = clientOf(metadata.authorization_endpoint, cluster)
  try {
    return await client.send("GET", `${url.pathname}${url.search}`, {
      headers: { "x-csrf-token": "1", ...headers },
    })
  } finally {
    client.close()
  }
}
const implicit = ({ issuer }: Metadata): string => `${issuer}/oauth/token/implicit`
/** The realm of a basic challenge, which may have none; nothing where it is no such challenge. */
function basic({ headers }: Answer): string | undefined {
  const found = /^basic(?:\s+realm="?([^"]*)"?)?/i.exec(String(headers["www-authenticate"] ?? ""))
  return found === null ? undefined : (found[1] ?? "")
}

/** What a password is asked for. */
export const realmOf = async (metadata: Metadata, cluster: Fields): Promise<string> =>
  basic(await authorize(metadata, cluster, proof(metadata).query)) ?? ""

/** By user and password. @throws Exit where they are wrong */
export async function challenge(
  metadata: Metadata,
  cluster: Fields,
  user: string,
  password: string,
): Promise<string> {
  const { verifier, query } = proof(metadata)
  let answer = await authorize(metadata, cluster, query)
  if (answer.status === 401 && basic(answer) !== undefined) {
    const both = Buffer.from(`${user}:${password}`).toString("base64")
    answer = await authorize(metadata, cluster, query, { authorization: `Basic ${both}` })
  }
  if (answer.status === 401) throw refused()
  const to = URL.parse(String(answer.headers.location ?? ""))
  const code = to?.searchParams.get("code")
  if (to?.searchParams.get("error")) {
    throw fail(`${to.searchParams.get("error")} ${to.searchParams.get("error_description") ?? ""}`.trim())
  }
  if (!code) throw fail(`unexpected response status ${answer.status} from the OAuth server`)
  const redirect = implicit(metadata)
  return exchange(metadata, cluster, { client: CHALLENGED, code, redirect, verifier })
}

const BROWSERS = ["xdg-open", "x-www-browser", "www-browser"]

function browser(): string | undefined {
  const folders = (invocation().env.PATH ?? "").split(delimiter).filter((one) => one !== "")
  for (const name of BROWSERS) {
    for (const folder of folders) {
      try {
        accessSync(join(folder, name), constants.X_OK)
        return join(folder, name)
      } catch {}
    }
  }
  return undefined
}

/** In the browser; waits for it without end. @param port of the callback; 0 takes a free one */
export async function web(
  metadata: Metadata,
  cluster: Fields,
  { port, opens }: { port: number; opens: boolean },
): Promise<string> {
  const name = "openshift-cli-client"
  const { verifier, query } = proof(metadata)
  const code = Promise.withResolvers<string>()
  // Its failure is awaited below, after the browser was opened.
  code.promise.catch(() => undefined)
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://127.0.0.1")
    const given = searchParams.get("code")
    if (pathname !== "/callback") {
      response.writeHead(404).end()
      return
    }
    response.writeHead(given === null ? 400 : 200, { "content-type": "text/plain", connection: "close" })
    if (given === null) {
      const why =
        `${searchParams.get("error") ?? "error"} ${searchParams.get("error_description") ?? ""}`.trim()
      response.end("access token request failed; please return to your terminal")
      code.reject(fail(why))
    } else {
      response.end("access token received successfully; please return to your terminal")
      code.resolve(given)
    }
  })
  server.listen(port, "127.0.0.1")
  try {
    await once(server, "listening")
  } catch (error) {
    const taken = (error as NodeJS.ErrnoException).code === "EADDRINUSE"
    throw fail(
      `listen tcp 127.0.0.1:${port}: bind: ${taken ? "address already in use" : (error as Error).message}`,
    )
  }
  const redirect = `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`
  const url = new URL(metadata.authorization_endpoint)
  url.search = String(
    new URLSearchParams({ client_id: name, ...query, redirect_uri: redirect, response_type: "code" }),
  )
  try {
    if (opens) {
      say(`Opening login URL in the default browser: ${url}`)
      const command = browser()
      if (command === undefined) {
        throw fail(`exec: "${BROWSERS.join(",")}": executable file not found in $PATH`)
      }
      const opened = spawn(command, [String(url)], { stdio: "ignore", detached: true })
      opened.on("error", (error) => code.reject(fail(error.message)))
      opened.unref()
    } else {
      say(`Please visit the following URL in your browser: ${url}`)
      say("The callback server is listening and will receive the authentication response.")
    }
    return await exchange(metadata, cluster, { client: name, code: await code.promise, redirect, verifier })
  } finally {
    server.close()
    server.closeAllConnections()
  }
}
