import { type CheckResult, foresee, main, RunbookError, value } from "../lib/index.ts"
import { type Context, type Foresee, guideStep, type Manual } from "./context.ts"
import { presents, untrusting } from "./flower/trusted-root.ts"
import { createAuthority } from "./security/authority.ts"
import { CERT_MANAGER } from "./security/cert-manager.ts"
import { givenCertificate } from "./security/given-certificate.ts"
import { certificatesManual } from "./security/manual.ts"
import { type Situation, situationOf } from "./security/situation.ts"
import { caSecretOf, secretRef, tlsSecretOf } from "./security/tls.ts"
import { recordOwn } from "./shared/labels.ts"
import { snippet } from "./shared/snippet.ts"

/** The roots that SuperNodes have to trust, as PEM: public. While a CA is being replaced, there are two. */
export const ROOTS = value("roots")

/** Where the certificates stand, whoever looks: this step or `doctor`. */
export const lookAtCertificates = (context: Context): Promise<Situation> => {
  const { tlsSecret } = context.site
  return tlsSecret === undefined
    ? situationOf(context, {
        untrusting: (root) => untrusting(context, root),
        presents: (hash) => presents(context, hash),
      })
    : givenCertificate(context, tlsSecret)
}

async function check(context: Context): Promise<CheckResult> {
  const { result, roots } = await lookAtCertificates(context)
  if (roots !== "") context.provide(ROOTS, roots)
  return result
}

/** Goes on until there is nothing more to do at once: a CA is created, and then the certificate is issued. */
async function apply(context: Context): Promise<void> {
  let before: string | undefined
  for (;;) {
    const { result, act } = await lookAtCertificates(context)
    // In a preview nothing changes.
    if (act === undefined || result.reason === before) return
    before = result.reason
    await act()
  }
}

export default guideStep({
  id: "certificates",
  foresees: ({ site }: Foresee) =>
    site.tlsSecret === undefined
      ? [foresee.creates(`Secret ${site.superlinkWorkload}-tls with the SuperLink's certificate`)]
      : [],
  title: "Issue the SuperLink's certificate",
  on: "superlink",
  when: { tls: "on" },
  needs: ["project"],
  inputs: [
    "project",
    "superlink-workload",
    "tls-secret",
    "control-api",
    "ca",
    "ca-certificate-file",
    "ca-key-file",
    "ca-issuer",
    "renew-before",
  ],
  provides: [ROOTS],
  prose: `
With Flower's own TLS, a SuperNode talks to nobody but the SuperLink of this federation, whatever a linked site does in the network. The
SuperLink needs a certificate for the names at which it is reached, and every SuperNode the root certificate of the **CA** that issued
it.

    oc get secret superlink-tls

The CA's key is in the Secret \`superlink-ca\` of the SuperLink's project. Whoever can read it can issue certificates for this
federation, and nothing else. \`--ca cert-manager\` asks an Issuer of the cluster instead (\`--ca-issuer NAME\`), \`--ca files\` uses a
CA on your machine, and \`--tls-secret\` names a certificate of your own, which is checked and never changed.

**Renewal.** A certificate is valid for a year. Within \`renew-before\` of its end, or when a new SuperNode needs a name that it lacks, a
run issues a new one and restarts the SuperLink, once no Flower run is in progress. \`status --live\` and \`doctor\` say how many days are left.

**A new CA.** \`step certificates --rerun\` creates one, as a run does before the CA ends. Three runs follow, and no SuperNode is locked out
in between: the first restarts the SuperNodes so that they trust both roots, the second gives the SuperLink a certificate of the new
CA once every SuperNode trusts it, and the third drops the old root.
`,
  readyWhen:
    "Ready when the SuperLink's Secret has a certificate of the CA that is valid for every name of the SuperLink for longer than `renew-before`, and its key.",
  docs: ["https://flower.ai/docs/framework/how-to-enable-tls-connections.html"],
  check,
  apply,
  update: true,
  async rerun(context) {
    const { inputs, site, note } = context
    if (site.tlsSecret !== undefined || inputs.ca !== "secret") {
      throw new RunbookError("this federation does not keep the CA", {
        why: site.tlsSecret === undefined ? `ca is ${inputs.ca}` : `tls-secret ${site.tlsSecret} is given`,
        fix: "replace the CA where it is kept; the next run then gives its root to the SuperNodes first",
      })
    }
    const { roots } = await lookAtCertificates(context)
    if ((roots.match(/BEGIN CERTIFICATE/g) ?? []).length > 1) {
      throw new RunbookError("the CA is being replaced already", {
        fix: "finish that first: each run goes on with it",
        next: "flower-runbook run",
      })
    }
    await createAuthority(context)
    await apply(context)
    note(
      "the CA is being replaced: three further runs restart the SuperNodes, the SuperLink, and the SuperNodes again",
    )
  },
  takeOwnership: (context) => {
    const { site, inputs } = context
    const issued = {
      apiVersion: CERT_MANAGER,
      kind: "Certificate",
      name: `${site.superlinkWorkload}-issued`,
      namespace: site.project,
    }
    return recordOwn(context, [
      secretRef(site.project, caSecretOf(site)),
      secretRef(site.project, tlsSecretOf(site, inputs)!),
      ...(inputs.ca === "cert-manager" ? [issued] : []),
    ])
  },
  manual: (context: Manual) => certificatesManual(context),
  show: ({ $, site, inputs }) => $`oc get secret ${tlsSecretOf(site, inputs)!} -n ${site.project}`,
  get expect() {
    return snippet("certificates.txt")
  },
})

if (import.meta.main) void main(import.meta.url)
