import type { Context } from "../context.ts"
import type { Deployment } from "../openshift/workload.ts"
import { supernodeName } from "./manifests.ts"
import { deploymentRef } from "./superlink.ts"

/** The SuperNode of a site, whoever created it. */
export const findSupernode = async ({
  cluster,
  site,
  federation,
}: Pick<Context, "cluster" | "site" | "federation">): Promise<Deployment | undefined> =>
  cluster.get<Deployment>(deploymentRef(site.project, await supernodeName({ site, federation })))
