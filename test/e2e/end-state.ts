/** What a run leaves on the clusters and in its folder, so that two can be compared. */
import { readdirSync } from "node:fs"
import { CheckError } from "../../lib/notebook/check-result.ts"
import { labels } from "../../runbooks/shared/labels.ts"
import type { World } from "./harness.ts"

const SKUPPER = "skupper.io/v2alpha1"
const KINDS: readonly [apiVersion: string, kind: string][] = [
  ["v1", "Namespace"],
  ["operators.coreos.com/v1alpha1", "Subscription"],
  ["operators.coreos.com/v1alpha1", "ClusterServiceVersion"],
  ["apps/v1", "Deployment"],
  ["v1", "Service"],
  ["v1", "Secret"],
  ...["Site", "AccessGrant", "AccessToken", "Link", "Connector", "Listener"].map((kind): [string, string] => [
    SKUPPER,
    kind,
  ]),
]

/** A token has a new random name each time; Link, Secret and certificates contain it. */
const withoutId = (name: string): string =>
  name.replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "UUID")

/** Each object with its conditions and whether it has the federation's labels, and the names of the folder's files. */
export async function endState(world: Ran): Promise<string[]> {
  const files = readdirSync(world.state, { recursive: true, encoding: "utf8" })
  return [...(await onClusters(world)), ...files].sort()
}

/** A world, as far as it is looked at here. */
export interface Ran extends Pick<World, "cluster" | "state"> {
  readonly practice: { readonly clusters: readonly { readonly name: string }[] }
}

/** The objects alone. */
export async function onClusters(world: Omit<Ran, "state">): Promise<string[]> {
  const expected = labels("e2e")
  const lists = world.practice.clusters.flatMap(({ name: site }) =>
    KINDS.map(async ([apiVersion, kind]) => {
      const objects = await world
        .cluster(site)
        .list({ apiVersion, kind })
        .catch((error: unknown) => {
          // Skupper's kinds come with its operator.
          if (error instanceof CheckError && error.result.state === "unknown") return []
          throw error
        })
      return objects.map(({ metadata, status }) => {
        const labelled = Object.entries(expected).every(([key, value]) => metadata.labels?.[key] === value)
        const conditions = (status?.conditions ?? [])
          .filter((one: { status: string }) => one.status === "True")
          .map((one: { type: string }) => one.type)
          .sort()
        const place = [site, kind, metadata.namespace, withoutId(metadata.name)].filter(Boolean).join("/")
        return [place, ...conditions, ...(labelled ? ["labelled"] : [])].join(" ")
      })
    }),
  )
  return (await Promise.all(lists)).flat().sort()
}
