/** InstallPlan: waits for its approval, then creates the custom resource definitions and the ClusterServiceVersion. */

import { skupperCrds } from "../../skupper-crds.ts"
import { withCondition } from "../conditions.ts"
import { splitKey } from "../controller.ts"
import { DURATIONS } from "../pace.ts"
import { clusterServiceVersion, majorOf } from "./catalog.ts"
import { providedRoles } from "./roles.ts"
import { groupCount, type Olm, olm } from "./subscriptions.ts"

export const reconcileInstallPlan = async (
  { store, patience, pace }: Olm,
  key: string,
): Promise<number | void> => {
  const [namespace, name] = splitKey(key)
  const plan = olm(store, "InstallPlan").get(namespace, name)
  if (plan === undefined || plan.metadata.deletionTimestamp !== undefined) return
  const phase: string = plan.status?.phase ?? ""
  if (phase === "Complete" || phase === "Failed") return
  if (phase === "") {
    const next = plan.spec.approved ? "Installing" : "RequiresApproval"
    await store.status(plan, { ...plan.status, phase: next })
    return
  }
  if (phase === "RequiresApproval") {
    if (plan.spec.approved) await store.status(plan, { ...plan.status, phase: "Installing" })
    return
  }
  const say = (status: "True" | "False", reason: string, message: string) =>
    withCondition(plan.status?.conditions, { type: "Installed", status, reason, message })
  const groups = groupCount(store, namespace)
  if (groups !== 1) {
    const message =
      groups === 0
        ? "no operator group found that is managing this namespace"
        : `more than one operator group(s) are managing this namespace count=${groups}`
    await store.status(plan, { ...plan.status, conditions: say("False", "InstallCheckFailed", message) })
    return
  }
  const left = patience.left(key, `${plan.metadata.uid} ${phase}`, pace(...DURATIONS.installPlan))
  if (left > 0) return left
  for (const csv of plan.spec.clusterServiceVersionNames as string[]) {
    if (majorOf(csv) >= 2) {
      const provided = [...skupperCrds(), ...providedRoles("skupper.io", "v2alpha1")]
      await Promise.all(provided.map((one) => store.ensure(one)))
    }
    const known = olm(store, "ClusterServiceVersion")
    const before = known
      .list(namespace)
      .find(
        (one) =>
          one.metadata.name !== csv && one.spec.displayName && !one.metadata.labels?.["olm.copiedFrom"],
      )
    const made = clusterServiceVersion(csv, namespace)
    await store.ensure(
      before === undefined ? made : { ...made, spec: { ...made.spec, replaces: before.metadata.name } },
    )
  }
  await store.status(plan, { ...plan.status, phase: "Complete", conditions: say("True", "", "") })
}
