/** Shell lines that create sites, links, connectors and listeners by hand. */
import type { Manual } from "../context.ts"
import { APPLY, applyFile, hereDocument, unlessExists } from "../shared/manual.ts"
import { manifestText } from "../shared/write-manifest.ts"
import { hubOf } from "./hub.ts"
import { siteResource } from "./resources.ts"
import { replaceCommand } from "./router-configuration.ts"
import { DEFAULT_LIFETIME } from "./skupper.ts"
import { tokenPath } from "./token-file.ts"

/** The link access types that `skupper site create` accepts (2.0 to 2.2). */
const BY_COMMAND = ["default", "route", "loadbalancer"]

/**
 * A Site's link access as flags of `skupper site create`; `undefined` for a Site that only creates links.
 * @returns nothing if the command refuses this type: then the Site is applied as a manifest
 */
export function accessFlags(access: string | undefined): string[] | undefined {
  if (access === undefined) return []
  if (!BY_COMMAND.includes(access)) return undefined
  const enabled = ["--enable-link-access"]
  return access === "default" ? enabled : [...enabled, "--link-access-type", access]
}

/** For a type of link access that the command refuses. */
export const siteManifest = async (site: Manual["site"], access: string | undefined): Promise<string> =>
  manifestText([await siteResource(site, access)])

/** Creates a Site with this link access; undefined for a Site that only creates links. */
export async function siteManual({ site }: Manual, access: string | undefined): Promise<string> {
  const { skupperSite: name, project } = site
  const flags = accessFlags(access)
  const create =
    flags === undefined
      ? hereDocument(APPLY, await siteManifest(site, access))
      : ["skupper site create", name, ...flags, `-n ${project}`].join(" ")
  return `${unlessExists(`sites.skupper.io -n ${project}`, create)}
oc wait --for=condition=Ready sites.skupper.io --all -n ${project} --timeout=5m
# Only if the router was restarted in its pod and lacks its configuration:
# ${replaceCommand(project)}`
}

/** The real command refuses a path with other characters. */
const ACCEPTED_PATH = /^[A-Za-z0-9./~-]+$/

/** A command on the token file, run in the file's folder if necessary. */
const withFile = (file: string, before: string, command: string, after: string): string =>
  ACCEPTED_PATH.test(file)
    ? `${before}${command} ${file} ${after}`
    : `cd "$(dirname ${file})" && ${before}${command} "$(basename ${file})" ${after}`

const linksIn = (project: string) => `links.skupper.io -n ${project}`

/** At the SuperLink's cluster: creates a token or a link file that only its owner can read. */
export function tokenManual(context: Manual): string {
  const { site, inputs, on } = context
  const hub = hubOf(context, site)
  const tokenFile = tokenPath(context)
  const window =
    inputs.tokenLifetime === DEFAULT_LIFETIME ? "" : `--expiration-window ${inputs.tokenLifetime}s `
  const create =
    inputs.linkWith === "file"
      ? `${on(hub)}skupper link generate -n ${hub.project} >${tokenFile}`
      : withFile(tokenFile, on(hub), "skupper token issue", `${window}-n ${hub.project}`)
  return `# If a Link already exists, no token is needed.
${unlessExists(linksIn(site.project), `(umask 077 && ${create})`)}`
}

/** At the SuperNode's cluster: creates the Link. */
export function linkManual(context: Manual): string {
  const { site, inputs } = context
  const tokenFile = tokenPath(context)
  const create =
    inputs.linkWith === "file"
      ? `${applyFile(tokenFile)} -n ${site.project}`
      : withFile(tokenFile, "", "skupper token redeem", `-n ${site.project}`)
  return unlessExists(
    linksIn(site.project),
    ACCEPTED_PATH.test(tokenFile) || inputs.linkWith === "file" ? create : `(${create})`,
  )
}

/** Waits for the Link and deletes the file: whoever has it could create another Link. */
export const linkUpManual = ({ site, privateFile }: Manual): string =>
  `oc wait --for=condition=Ready links.skupper.io --all -n ${site.project} --timeout=10m
skupper link status -n ${site.project}
rm -f ${tokenPath({ privateFile })}`

/** Creates one end of a routing key. */
export const exposureManual = ({ site }: Manual, kind: "connector" | "listener", words: string): string => {
  const [name] = words.split(" ")
  return unlessExists(
    `${kind}s.skupper.io ${name} -n ${site.project}`,
    `skupper ${kind} create ${words} -n ${site.project}`,
  )
}
