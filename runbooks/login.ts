import { readFile, rm } from "node:fs/promises"
import { homedir } from "node:os"
import { join } from "node:path"
import {
  blocked,
  CheckError,
  type CheckResult,
  drifted,
  kubeconfigs,
  main,
  missing,
  oauth,
  proxyFor,
  RunbookError,
  readInputFile,
  ready,
} from "../lib/index.ts"
import { type Context, guideStep, type SiteInputs } from "./context.ts"
import { webLogin } from "./openshift/browser.ts"
import { loginManual } from "./openshift/login-manual.ts"

type Site = Context["site"]

async function check({ cluster, site, kubeconfig }: Context): Promise<CheckResult> {
  const { readServer, sameServer } = await kubeconfigs()
  let server: string | undefined
  try {
    server = await readServer(kubeconfig)
  } catch {
    // Written by a command that was killed half-way.
    return missing("the kubeconfig of this site is damaged: it is written anew")
  }
  if (server === undefined) return missing(`not logged in to ${site.server} yet`)
  if (!sameServer(server, site.server))
    return drifted([{ field: "server", found: server, wanted: site.server }])
  if (site.login === "token" && (await isAnother(site.tokenFile, kubeconfig)))
    return drifted([{ field: "token", found: "another one", wanted: `the one in ${site.tokenFile}` }])
  let user: string
  try {
    user = await cluster.whoami()
  } catch (error) {
    if (
      !(error instanceof CheckError) ||
      error.result.state !== "unknown" ||
      error.result.because !== "login"
    )
      throw error
    return missing(`the session has expired: ${error.result.reason}`)
  }
  const { login, username } = site
  if (login === "password" && username !== undefined && !(await isThisUser(username, user, kubeconfig)))
    return drifted([{ field: "user", found: user, wanted: username }])
  return ready(`logged in as ${user} at ${site.server}`)
}

/**
 * Identity providers may fold case, or give the person another name than the one they log in with (`kubeadmin` is
 * `kube:admin`): then the kubeconfig tells with which name our session was made.
 */
async function isThisUser(username: string, user: string, kubeconfig: string): Promise<boolean> {
  if (username.toLowerCase() === user.toLowerCase()) return true
  const { readUser } = await kubeconfigs()
  return (await readUser(kubeconfig))?.startsWith(`${username}/`) === true
}

/** Somebody has put another user's token into the file. One that has been deleted since tells nothing. */
async function isAnother(tokenFile: string | undefined, kubeconfig: string): Promise<boolean> {
  const token = tokenFile && (await readFile(tokenFile, "utf8").catch(() => "")).trim()
  return token ? !(await readFile(kubeconfig, "utf8")).includes(token) : false
}

/** The proxy to write into the kubeconfig: client libraries do not read HTTPS_PROXY for a cluster with its own CA. */
const proxyOf = (site: SiteInputs): string | undefined =>
  site.proxy === "none" ? undefined : (site.proxy ?? proxyFor(site.server, process.env))

async function caOf(site: SiteInputs): Promise<string | undefined> {
  return (
    site.certificateAuthority && (await readInputFile(site.certificateAuthority, "certificate-authority"))
  )
}

async function secretOf(path: string | undefined, input: string, { site, secret }: Context): Promise<string> {
  if (path === undefined)
    throw new RunbookError(`login ${site.login} of ${site.name} needs ${input}`, {
      fix: `give it with --${input}`,
    })
  // A password may end in a space, not in the newline that editors add.
  const value = (await readInputFile(path, input)).replace(/\r?\n$/, "")
  if (value.trim() === "") throw new RunbookError(`the file given as ${input} is empty: ${path}`)
  secret(value)
  return value
}

/** Where the person was before: a new login does not move them to another project. */
async function namespaceOf(kubeconfig: string): Promise<string | undefined> {
  const { readNamespace } = await kubeconfigs()
  return readNamespace(kubeconfig).catch(() => undefined)
}

async function apply(context: Context): Promise<void> {
  switch (context.site.login) {
    case "token":
      return withToken(context, (await secretOf(context.site.tokenFile, "token-file", context)).trim())
    case "password":
      return withPassword(context)
    case "context":
      return withContext(context)
    default:
      return withBrowser(context)
  }
}

/** The token goes into a file of ours: on a command line everybody on this machine could read it. */
async function withToken(context: Context, token: string): Promise<void> {
  const { site, kubeconfig } = context
  const { writeKubeconfig } = await kubeconfigs()
  await writeKubeconfig(kubeconfig, {
    server: site.server,
    token,
    ...(site.login === "password" && { user: site.username }),
    ca: await caOf(site),
    namespace: await namespaceOf(kubeconfig),
    proxy: proxyOf(site),
  })
  await checked(context, site.login === "token" ? `the token in ${site.tokenFile}` : "the new session")
}

async function withPassword(context: Context): Promise<void> {
  const { site, secret } = context
  if (site.username === undefined)
    throw new RunbookError(`login password of ${site.name} needs username`, {
      fix: "give it with --username",
    })
  const password = await secretOf(site.passwordFile, "password-file", context)
  const { passwordLogin } = await oauth()
  const token = await passwordLogin({
    server: site.server,
    username: site.username,
    password,
    agent: context.notebook,
    ca: await caOf(site),
    proxy: proxyOf(site),
  })
  secret(token)
  await withToken(context, token)
}

