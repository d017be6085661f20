/** The address of an API server: the only place that takes one apart. */

export type ParsedServer =
  | {
      /** Scheme, host and port without the default one, and the path without a slash at its end. */
      readonly url: string
      readonly origin: string
      /** Lower case, without the brackets of IPv6. */
      readonly hostname: string
      /** In front of every path of the API: a cluster behind a cluster proxy such as Rancher has one. */
      readonly path: string
      /** Always with a port. */
      readonly hostPort: string
    }
  /** What is wrong, as the end of a sentence that has quoted the text. */
  | { readonly wrong: string }

/** Pages of OpenShift's web console, which people copy from their browser. */
const CONSOLE = /^\/(?:k8s\/(?:cluster|ns|all-namespaces)(?:\/|$)|console\b|dashboards\b|project-details\b)/

/** Reads `https://api.example:6443`, `https://rancher.example/k8s/clusters/c-m-x/`. */
export function parseServer(text: string): ParsedServer {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return { wrong: "does not start with https://" }
  const url = URL.parse(text)
  if (url === null) return { wrong: "is not a URL" }
  if (url.protocol !== "https:" && url.protocol !== "http:") return { wrong: "is neither https nor http" }
  if (url.username !== "" || url.password !== "") return { wrong: "contains a user name or password" }
  const path = url.pathname.replace(/\/+$/, "")
  if (url.search !== "" || url.hash !== "" || CONSOLE.test(path)) {
    return { wrong: "is the address of a page for a browser" }
  }
  const port = url.port === "" ? (url.protocol === "http:" ? 80 : 443) : url.port
  return {
    url: `${url.origin}${path}`,
    origin: url.origin,
    hostname: url.hostname.replace(/^\[|\]$/g, ""),
    path,
    hostPort: `${url.hostname}:${port}`,
  }
}

/** `api.a.example:6443`; the text itself where it is not an address. */
export function hostPort(server: string): string {
  const parsed = parseServer(server)
  return "wrong" in parsed ? server : parsed.hostPort
}

/** Whether two addresses are one API server: default ports, slashes at the end and upper case do not matter. */
export function sameServer(one: string, other: string): boolean {
  return normalServer(one) === normalServer(other)
}

/** The address in one spelling; the text itself where it is not one. */
export function normalServer(server: string): string {
  const parsed = parseServer(server)
  return "wrong" in parsed ? server : parsed.url
}

/** The host alone; the text itself where it is not an address. */
export function hostnameOf(server: string): string {
  const parsed = parseServer(server)
  return "wrong" in parsed ? server : parsed.hostname
}
