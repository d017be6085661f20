/** Shell lines that log in by hand with `oc login`. A password never appears on a command line. */
import { shellWord } from "../../lib/index.ts"
import { hostnameOf, keepProxy } from "../../lib/kit.ts"
import type { Manual } from "../context.ts"

type Site = Manual["site"]

/** Lines that create a session in the kubeconfig that KUBECONFIG names. */
export const manualLogin = (site: Site, flags: readonly string[]): string =>
  [
    [
      ...proxyNow(site),
      `oc login --server=${shellWord(site.server)}`,
      ...(site.certificateAuthority === undefined
        ? []
        : [`--certificate-authority=${shellWord(site.certificateAuthority)}`]),
      ...flags,
    ].join(" "),
    ...keepProxy(site.proxy),
  ].join("\n")

function proxyNow({ proxy, server }: Site): string[] {
  if (proxy === undefined) return []
  return [proxy === "none" ? `NO_PROXY=${hostnameOf(server)}` : `HTTPS_PROXY=${shellWord(proxy)}`]
}
