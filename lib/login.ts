import { readFile, rm } from "node:fs/promises"
import { homedir } from "node:os"
import { join } from "node:path"
import { proxyFor } from "./cluster/proxy.ts"
import { CheckError, type CheckResult, drifted, missing, ready } from "./notebook/check-result.ts"
import { RunbookError } from "./notebook/errors.ts"
import { path, type SiteValues, text, url } from "./notebook/inputs.ts"
import { shellWord } from "./notebook/shell-word.ts"
import { type ManualContext, step } from "./notebook/step.ts"
import type { StepContext } from "./tools.ts"

/**
 * The inputs that `login` needs and practice clusters provide, for a notebook's own table: `inputs: { ...clusterInputs, … }`.
 */
export const clusterInputs = {
  server: url({
    per: "site",
    required: true,
    identity: true,
    prompt: "API server",
    placeholder: "https://api.cluster.example:6443",
    help: "The cluster's API server",
  }),
  context: text({
    per: "site",
    help: "A context of your kubeconfig, copied where no token-file is given; default the current one",
  }),
  "token-file": path({ per: "site", help: "A file that holds an API token" }),
  "certificate-authority": path({ per: "site", help: "CA file of the API server" }),
  commands: path({ help: "A folder that is searched first for commands" }),
} as const

type SiteInputs = SiteValues<typeof clusterInputs>
type Context = StepContext<SiteInputs>

const kubeconfigs = () => import("./cluster/kubeconfig.ts")

async function check({ cluster, site, kubeconfig }: Context): Promise<CheckResult> {
  const { readServer, sameServer } = await kubeconfigs()
  const server = await readServer(kubeconfig)
  if (server === undefined) return missing(`not logged in to ${site.server} yet`)
  if (!sameServer(server, site.server))
    return drifted([{ field: "server", found: server, wanted: site.server }])
  try {
    return ready(`logged in as ${await cluster.whoami()} at ${site.server}`)
  } catch (error) {
    if (!isRefused(error)) throw error
    return missing(`the session has expired: ${error.message}`)
  }
}

/** The server does not accept the session; that it cannot be reached is another result. */
const isRefused = (error: unknown): error is CheckError =>
  error instanceof CheckError && error.result.state === "unknown" && error.result.because === "login"

async function apply(context: Context): Promise<void> {
  const { site, cluster } = context
  await (site.tokenFile === undefined ? withContext(context) : withToken(context))
  try {
    await cluster.whoami()
  } catch (error) {
    if (!isRefused(error)) throw error
    const token = site.tokenFile !== undefined
    throw new RunbookError(`${token ? `the token in ${site.tokenFile}` : contextOf(site)} is not accepted`, {
      why: error.message,
      fix: token ? "put a new token into the file" : "log in with oc first, or give a token-file",
      ...(!token && { next: `oc login ${shellWord(site.server)}` }),
    })
  }
}

const contextOf = ({ context }: SiteInputs): string =>
  `${context === undefined ? "the current context" : `context ${context}`} of your kubeconfig`

async function withToken({ site, kubeconfig, secret }: Context): Promise<void> {
  const { writeKubeconfig } = await kubeconfigs()
  const token = (await readInputFile(site.tokenFile!, "token-file")).trim()
  secret(token)
  const ca =
    site.certificateAuthority && (await readInputFile(site.certificateAuthority, "certificate-authority"))
  await writeKubeconfig(kubeconfig, {
    server: site.server,
    token,
    ...(ca !== undefined && { ca }),
    proxy: proxyFor(site.server, process.env),
  })
}

/** A context of another cluster is refused: it is never meant. */
async function withContext({ site, kubeconfig }: Context): Promise<void> {
  const { copyContext, readServer, sameServer } = await kubeconfigs()
  const own = process.env.KUBECONFIG || join(homedir(), ".kube", "config")
  const draft = `${kubeconfig}.context`
  try {
    await copyContext(own, site.context, draft)
    const server = (await readServer(draft))!
    if (!sameServer(server, site.server)) {
      throw new RunbookError(`${contextOf(site)} is for ${server}, not for ${site.server}`, {
        fix: "give a context of that server, or a token-file",
        next: "oc config get-contexts",
      })
    }
    await copyContext(draft, undefined, kubeconfig)
  } finally {
    await rm(draft, { force: true })
  }
}

/** The text of a file that an input names. */
export async function readInputFile(path: string, input: string): Promise<string> {
  try {
    return await readFile(path, "utf8")
  } catch (error) {
    throw new RunbookError(`the file given as ${input} cannot be read: ${path}`, {
      why: (error as Error).message,
    })
  }
}

/** No token is on a command line, where every user of this machine could read it. */
function manual(site: SiteInputs): string {
  if (site.tokenFile === undefined) {
    const context = site.context === undefined ? "" : ` --context ${shellWord(site.context)}`
    return `(umask 077 && env -u KUBECONFIG oc config view --raw --minify --flatten${context} > "$KUBECONFIG")\noc whoami`
  }
  const [name, ca] = ["own", site.certificateAuthority]
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      { name, cluster: { server: site.server, ...(ca !== undefined && { "certificate-authority": ca }) } },
    ],
    users: [{ name, user: { token: "TOKEN" } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
  }
  const text = JSON.stringify(config)
    .replace(/[\\$`]/g, "\\$&")
    .replace('"TOKEN"', `"$(cat ${shellWord(site.tokenFile)})"`)
  return `(umask 077 && cat > "$KUBECONFIG") <<EOF\n${text}\nEOF\noc whoami`
}

/** A step for any notebook with clusters: the site's own session, from a token file or a context of the user's kubeconfig. */
export const login = step<Context>({
  id: "login",
  title: "Log in to the cluster",
  on: "every site",
  inputs: ["server", "context", "token-file", "certificate-authority"],
  prose: `
Each site's session is kept in a kubeconfig of its own; yours is only read. It comes from a file with a token
(\`token-file\`), or from a context of your kubeconfig, which \`oc login\` creates.
`,
  check,
  apply,
  update: apply,
  show: ({ $ }) => $`oc whoami`,
  manual: ({ site }: ManualContext<SiteInputs>) => manual(site),
  noPreview: true,
  session: true,
})
