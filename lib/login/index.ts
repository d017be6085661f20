/** The step that logs each site in to its cluster, by the methods that a notebook offers. */
import { copyFile, rename, rm } from "node:fs/promises"
import { CheckError, type CheckResult, drifted, missing, ready } from "../notebook/check-result.ts"
import { draftOf } from "../notebook/draft-name.ts"
import { RunbookError } from "../notebook/errors.ts"
import { sends } from "../notebook/foreseen.ts"
import { path, text, url } from "../notebook/inputs.ts"
import { sameServer } from "../notebook/server-url.ts"
import { type ManualContext, type Step, type StepDefinition, step } from "../notebook/step.ts"
import { isTransientMessage } from "../notebook/transient.ts"
import { changedRoute, firstContact } from "./connection.ts"
import { contextLogin } from "./context.ts"
import type { LoginContext, LoginMethod, LoginSite } from "./method.ts"
import { tokenLogin } from "./token.ts"

export { contextLogin } from "./context.ts"
export { readInputFile } from "./files.ts"
export type { LoginContext, LoginManual, LoginMethod, LoginSite } from "./method.ts"
export { tokenLogin } from "./token.ts"

/**
 * The inputs that `login()` needs and practice clusters provide, for a notebook's own table: `inputs: { ...clusterInputs, … }`.
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
  commands: path({
    help: "A folder that is searched first for commands",
    trust: (folder: string) => `runs the commands in ${folder}`,
  }),
} as const

/** What a notebook may say otherwise about its login step. */
export interface LoginOptions<S extends LoginSite = LoginSite>
  extends Partial<
    Pick<StepDefinition<LoginContext<S>>, "needs" | "prose" | "readyWhen" | "docs" | "show" | "exclusive">
  > {
  /** How a site can log in. Default: the token of a file, else a context of the user's kubeconfig. */
  readonly methods?: readonly LoginMethod<S>[]
  /** Whether a session is tried by a request, without `oc`: as `Notebook.withoutCommands`. */
  withoutCommands?(inputs: Readonly<Record<string, unknown>>): boolean
  /** Inputs of the notebook that all methods read, beside `server` and `certificate-authority`. */
  readonly inputs?: readonly string[]
}

const kubeconfigs = () => import("../cluster/kubeconfig.ts")

/**
 * Declares the step `login`: the site's own session, in a kubeconfig of its own. The method is the one that the site's
 * input `login` names, where the notebook has that input; otherwise the first whose values are given.
 */
export function login<S extends LoginSite = LoginSite>(
  options: LoginOptions<S> = {},
): Step<"login", "every site", string, string, never, never> {
  const {
    methods = [tokenLogin, contextLogin] as readonly LoginMethod<S>[],
    inputs = [],
    withoutCommands,
    ...more
  } = options

  const methodOf = (site: S): LoginMethod<S> => {
    const found =
      site.login === undefined
        ? (methods.find((method) => method.isGiven(site)) ?? methods.at(-1))
        : methods.find(({ name }) => name === site.login)
    if (found !== undefined) return found
    throw new RunbookError(`there is no login ${site.login}`, {
      fix: `give one of ${methods.map(({ name }) => name).join(", ")}`,
    })
  }

  const apply = (context: LoginContext<S>): Promise<void> => {
    const userOf = withoutCommands?.(context.inputs) === true ? userByRequest : userByCommand
    return logIn(context, methodOf(context.site), userOf)
  }

  return step<LoginContext<S>>({
    id: "login",
    title: "Log in to the cluster",
    on: "every site",
    inputs: ["server", "certificate-authority", ...inputs, ...methods.flatMap((method) => method.inputs)],
    prose: `
Each site's session is kept in a kubeconfig of its own; yours is only read. It comes from a file with a token
(\`token-file\`), or from a context of your kubeconfig, which \`oc login\` creates.
`,
    check: (context) => check(context, methodOf(context.site)),
    foresees: ({ site }) => {
      const what = methodOf(site as S).sends?.(site as S)
      return what === undefined ? [] : [sends(what, (site as S).server)]
    },
    apply,
    update: true,
    rerun: apply,
    show: ({ $ }) => $`oc whoami`,
    exclusive: ({ site }) => `login ${site.server}`,
    ...more,
    manual: (context) => methodOf(context.site as S).manual(context as ManualContext<S>),
    noPreview: true,
    session: true,
  }) as Step<"login", "every site", string, string, never, never>
}

async function check<S extends LoginSite>(
  context: LoginContext<S>,
  method: LoginMethod<S>,
): Promise<CheckResult> {
  const { cluster, site, kubeconfig } = context
  const { readServer } = await kubeconfigs()
  const reachable = async (then: CheckResult): Promise<CheckResult> => {
    const trouble = await firstContact(context)
    const isTrust = trouble?.state === "blocked" && trouble.code === "certificate"
    return trouble === undefined || (isTrust && method.acceptsTrust) ? then : trouble
  }
  let server: string | undefined
  try {
    server = await readServer(kubeconfig)
  } catch {
    // Written by a command that was killed half-way.
    return reachable(missing("the kubeconfig of this site is damaged and is written again"))
  }
  if (server === undefined) return reachable(missing(`not logged in to ${site.server} yet`))
  if (!sameServer(server, site.server))
    return reachable(drifted([{ field: "server", found: server, wanted: site.server }]))
  // Before the session is tried: what was wrong with it may be what was corrected.
  const changed = await (method.changed ?? changedRoute)(context)
  if (changed !== undefined) return reachable(drifted([changed]))
  let user: string
  try {
    user = await cluster.whoami()
  } catch (error) {
    if (!isRefused(error)) throw error
    return missing(`the session has expired: ${error.result.reason}`)
  }
  const other = await method.otherThan?.(context, user)
  return other === undefined ? ready(`logged in as ${user} at ${site.server}`) : drifted([other])
}

