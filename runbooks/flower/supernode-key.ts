/** With SuperNode authentication, a SuperNode that this program did not make needs its key as well; and what a refusal means for one that has it. */
import { dirname } from "node:path"
import { blocked, type CheckResult, progressing } from "../../lib/index.ts"
import type { Context } from "../context.ts"
import { containerOf, type Deployment } from "../openshift/workload.ts"
import { addNodeKey, KEY_FLAG, KEY_PATH, KEY_VOLUME } from "../security/node-auth.ts"
import { nodeKeySecret } from "../security/node-key.ts"
import { commandLine, hasFlag } from "./command-line.ts"
import type { DeployTarget } from "./deploy.ts"

/** Whether a SuperNode would be refused, because it has no key of its own. */
export const lacksKey = (found: Deployment, { nodeAuth }: Pick<Context["inputs"], "nodeAuth">): boolean =>
  nodeAuth === "on" && !hasFlag(commandLine(containerOf(found, "supernode")), KEY_FLAG)

/** A SuperNode that existed before, with its key. @param numericUser no group is set by the cluster, so every user has to be able to read it */
export function withKey(found: Deployment, { site, inputs }: Context, numericUser: boolean): Deployment {
  if (!lacksKey(found, inputs)) return found
  const changed = structuredClone(found)
  addNodeKey(changed, containerOf(changed, "supernode"), site, undefined)
  const secret = changed.spec.template.spec.volumes?.find(({ name }) => name === KEY_VOLUME)?.secret
  if (numericUser && secret !== undefined) secret.defaultMode = 0o444
  return changed
}

/** What a manifest of the user has to hold that is not changed by this program. */
export function manifestWithoutKey(
  { site, inputs }: Context,
  { manifest }: DeployTarget,
): CheckResult | undefined {
  if (site.supernodeManifest === undefined || !lacksKey(manifest.deployment, inputs)) return undefined
  return blocked(
    `supernode-manifest ${site.supernodeManifest}: its SuperNode has no key, and node-auth is on: the SuperLink would refuse it`,
    {
      code: "manifest",
      fix: `mount Secret ${nodeKeySecret(site)} at ${dirname(KEY_PATH)}, and add ${KEY_FLAG} ${KEY_PATH} to its arguments`,
      next: `flower-runbook step deploy-supernode --site ${site.name}`,
    },
  )
}

/**
 * With a key, a SuperLink refuses a SuperNode in the same words as an unregistered one while it still counts its predecessor as online: for up to
 * a minute after that was killed (measured with 1.34, 1.38). The step before has registered the key.
 */
export function stillCounted({ inputs }: Context, answer: CheckResult): CheckResult | undefined {
  if (inputs.nodeAuth !== "on" || answer.state !== "blocked" || answer.code !== "not registered")
    return undefined
  const why =
    "if it was killed, the SuperLink accepts its key again once it has missed its heartbeats (a minute)"
  return progressing(`${answer.reason}; ${why}`, answer.object)
}
