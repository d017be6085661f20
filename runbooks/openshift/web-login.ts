/** Login in the browser, by `oc login --web`. */
import { rm } from "node:fs/promises"
import { blocked, CheckError, type CommandResult, type LoginMethod, RunbookError } from "../../lib/index.ts"
import { hostnameOf, keptSettings, kubeconfigs, sameServer } from "../../lib/kit.ts"
import type { Context, SiteInputs } from "../context.ts"
import { manualLogin } from "./manual-login.ts"
import { noteSession, ownSession } from "./own-session.ts"

export const webLogin: LoginMethod<SiteInputs> = {
  name: "web",
  inputs: [],
  isGiven: () => true,
  refused: "log in again",
  // oc asks whether to accept it.
  acceptsTrust: true,
  login,
  manual: ({ site }) =>
    manualLogin(site, [
      "--web",
      ...(site.callbackPort === undefined ? [] : [`--callback-port=${site.callbackPort}`]),
    ]),
}

async function login(context: Context): Promise<undefined> {
  const { site, kubeconfig, note, interactive, notebook } = context
  const { copyContext } = await kubeconfigs()
  const settings = await keptSettings(context)
  const sibling = await sessionBeside(context)
  if (sibling !== undefined) {
    const isOwn = (await ownSession(sibling)) !== undefined
    await copyContext(sibling.kubeconfig, undefined, kubeconfig, settings)
    if (isOwn) await noteSession(context)
    note(`${site.name} is on the same cluster as ${sibling.name}: its session is used`)
    return
  }
  if (!interactive) {
    throw new CheckError(
      blocked(`${site.name} is not logged in to ${site.server}, and a browser login requires a terminal`, {
        code: "login",
        fix: "log in on a terminal first, or give a token-file, a username with a password-file, or a context",
        next: `${notebook} step login --site ${site.name}`,
      }),
    )
  }
  // oc rewrites a kubeconfig in place. It writes a draft, so that a killed login does not damage the site's kubeconfig.
  const draft = `${kubeconfig}.login`
  try {
    await inBrowser(context, draft)
    await copyContext(draft, undefined, kubeconfig, settings)
    await noteSession(context)
  } finally {
    await rm(draft, { force: true })
  }
}

/** Another site on the same cluster that is logged in by browser: one login is enough for both. */
async function sessionBeside({
  site,
  sites,
  at,
}: Context): Promise<(Pick<Context, "kubeconfig" | "privateFile"> & { name: string }) | undefined> {
  const { readServer } = await kubeconfigs()
  const same = (other: Context["site"]) =>
    other !== site && other.login === "web" && sameServer(other.server, site.server)
  for (const other of sites.filter(same)) {
    const { cluster, kubeconfig, privateFile } = at(other)
    try {
      const server = await readServer(kubeconfig)
      if (server === undefined || !sameServer(server, site.server)) continue
      await cluster.whoami()
      return { name: other.name, kubeconfig, privateFile }
    } catch {}
  }
  return undefined
}

/** `oc login --web` writes a kubeconfig. The address that it prints is shown as a note at once. */
async function inBrowser(context: Context, kubeconfig: string): Promise<void> {
  const { $, site, note } = context
  await rm(kubeconfig, { force: true })
  const flags = [
    `--server=${site.server}`,
    "--web",
    ...(site.callbackPort === undefined ? [] : [`--callback-port=${site.callbackPort}`]),
    ...(site.certificateAuthority === undefined
      ? []
      : [`--certificate-authority=${site.certificateAuthority}`]),
  ]
  const noteAddress = addressNoter(note)
  const shell = $.with({
    nothrow: true,
    env: { KUBECONFIG: kubeconfig, ...proxyVariables(site) },
    onOutput: noteAddress,
  })
  note(`log in to ${site.server} in the browser`)
  let result = await shell`oc login ${flags}`
  // A machine without a browser: oc 4.21 and later can print the address and wait.
  if (result.exitCode !== 0 && /executable file not found/.test(words(result)))
    result = await shell`oc login ${flags} --auto-open-browser=false`
  if (result.exitCode === 0) return
  throw new RunbookError(`the browser login at ${site.server} did not succeed`, {
    why: words(result),
    ...fixFor(result),
  })
}

const words = ({ stderr, stdout }: CommandResult): string => stderr.trim() || stdout.trim()

function fixFor(result: CommandResult): { fix: string; next?: string } {
  const text = words(result)
  if (/unknown flag: --auto-open-browser/.test(text)) {
    return {
      fix: "this oc needs a browser on this machine: install a newer oc, or give a token from the web console (Copy login command) as token-file",
    }
  }
  if (/unknown flag: --web/.test(text)) return { fix: "this oc is older than 4.14: install a newer one" }
  if (/certificate signed by unknown authority|x509/.test(text))
    return {
      fix: "give the CA file of the cluster: --certificate-authority FILE, or the key certificate-authority of the site",
    }
  if (/oauth-authorization-server/.test(text))
    return { fix: "the server is not OpenShift: give a token-file or a context instead" }
  if (/HTML page/.test(text)) return { fix: "give the address of the API server, not of the web console" }
  return { fix: "retry, or give a token-file, a username with a password-file, or a context" }
}

/** Finds the address in oc's output, and notes how to open it from another machine. */
function addressNoter(note: (sentence: string) => void): (text: string) => void {
  let noted = ""
  let before = ""
  return (text) => {
    before += text
    const url = /(https?:\/\/\S+client_id=\S+)\s/.exec(before)?.[1]
    if (url === undefined || url === noted) return
    noted = url
    note(`open this address: ${url}`)
    const port = /127\.0\.0\.1%3A(\d+)/i.exec(url)?.[1]
    if (port !== undefined && process.env.SSH_CONNECTION !== undefined)
      note(
        `if your browser is on another machine, first run there:  ssh -L ${port}:127.0.0.1:${port} <this machine>`,
      )
  }
}

/** The given proxy, in the variables that oc reads. Without one, those of the environment apply. */
function proxyVariables({ server, proxy }: Context["site"]): Record<string, string> {
  if (proxy === undefined) return {}
  if (proxy === "none") return { NO_PROXY: hostnameOf(server), no_proxy: hostnameOf(server) }
  return { HTTPS_PROXY: proxy, https_proxy: proxy, NO_PROXY: "", no_proxy: "" }
}
