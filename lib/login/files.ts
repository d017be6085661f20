/** The site's kubeconfig, and the files that inputs name. */
import { readFile } from "node:fs/promises"
import { proxyFor } from "../cluster/proxy.ts"
import { RunbookError } from "../notebook/errors.ts"
import type { LoginContext, LoginSite } from "./method.ts"

const kubeconfigs = () => import("../cluster/kubeconfig.ts")

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

/** The secret in a file that an input of the login names. */
export async function readSecretFile<S extends LoginSite>(
  path: string | undefined,
  input: string,
  { site, secret }: Pick<LoginContext<S>, "site" | "secret">,
): Promise<string> {
  assertGiven(path, input, site)
  // A password may end in a space, not in the newline that editors add.
  const value = (await readInputFile(path, input)).replace(/\r?\n$/, "")
  if (value.trim() === "") throw new RunbookError(`the file given as ${input} is empty: ${path}`)
  secret(value)
  return value
}

/** Refuses a method whose value is missing. */
export function assertGiven(
  value: string | undefined,
  input: string,
  { name, login }: { readonly name: string; readonly login?: string },
): asserts value is string {
  if (value !== undefined) return
  throw new RunbookError(`login ${login} of ${name} needs ${input}`, { fix: `give it with --${input}` })
}

/** The proxy of requests that a login makes itself: the given one, else the environment's. */
export const proxyOf = (site: LoginSite): string | undefined =>
  site.proxy === "none" ? undefined : (site.proxy ?? proxyFor(site.server, process.env))

/** The CA that was given for the site's server. */
export async function authorityOf(site: LoginSite): Promise<string | undefined> {
  const { certificateAuthority } = site
  return certificateAuthority && (await readInputFile(certificateAuthority, "certificate-authority"))
}

/** What a new login keeps of the old one, as it does not move the user to another project; and the proxy that was given. */
export async function keptSettings({
  site,
  kubeconfig,
}: {
  readonly site: LoginSite
  readonly kubeconfig: string
}): Promise<{ namespace: string | undefined; proxy: string | undefined }> {
  const { readNamespace } = await kubeconfigs()
  return { namespace: await readNamespace(kubeconfig).catch(() => undefined), proxy: site.proxy }
}

/** Writes the site's kubeconfig. The token goes into a file: everybody on this machine can read a command line. */
export async function writeSession(
  context: { readonly site: LoginSite; readonly kubeconfig: string },
  token: string,
  user?: string,
): Promise<void> {
  const { site, kubeconfig } = context
  const { writeKubeconfig } = await kubeconfigs()
  await writeKubeconfig(kubeconfig, {
    server: site.server,
    token,
    ...(user !== undefined && { user }),
    ca: await authorityOf(site),
    ...(await keptSettings(context)),
    // The environment's proxy stays there: it may contain a password, and may be another one tomorrow.
    proxy: site.proxy === "none" ? undefined : site.proxy,
  })
}
