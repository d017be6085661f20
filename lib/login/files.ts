/** The site's kubeconfig, and the files that inputs name. */
import { proxyFor } from "../cluster/proxy.ts"
import { LONGEST_SECRET_BYTES } from "../limits.ts"
import { RunbookError } from "../notebook/errors.ts"
import { readRegularFile } from "../regular-file.ts"
import type { LoginContext, LoginSite } from "./method.ts"
import { type Found, passwordIn, textOfBytes, tokenIn } from "./secret-text.ts"

const kubeconfigs = () => import("../cluster/kubeconfig.ts")

function readBytes(path: string, input: string, most?: number): Buffer {
  try {
    return readRegularFile(path, most)
  } catch (error) {
    throw new RunbookError(`the file given as ${input} cannot be read: ${path}`, {
      why: (error as Error).message,
      fix: `give a file that you can read as ${input}`,
    })
  }
}

/** The text of a file that an input names. */
export async function readInputFile(path: string, input: string): Promise<string> {
  const text = textOfBytes(readBytes(path, input))
  if (text === undefined) throw new RunbookError(`the file given as ${input} is not text: ${path}`)
  return text
}

/** The token in the file that token-file names. @throws RunbookError where it is not certain which part of it that is */
export const readTokenFile = <S extends LoginSite>(
  path: string | undefined,
  context: Pick<LoginContext<S>, "site" | "secret">,
): Promise<string> =>
  readSecretFile(path, "token-file", context, (bytes) => tokenIn(bytes, context.site.server))

/** The password in the file that password-file names. @throws RunbookError as readTokenFile */
export const readPasswordFile = <S extends LoginSite>(
  path: string | undefined,
  context: Pick<LoginContext<S>, "site" | "secret">,
): Promise<string> => readSecretFile(path, "password-file", context, passwordIn)

async function readSecretFile<S extends LoginSite>(
  path: string | undefined,
  input: string,
  { site, secret }: Pick<LoginContext<S>, "site" | "secret">,
  find: (bytes: Buffer) => Found,
): Promise<string> {
  assertGiven(path, input, site)
  const found = find(readBytes(path, input, LONGEST_SECRET_BYTES))
  if ("wrong" in found) {
    throw new RunbookError(`the file given as ${input} ${found.wrong}: ${path}`, { fix: found.fix })
  }
  secret(found.secret)
  return found.secret
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
  const { certificateAuthority: path } = site
  if (path === undefined) return undefined
  const text = await readInputFile(path, "certificate-authority")
  if (text.includes("-----BEGIN CERTIFICATE-----")) return text
  throw new RunbookError(`the file given as certificate-authority contains no certificate: ${path}`, {
    fix: "name the file of the certificate authority that signed the server's certificate (PEM)",
  })
}

/** What a new login keeps of the old one, as it does not move the user to another project; and the proxy that was given. */
export async function keptSettings({
  site,
  kubeconfig,
}: {
  readonly site: LoginSite
  readonly kubeconfig: string
}): Promise<{ namespace: string | undefined; proxy: string | undefined; authority: string | undefined }> {
  const { readNamespace } = await kubeconfigs()
  return {
    namespace: await readNamespace(kubeconfig).catch(() => undefined),
    proxy: site.proxy,
    authority: await authorityOf(site),
  }
}

/** Writes the site's kubeconfig. The token goes into a file: everybody on this machine can read a command line. */
export async function writeSession(
  context: { readonly site: LoginSite; readonly kubeconfig: string },
  token: string,
  user?: string,
): Promise<void> {
  const { site, kubeconfig } = context
  const { writeKubeconfig } = await kubeconfigs()
  const { namespace, authority } = await keptSettings(context)
  await writeKubeconfig(kubeconfig, {
    server: site.server,
    token,
    ...(user !== undefined && { user }),
    ca: authority,
    namespace,
    // The environment's proxy stays there: it may contain a password, and may be another one tomorrow.
    proxy: site.proxy === "none" ? undefined : site.proxy,
  })
}
