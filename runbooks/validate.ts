/** Checks across inputs, before anything is applied. */
import type { Federation, Problem, Site } from "../lib/index.ts"
import { normalServer } from "../lib/kit.ts"
import type { SiteInputs, Values } from "./context.ts"
import { compareVersions, isFlowersOwn, OLDEST, versionOfImage } from "./flower/flower-versions.ts"
import { isTheirs } from "./interconnect/other-side.ts"
import { LONGEST_PROJECT } from "./interconnect/skupper.ts"
import { amount } from "./openshift/workload.ts"
import { tlsSecretOf } from "./security/tls.ts"

type Guide = Federation<Values, SiteInputs>
type GuideSite = Site<SiteInputs>

const LABEL = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/

/** All problems at once, each with its fix. */
export function validate(federation: Federation): Problem[] {
  const guide = federation as unknown as Guide
  // What another party's sites have, their owner checks.
  const own = { ...guide, sites: guide.sites.filter((site) => !isTheirs(site)) }
  return [
    ...names(guide),
    ...places(own),
    ...versions(own),
    ...encryption(own),
    ...authentication(own),
    ...ownProofs(guide),
    ...own.sites.flatMap(resources),
    ...own.sites.flatMap(routes),
    ...own.sites.flatMap(manifests),
  ]
}

function names({ sites }: Guide): Problem[] {
  const problems: Problem[] = []
  const seen = new Set<string>()
  for (const { name } of sites) {
    if (!LABEL.test(name)) {
      problems.push({
        what: `${name} is not a valid site name, because its Deployment gets the same name`,
        fix: "use lower-case letters, digits and -, at most 63, as in supernode-1",
      })
    }
    if (seen.has(name))
      problems.push({ what: `two sites have the name ${name}`, fix: "give each site its own name" })
    seen.add(name)
  }
  return problems
}

/** A project holds one Skupper Site. */
function places({ sites }: Guide): Problem[] {
  const taken = new Map<string, GuideSite>()
  const problems: Problem[] = []
  for (const site of sites) {
    const place = `${normalServer(site.server)} ${site.project}`
    const other = taken.get(place)
    if (other === undefined) taken.set(place, site)
    else {
      problems.push({
        what: `${other.name} and ${site.name} are both in project ${site.project} on ${site.server}: a project holds one Skupper Site`,
        fix: "give each site a project of its own",
      })
    }
  }
  return problems
}

function versions({ sites, values }: Guide): Problem[] {
  const version = values.flowerVersion
  const problems: Problem[] = []
  if (compareVersions(version, OLDEST) < 0) {
    problems.push({
      what: `Flower ${version} is older than ${OLDEST}: its arguments are unknown`,
      fix: `use flower-version ${OLDEST} or newer; 1.34.0 is the newest that accepts the guide's arguments`,
    })
  }
  for (const { name, image } of sites) {
    const tagged = image === undefined || !isFlowersOwn(image) ? undefined : versionOfImage(image)
    if (tagged === undefined || tagged === version) continue
    problems.push({
      what: `${name} has image ${image}, and flower-version is ${version}: SuperLink and SuperNodes must run the same version`,
      fix: `set flower-version to ${tagged}, or omit image`,
    })
  }
  return problems
}

/** Flower's own TLS must be on at both ends or at neither. A manifest of the user is not checked. */
function encryption({ sites, values }: Guide): Problem[] {
  const superlink = sites.find(({ role }) => role === "superlink")
  if (values.tls === "on") return certificateAuthority(values)
  if (superlink === undefined) return []
  return sites
    .filter(({ role, supernodeManifest }) => role === "supernode" && supernodeManifest === undefined)
    .filter(
      ({ rootCertificatesSecret }) =>
        (rootCertificatesSecret === undefined) !== (superlink.tlsSecret === undefined),
    )
    .map(({ name, rootCertificatesSecret }) =>
      rootCertificatesSecret === undefined
        ? {
            what: `${superlink.name} has a tls-secret, and ${name} has no root-certificates-secret: they cannot communicate`,
            fix: `give ${name} a root-certificates-secret with ca.crt, or omit tls-secret`,
          }
        : {
            what: `${name} has a root-certificates-secret, and ${superlink.name} has no tls-secret: they cannot communicate`,
            fix: `give ${superlink.name} a tls-secret with tls.crt, tls.key and ca.crt, or omit root-certificates-secret`,
          },
    )
}

/** Where the CA's key is decides what else has to be given. */
function certificateAuthority({ ca, caCertificateFile, caKeyFile, caIssuer }: Values): Problem[] {
  const needed = {
    secret: [],
    files: [
      ["ca-certificate-file", caCertificateFile],
      ["ca-key-file", caKeyFile],
    ],
    "cert-manager": [["ca-issuer", caIssuer]],
  }[ca]
  return needed
    .filter(([, given]) => given === undefined)
    .map(([name]) => ({ what: `ca is ${ca}, and ${name} is not given`, fix: `give ${name}, or another ca` }))
}