async function withContext(context: Context): Promise<void> {
  const { site, kubeconfig } = context
  if (site.context === undefined)
    throw new RunbookError(`login context of ${site.name} needs context`, {
      fix: "give the name of a context with --context",
      next: "oc config get-contexts",
    })
  const { copyContext, sameServer } = await kubeconfigs()
  const sources = site.kubeconfig ?? (process.env.KUBECONFIG || join(homedir(), ".kube", "config"))
  const draft = `${kubeconfig}.context`
  try {
    const settings = { namespace: await namespaceOf(kubeconfig), proxy: proxyOf(site) }
    const { server } = await copyContext(sources, site.context, draft, settings)
    if (!sameServer(server, site.server)) {
      throw new RunbookError(`context ${site.context} leads to ${server}, not to ${site.server}`, {
        fix: "give another context, or the server that is meant",
        next: "oc config get-contexts",
      })
    }
    await copyContext(draft, undefined, kubeconfig)
  } finally {
    await rm(draft, { force: true })
  }
  // Also runs a login plugin once, before many commands would at the same time.
  await checked(context, `context ${site.context}`)
}

async function withBrowser(context: Context): Promise<void> {
  const { site, kubeconfig, note, interactive } = context
  const { copyContext } = await kubeconfigs()
  const settings = { namespace: await namespaceOf(kubeconfig), proxy: proxyOf(site) }
  const sibling = await sessionBeside(context)
  if (sibling !== undefined) {
    await copyContext(sibling.kubeconfig, undefined, kubeconfig, settings)
    note(`${site.name} is on the same cluster as ${sibling.name}: its session is used`)
    return
  }
  if (!interactive) {
    throw new CheckError(
      blocked(`${site.name} is not logged in to ${site.server}, and a browser login needs a person`, {
        code: "login",
        fix: "log in on a terminal first, or give a token-file, a username with a password-file, or a context",
        next: `flower-runbook step login --site ${site.name}`,
      }),
    )
  }
  // oc rewrites a kubeconfig in place: what a killed login leaves behind is not the file that others read.
  const draft = `${kubeconfig}.login`
  try {
    await webLogin(context, draft, proxyOf(site))
    await copyContext(draft, undefined, kubeconfig, settings)
  } finally {
    await rm(draft, { force: true })
  }
}

/** Another site of the same cluster that is logged in by browser too: one login does for both. */
async function sessionBeside({
  site,
  sites,
  at,
}: Context): Promise<{ name: string; kubeconfig: string } | undefined> {
  const { readServer, sameServer } = await kubeconfigs()
  const same = (other: Site) =>
    other !== site && other.login === "web" && sameServer(other.server, site.server)
  for (const other of sites.filter(same)) {
    const { cluster, kubeconfig } = at(other)
    try {
      const server = await readServer(kubeconfig)
      if (server === undefined || !sameServer(server, site.server)) continue
      await cluster.whoami()
      return { name: other.name, kubeconfig }
    } catch {}
  }
  return undefined
}

/** `oc whoami` with the kubeconfig just written. */
async function checked({ $, site }: Context, what: string): Promise<void> {
  const { exitCode, stdout, stderr } = await $.with({ nothrow: true })`oc whoami`
  if (exitCode === 0) return
  const why = stderr.trim() || stdout.trim()
  throw new RunbookError(`${what} does not log in to ${site.server}`, {
    why,
    fix: cureOf(why, site.login),
    next: `flower-runbook step login --site ${site.name}`,
  })
}

function cureOf(why: string, login: string): string {
  if (/x509|certificate/.test(why)) {
    return "give the file of the CA that signed the server's certificate as certificate-authority, or have the certificate put right"
  }
  // Only the server's own refusal speaks against what was given.
  if (!/Unauthorized|must be logged in|expired/i.test(why)) {
    return "see whether the server is the right one, up, and to be reached from here (VPN, proxy)"
  }
  return login === "token"
    ? "a token lives 24 hours, and is of one cluster: copy a new one from this cluster's web console (Copy login command) into the file"
    : "check that it is valid, and that the server is the right one"
}

export default guideStep({
  id: "login",
  title: "Log in to the cluster",
  on: "every site",
  needs: ["prerequisites"],
  inputs: [
    "server",
    "login",
    "username",
    "context",
    "kubeconfig",
    "token-file",
    "password-file",
    "certificate-authority",
    "proxy",
  ],
  prose: `
Log in to the cluster of this site. The guide does it in the browser:

    oc login --server=<your-openshift-api-endpoint> --web

The page that opens asks who you are; afterwards \`oc\` says \`Login successful.\`

Where no browser is at hand, a token does (in the web console: your name, *Copy login command*), or a user name and
password, or a context of a kubeconfig that you have. Each site's session is kept in a file of its own, so that your
own \`~/.kube/config\` stays as it is and two clusters never get mixed up. Tokens and passwords are read from files and
are on no command line.

**Tip.** On a machine reached by SSH the browser is on your side: the login prints its address and the \`ssh -L\` line
that brings the answer back. \`--callback-port\` fixes the port.
`,
  readyWhen:
    "Whether the site's own kubeconfig leads to the server asked for, and whom that server takes you for. A session that has expired is made anew.",
  docs: [
    "https://docs.openshift.com/container-platform/latest/cli_reference/openshift_cli/getting-started-cli.html",
  ],
  check,
  apply,
  update: apply,
  rerun: apply,
  manual: loginManual,
  noPreview: true,
  show: async ({ $ }) => [await $`oc whoami`, await $`oc whoami --show-server`],
  session: true,
  exclusive: ({ site }) => (site.login === "web" ? "browser" : `login ${site.server}`),
})

if (import.meta.main) void main(import.meta.url)