/** The server does not accept the session; that it cannot be reached is another result. */
const isRefused = (error: unknown): error is CheckError & { result: { reason: string } } =>
  error instanceof CheckError && error.result.state === "unknown" && error.result.because === "login"

/**
 * Logs in with a draft of the kubeconfig, which becomes the site's own once the server has accepted it: a login that fails
 * leaves nothing behind that a later one would have to undo.
 */
async function logIn<S extends LoginSite>(
  context: LoginContext<S>,
  method: LoginMethod<S>,
  userOf: UserOf,
): Promise<void> {
  const { kubeconfig } = context
  // The next run removes it after a crash.
  const draft = draftOf(kubeconfig)
  const own = Object.defineProperties({} as LoginContext<S>, {
    ...Object.getOwnPropertyDescriptors(context),
    kubeconfig: { value: draft, enumerable: true },
    $: { get: () => context.$.with({ env: { KUBECONFIG: draft } }), enumerable: true },
  })
  let accepted = false
  try {
    // A method finds the session that it replaces, and keeps its project.
    await copyFile(kubeconfig, draft).catch(ifMissing)
    const what = await method.login(own)
    try {
      if (what !== undefined) await assertAccepted(own, method, what, userOf)
    } catch (error) {
      // The server has not refused it but cannot answer just now: the next checks ask again.
      if (error instanceof RunbookError && isTransientMessage(error.why ?? ""))
        await rename(draft, kubeconfig)
      throw error
    }
    await rename(draft, kubeconfig)
    accepted = true
  } finally {
    await rm(draft, { force: true })
    await method.ended?.(context, accepted)
  }
}

function ifMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== "ENOENT") throw error
}

/** Whom the server takes the session in a kubeconfig for, or its words of refusal. */
type UserOf = (context: LoginContext) => Promise<{ readonly user: string } | { readonly refused: string }>

/** It also runs a login plugin once, before many commands would at a time. */
const userByCommand: UserOf = async ({ $ }) => {
  const { exitCode, stdout, stderr } = await $.with({ nothrow: true })`oc whoami`
  return exitCode === 0 ? { user: stdout.trim() } : { refused: stderr.trim() || stdout.trim() }
}

const userByRequest: UserOf = async ({ kubeconfig, notebook, secret }) => {
  const { openCluster } = await import("../cluster/index.ts")
  const cluster = openCluster({ kubeconfig, fieldManager: notebook, secret })
  try {
    return { user: await cluster.whoami() }
  } catch (error) {
    if (!(error instanceof CheckError)) throw error
    return { refused: error.result.reason ?? error.message }
  } finally {
    await cluster.close()
  }
}

/** @throws RunbookError if the server does not accept the kubeconfig just written */
async function assertAccepted<S extends LoginSite>(
  context: LoginContext<S>,
  method: LoginMethod<S>,
  what: string,
  userOf: UserOf,
): Promise<void> {
  const { site, notebook } = context
  const found = await userOf(context)
  if ("user" in found && found.user !== ANONYMOUS) return
  const why = "refused" in found ? found.refused : `without credentials you are ${ANONYMOUS}`
  const fix = fixOf(why, method)
  throw new RunbookError(`${what} does not log in to ${site.server}`, {
    why,
    ...(fix !== undefined && { fix }),
    next: `${notebook} step login --site ${site.name}`,
  })
}

/** Whoever comes without credentials. */
const ANONYMOUS = "system:anonymous"

/** undefined: nothing is known that would help beyond the words themselves. */
function fixOf(why: string, { name, refused }: Pick<LoginMethod, "name" | "refused">): string | undefined {
  if (/x509|certificate/.test(why)) {
    return "give the file of the CA that signed the server's certificate as certificate-authority, or have the certificate corrected"
  }
  // A token was sent, so it is not the token's fault; a context may simply hold no credentials.
  if (why.includes(ANONYMOUS) && name !== "context") {
    return "the credentials were sent and did not arrive: a proxy or load balancer on the way may remove them; give the API server's own address as server, or proxy=none"
  }
  // Only the server's own refusal speaks against what was given.
  if (
    /Unauthorized|must be logged in|expired|system:anonymous|getting credentials|Please enter Username/i.test(
      why,
    )
  )
    return refused
  return isTransientMessage(why) || /no such host|dial |lookup |timed? ?out/i.test(why)
    ? "check that the server is the right one, that it is up, and that it can be reached from here (VPN, proxy)"
    : undefined
}
