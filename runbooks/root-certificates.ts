import { blocked, type CheckResult, drifted, foresee, main, missing, ready } from "../lib/index.ts"
import { ROOTS } from "./certificates.ts"
import { type Context, type Foresee, guideStep, type Manual } from "./context.ts"
import { restart } from "./flower/deploy.ts"
import { findSupernode } from "./flower/supernode.ts"
import { startedWith } from "./flower/trusted-root.ts"
import { bundle, certificatesIn, contentHash, hasRoot, shortFingerprint } from "./security/certificate.ts"
import { rootsManual } from "./security/manual.ts"
import { isOwnSecret, readSecret, writeSecret } from "./security/secrets.ts"
import { rootsSecretOf, secretRef } from "./security/tls.ts"
import { isOwn, recordOwn } from "./shared/labels.ts"
import { objectRef } from "./shared/reading.ts"
import { snippet } from "./shared/snippet.ts"

async function check(context: Context): Promise<CheckResult> {
  const { cluster, site, inputs } = context
  const wanted = certificatesIn(context.value(ROOTS))
  const name = rootsSecretOf(site, inputs)!
  const kept = await readSecret(cluster, site.project, name)
  const given = site.rootCertificatesSecret !== undefined
  if (kept === undefined) {
    return given
      ? stop(name, site.project, "does not exist", bundle(...wanted))
      : missing(`no Secret ${name} in ${site.project}`)
  }
  const found = certificatesIn(kept.text("ca.crt"))
  const names = (roots: typeof found) => roots.map(shortFingerprint).join(", ")
  if (given || !isOwnSecret(kept, context)) {
    const lacking = wanted.filter((root) => !hasRoot(found, root))
    if (lacking.length > 0)
      return stop(
        name,
        site.project,
        `does not have the root ${names(lacking)} in ca.crt`,
        bundle(...lacking),
      )
    return ready(`Secret ${name} existed before; it has the root ${names(wanted)}`, {
      object: objectRef(kept.object),
      adopted: true,
    })
  }
  if (kept.text("ca.crt") !== bundle(...wanted)) {
    const field = { field: "roots", found: names(found) || "none", wanted: names(wanted) }
    return drifted([field], {
      object: objectRef(kept.object),
      effects: ["restarts the SuperNode, which reads its roots when it starts"],
    })
  }
  return ready(`Secret ${name} has the root ${names(wanted)}`, { object: objectRef(kept.object) })
}

const stop = (name: string, project: string, what: string, roots: string): CheckResult =>
  blocked(`Secret ${name} in ${project} ${what}`, {
    code: "certificate",
    fix: `add the root to the certificates in its ca.crt, or omit root-certificates-secret and rename it:\n${roots}`,
    next: `oc get secret ${name} -n ${project} -o jsonpath='{.data.ca\\.crt}'`,
  })

const write = (context: Context): Promise<void> =>
  writeSecret(context, rootsSecretOf(context.site, context.inputs)!, {
    "ca.crt": bundle(...certificatesIn(context.value(ROOTS))),
  })

/**
 * Other roots replace the SuperNode's pods by their annotation. Where that has these roots already, somebody changed the Secret meanwhile:
 * a SuperNode that ended because of it would be started again minutes later.
 */
async function update(context: Context): Promise<void> {
  await write(context)
  const { cluster, site, inputs } = context
  const kept = await readSecret(cluster, site.project, rootsSecretOf(site, inputs)!)
  const supernode = await findSupernode(context)
  if (kept === undefined || supernode === undefined || !isOwn(supernode, context)) return
  if (startedWith(supernode) === contentHash(kept.data["ca.crt"] ?? "")) await restart(context, supernode)
}

export default guideStep({
  id: "root-certificates",
  foresees: ({ site }: Foresee) =>
    site.rootCertificatesSecret === undefined
      ? [foresee.creates("Secret flower-root-certificates with the root of the SuperLink's CA")]
      : [],
  title: "Trust the SuperLink's CA",
  on: "supernode",
  when: { tls: "on" },
  needs: ["project", "certificates"],
  inputs: ["project", "root-certificates-secret"],
  reads: [ROOTS],
  prose: `
A SuperNode trusts the SuperLink by the root certificate of its CA. It is public, and becomes a Secret in the SuperNode's project, which
the SuperNode mounts for \`--root-certificates\`.

    oc get secret flower-root-certificates

While the CA is being replaced, the Secret has both roots. A Secret of your own (\`root-certificates-secret\`) is checked and never
changed. A \`supernode-manifest\` that mounts \`flower-root-certificates\` is restarted with it like the built-in one.
`,
  readyWhen:
    "Ready when the Secret that the SuperNode mounts has the roots that the step certificates hands over.",
  docs: ["https://flower.ai/docs/framework/how-to-enable-tls-connections.html"],
  check,
  apply: write,
  update,
  takeOwnership: (context) =>
    recordOwn(context, [secretRef(context.site.project, rootsSecretOf(context.site, context.inputs)!)]),
  manual: (context: Manual) => rootsManual(context),
  show: ({ $, site, inputs }) => $`oc get secret ${rootsSecretOf(site, inputs)!} -n ${site.project}`,
  get expect() {
    return snippet("root-certificates.txt")
  },
})

if (import.meta.main) void main(import.meta.url)
