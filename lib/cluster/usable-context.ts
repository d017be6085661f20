/** Whether kubectl accepts a context with its cluster and user, and its words where it does not (client-go 1.32). */
import { parseServer } from "../notebook/server-url.ts"
import { readRegularFile, readRegularText } from "../regular-file.ts"
import { type Fields, textOf } from "./kubeconfig-file.ts"
import { plainProxy } from "./proxy.ts"

/**
 * @param cluster with absolute paths
 * @param user as well
 * @throws Error in one line, without a secret
 */
export function assertUsable(
  cluster: { readonly name: string; readonly fields: Fields | undefined },
  user: { readonly name: string; readonly fields: Fields },
): void {
  if (cluster.fields === undefined) throw new Error(`it has no cluster ${cluster.name}`)
  const [wrong] = [...clusterErrors(cluster.name, cluster.fields), ...userErrors(user.name, user.fields)]
  if (wrong !== undefined) throw new Error(wrong)
}

function* clusterErrors(name: string, cluster: Fields): Generator<string> {
  const server = textOf(cluster, "server")
  if (server === undefined) yield `no server found for cluster ${JSON.stringify(name)}`
  else {
    const parsed = parseServer(server)
    if ("wrong" in parsed) yield `cluster ${JSON.stringify(name)}: server ${parsed.wrong}`
  }
  const proxy = textOf(cluster, "proxy-url")
  const wrong = proxy && wrongProxy(proxy)
  if (wrong) yield `invalid 'proxy-url' ${JSON.stringify(plainProxy(proxy))} for cluster "${name}": ${wrong}`
  const file = textOf(cluster, "certificate-authority")
  if (file !== undefined && textOf(cluster, "certificate-authority-data") !== undefined) {
    yield `certificate-authority-data and certificate-authority are both specified for ${name}. certificate-authority-data will override.`
  }
  if (file !== undefined) yield* unreadable(file, "certificate-authority", name)
  const authority = pemOf(cluster, "certificate-authority")
  if (authority === undefined) return
  if (cluster["insecure-skip-tls-verify"] === true) {
    yield "specifying a root certificates file with the insecure flag is not allowed"
  }
  if (!authority.includes("-----BEGIN CERTIFICATE-----")) {
    yield "unable to load root certificates: unable to parse bytes as PEM block"
  }
}

function wrongProxy(proxy: string): string | undefined {
  if (/\s/.test(proxy) || !isDecodable(proxy)) return "could not parse"
  const [, scheme = ""] = /^([a-z][a-z0-9+.-]*):/i.exec(proxy) ?? []
  if (!["http", "https", "socks5"].includes(scheme)) {
    return `unsupported scheme ${JSON.stringify(scheme)}, must be http, https, or socks5`
  }
  return URL.canParse(proxy) ? undefined : "could not parse"
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

function* userErrors(name: string, user: Fields): Generator<string> {
  const token = textOf(user, "token") ?? textOf(user, "tokenFile")
  const methods = [
    ...(token === undefined ? [] : ["token"]),
    ...(textOf(user, "username") ? ["basicAuth"] : []),
  ]
  const certificate = textOf(user, "client-certificate")
  const key = textOf(user, "client-key")
  if (certificate !== undefined || textOf(user, "client-certificate-data") !== undefined) {
    if (certificate !== undefined && textOf(user, "client-certificate-data") !== undefined) {
      yield `client-cert-data and client-cert are both specified for ${name}. client-cert-data will override.`
    }
    if (key !== undefined && textOf(user, "client-key-data") !== undefined) {
      yield `client-key-data and client-key are both specified for ${name}; client-key-data will override`
    }
    if (key === undefined && textOf(user, "client-key-data") === undefined) {
      yield `client-key-data or client-key must be specified for ${name} to use the clientCert authentication method.`
    }
    if (certificate !== undefined) yield* unreadable(certificate, "client-cert", name)
    if (key !== undefined) yield* unreadable(key, "client-key", name)
  }
  if (user.exec !== undefined && user.exec !== null) yield* execErrors(name, user.exec as Fields, user)
  if (methods.length > 1) {
    yield `more than one authentication method found for ${name}; found [${methods.join(" ")}], only one is allowed`
  }
  const more = textOf(user, "as-uid") ?? user["as-groups"] ?? user["as-user-extra"]
  if (more !== undefined && more !== null && textOf(user, "as") === undefined) {
    yield `requesting uid, groups or user-extra for ${name} without impersonating a user`
  }
  yield* providerErrors(user["auth-provider"] as Fields | undefined | null)
}

function* execErrors(name: string, exec: Fields, user: Fields): Generator<string> {
  const must = (what: string) => `${what} must be specified for ${name} to use exec authentication plugin`
  if (user["auth-provider"])
    yield `authProvider cannot be provided in combination with an exec plugin for ${name}`
  const version = textOf(exec, "apiVersion")
  if (textOf(exec, "command") === undefined) yield must("command")
  if (version === undefined) yield must("apiVersion")
  for (const variable of (exec.env ?? []) as { name?: string }[])
    if (!variable.name) yield must("env variable name")
  const mode = textOf(exec, "interactiveMode")
  if (mode === undefined && version === "client.authentication.k8s.io/v1") yield must("interactiveMode")
  if (mode !== undefined && !["Never", "IfAvailable", "Always"].includes(mode)) {
    yield `invalid interactiveMode for ${name}: ${JSON.stringify(mode)}`
  }
  if (!["client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"].includes(version ?? "")) {
    yield `exec plugin: invalid apiVersion ${JSON.stringify(version ?? "")}`
  }
}

function* providerErrors(provider: Fields | undefined | null): Generator<string> {
  const name = provider && textOf(provider, "name")
  if (!name || name === "oidc") return
  yield name === "gcp" || name === "azure"
    ? `The ${name} auth plugin has been removed. Please use the "${name === "gcp" ? "gke-gcloud-auth-plugin" : "kubelogin"}" kubectl/client-go credential plugin instead.`
    : `no Auth Provider found for name ${JSON.stringify(name)}`
}

function* unreadable(path: string, what: string, of: string): Generator<string> {
  try {
    readRegularFile(path)
  } catch (error) {
    yield `unable to read ${what} ${path} for ${of} due to ${(error as Error).message}`
  }
}

/** What a field says: as data in the kubeconfig, or in the file that it names. */
export function pemOf(fields: Fields, name: string): string | undefined {
  const data = textOf(fields, `${name}-data`)
  if (data !== undefined) return Buffer.from(data, "base64").toString()
  const path = textOf(fields, name)
  try {
    return path && readRegularText(path)
  } catch {
    return undefined
  }
}
