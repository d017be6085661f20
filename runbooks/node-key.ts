import {
  blocked,
  type CheckResult,
  drifted,
  foresee,
  main,
  missing,
  RunbookError,
  ready,
} from "../lib/index.ts"
import { type Context, type Foresee, guideStep, type Manual } from "./context.ts"
import { rotateNodeKey } from "./flower/rotation.ts"
import {
  createNodeKey,
  findNodeKey,
  isRotating,
  NODE_KEY,
  nodeKeyRef,
  nodeKeySecret,
} from "./security/node-key.ts"
import { fingerprintOf } from "./security/ssh-key.ts"
import { isOwn, labels, recordOwn } from "./shared/labels.ts"
import { APPLY, exists } from "./shared/manual.ts"
import { objectRef } from "./shared/reading.ts"

async function check(context: Context): Promise<CheckResult> {
  const { site, $ } = context
  const name = nodeKeySecret(site)
  const found = await findNodeKey(context)
  if (found === undefined) {
    if ((await $.which("ssh-keygen")) === undefined) return noKeygen()
    return missing(
      `no Secret ${name} in ${site.project}; its key is made on this machine, for this site alone`,
    )
  }
  const object = objectRef(found.secret)
  const { publicKey } = found
  if (publicKey === undefined) {
    return blocked(`Secret ${name} does not hold the key of a SuperNode: ${found.objection}`, {
      code: "key",
      fix: "put a P-384 key without a passphrase into it (ssh-keygen -t ecdsa -b 384), or delete it, so that a new one is made",
      next: `oc delete secret ${name} -n ${site.project}`,
      object,
    })
  }
  context.provide(NODE_KEY, publicKey)
  const next = await findNodeKey(context, "next")
  if (isRotating(next, context)) {
    const rotation = { field: "rotation", found: "interrupted", wanted: "complete" }
    return drifted([rotation], {
      reason: `the rotation to the key ${fingerprintOf(next!.publicKey!)} was interrupted and is completed`,
      object,
      effects: [`restarts Deployment ${site.name} in ${site.project}`],
    })
  }
  const adopted = !isOwn(found.secret, context)
  const what = `${adopted ? "existed before: " : ""}Secret ${name} holds the key ${fingerprintOf(publicKey)}`
  return ready(what, { object, ...(adopted && { adopted }) })
}

const noKeygen = (): CheckResult =>
  blocked("ssh-keygen is not on PATH: it makes the SuperNode's key, as Flower's documentation does", {
    code: "command",
    fix: "install OpenSSH's client (Debian and Ubuntu: openssh-client; Fedora and RHEL: openssh-clients)",
    next: "command -v ssh-keygen",
  })

async function apply(context: Context): Promise<void> {
  context.provide(NODE_KEY, await createNodeKey(context))
}

async function rotate(context: Context): Promise<void> {
  const found = await findNodeKey(context)
  if (found === undefined) return apply(context)
  if (!isOwn(found.secret, context)) {
    throw new RunbookError(`Secret ${found.secret.metadata.name} existed before, so it is not replaced`, {
      fix: "put another P-384 key into it yourself, or delete it; then run again",
      next: `flower-runbook run --to register-node --site ${context.site.name}`,
    })
  }
  context.provide(NODE_KEY, await rotateNodeKey(context))
}

/** The same in a shell. The key is in a folder of its own, which is deleted whatever happens. */
function manual({ site, federation }: Manual): string {
  const name = nodeKeySecret(site)
  const secret = [
    "apiVersion: v1",
    "kind: Secret",
    `metadata: { name: ${name}, namespace: ${site.project}, labels: ${JSON.stringify(labels(federation))} }`,
    "type: kubernetes.io/ssh-auth",
    "data:",
    '  ssh-privatekey: $(base64 <"$folder/key" | tr -d "\\n")',
    '  ssh-publickey: $(base64 <"$folder/key.pub" | tr -d "\\n")',
  ]
  return `# The SuperNode's key. It leaves no copy on this machine.
${exists(`secret ${name} -n ${site.project}`)} || (
  folder=$(mktemp -d) && trap 'rm -rf "$folder"' EXIT
  ssh-keygen -q -t ecdsa -b 384 -N "" -C ${site.name} -f "$folder/key"
  ${APPLY} <<EOF
${secret.join("\n")}
EOF
)`
}

export default guideStep({
  id: "node-key",
  foresees: ({ site }: Foresee) => [
    foresee.creates(`Secret ${nodeKeySecret(site)} with the SuperNode's key`),
  ],
  title: "Make the SuperNode's key",
  on: "supernode",
  when: { "node-auth": "on" },
  needs: ["project"],
  inputs: ["project"],
  provides: [NODE_KEY],
  prose: `
With SuperNode authentication, the SuperLink accepts registered SuperNodes only. Each SuperNode proves who it is with a key of its own:

    ssh-keygen -t ecdsa -b 384 -N "" -f KEY

The key is made for this site alone, becomes a Secret in the SuperNode's project, and its file is deleted at once. Only the public half
goes to the SuperLink. A Secret that exists already is used, if it holds a P-384 key.

\`step node-key --rerun\` rotates the key: the new one is registered, the SuperNode is restarted with it, and then the old
one is unregistered. That is final: Flower never accepts an unregistered key again.
`,
  readyWhen:
    "Ready when the project has a Secret with a P-384 key in OpenSSH's format and without a passphrase.",
  docs: ["https://flower.ai/docs/framework/how-to-authenticate-supernodes.html"],
  check,
  apply,
  update: rotate,
  rerun: rotate,
  takeOwnership: (context) => recordOwn(context, [nodeKeyRef(context.site)]),
  manual,
  noPreview: true,
  timeout: 600,
})

if (import.meta.main) void main(import.meta.url)