/** Flower authenticates SuperNodes over TLS alone: without it, its SuperLink exits. */
function authentication({ sites, values }: Guide): Problem[] {
  const tls = values.tls === "on" || sites.some(({ tlsSecret }) => tlsSecret !== undefined)
  const problems: Problem[] = []
  if (values.nodeAuth === "on" && !tls) {
    problems.push({
      what: "node-auth is on, and Flower's own TLS is off: its SuperLink authenticates SuperNodes over TLS only",
      fix: "add --tls on, or a tls-secret and root-certificates-secrets; or set node-auth to off",
    })
  }
  if (values.proof === "refused" && !tls) {
    problems.push({
      what: "--proof refused tries SuperNodes that a closed SuperLink refuses, and this one is open: tls and node-auth are off",
      fix: "add --tls on and --node-auth on, or choose another proof",
    })
  }
  return problems
}

/** What a user should know before a run. */
export const notices = (federation: Federation): string[] => [
  ...trust(federation),
  ...ownManifests(federation as unknown as Guide),
]

/** From so many sites on, processes cost more time than anything else (test/bench). */
const MANY_SITES = 30

/** What would make a run quicker. */
export const hints = ({ sites, values }: Federation): string[] =>
  sites.length > MANY_SITES && values.via === "commands"
    ? [`${sites.length} sites: with --via api, the same changes need no process for each.`]
    : []

/** The user's own manifest is applied as it is. */
function ownManifests({ sites, values }: Guide): string[] {
  const rows = [
    ...(values.probes === "on" ? ["probes"] : []),
    ...(values.podHardening === "on" ? ["pod-hardening"] : []),
  ]
  const own = sites.filter(({ supernodeManifest }) => supernodeManifest !== undefined).map(({ name }) => name)
  if (rows.length === 0 || own.length === 0) return []
  return [
    `${own.join(", ")}: ${rows.join(" and ")} does not change a supernode-manifest, which is applied as it is.`,
  ]
}

/** What a linked site can do to the others, where it is decided. */
function trust(federation: Federation): string[] {
  const { sites, values } = federation as unknown as Guide
  if (values.network === "per-party") return []
  const supernodes = sites.filter(({ role }) => role === "supernode")
  const encrypted = sites.some((site) => site.role === "superlink" && tlsSecretOf(site, values) !== undefined)
  if (supernodes.length < 2 || encrypted) return []
  return [
    `Trust: the ${supernodes.length} SuperNodes join one Skupper network, and Flower has no TLS of its own (tls). Whoever ` +
      "administers one linked site administers the routers of all the others, reaches what those routers reach, and can take the " +
      "place of the SuperLink. See docs/security.md.",
  ]
}

/** Whoever does not own the SuperLink cannot ask its Control API, nor see other networks. */
function ownProofs({ sites, values }: Guide): Problem[] {
  const superlink = sites.find(({ role }) => role === "superlink")
  if (superlink?.party === undefined || values.proof === "log") return []
  return [
    {
      what: `--proof ${values.proof} needs the SuperLink's cluster, which belongs to ${superlink.party}`,
      fix: "omit --proof: the receipt says what was verified here, and its owner confirms it",
    },
  ]
}

function resources({ name, resources: given }: GuideSite): Problem[] {
  return Object.entries(given ?? {}).flatMap(([key, quantity]) => {
    if (!/^(?:requests|limits)\.[a-z]/.test(key)) {
      return [
        {
          what: `${name}: resources has the invalid key ${key}`,
          fix: "write requests.cpu, limits.memory and so on",
        },
      ]
    }
    if (!Number.isNaN(amount(quantity))) return []
    return [
      {
        what: `${name}: resources has the invalid quantity ${key}=${quantity}`,
        fix: "write a quantity such as 500m, 2 or 4Gi",
      },
    ]
  })
}

/** Only if Routes are requested by name; if they are the cluster's default, `site-create` reports it. */
function routes({ name, project, linkAccessType }: GuideSite): Problem[] {
  if (linkAccessType !== "route" || project.length <= LONGEST_PROJECT) return []
  return [
    {
      what: `${name}: project ${project} has ${project.length} characters, and the Route skupper-router-inter-router-${project} is not a valid DNS name`,
      fix: `use a project of at most ${LONGEST_PROJECT} characters, or link-access-type loadbalancer`,
    },
  ]
}

function manifests(site: GuideSite): Problem[] {
  if (site.supernodeManifest === undefined) return []
  const unused = (["nodeConfig", "rootCertificatesSecret"] as const).filter((key) => site[key] !== undefined)
  return unused.map((key) => ({
    what: `${site.name} has a supernode-manifest, so it cannot have ${key === "nodeConfig" ? "node-config" : "root-certificates-secret"}`,
    fix: "write it into the manifest and omit the input",
  }))
}
