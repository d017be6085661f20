/** Refusals by whoever else has a say: a webhook, a policy. */
import { once } from "node:events"
import { createServer } from "node:https"
import type { AddressInfo } from "node:net"
import { createAuthority } from "../../../lib/practice/certificates.ts"
import { said } from "../normal.ts"
import { row, type Theme } from "../row.ts"
import type { Scene } from "../scene.ts"
import { configMap } from "../things.ts"

const WEBHOOKS = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"

/** What becomes of a ConfigMap where a webhook is asked, which answers this (nothing: it is not there). */
const judged = async ({ admin, core, ns, id }: Scene, response?: object): Promise<string> => {
  const ca = await createAuthority("webhook")
  const { certificate: cert, key } = await ca.issue("webhook", { hosts: ["127.0.0.1"], server: true })
  const server = createServer({ cert, key }, async (request, answer) => {
    let text = ""
    for await (const chunk of request) text += chunk
    const { apiVersion, kind, request: asked } = JSON.parse(text)
    answer.writeHead(200, { "content-type": "application/json" })
    answer.end(JSON.stringify({ apiVersion, kind, response: { uid: asked.uid, ...response } }))
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as AddressInfo
  if (response === undefined) server.close()
  const webhook = {
    name: "no.conformance.example",
    clientConfig: {
      url: `https://127.0.0.1:${port}/`,
      caBundle: Buffer.from(ca.certificate).toString("base64"),
    },
    rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["configmaps"] }],
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": ns } },
    sideEffects: "None",
    admissionReviewVersions: ["v1"],
    timeoutSeconds: 5,
  }
  const { status } = await admin.post(WEBHOOKS, { metadata: { name: id }, webhooks: [webhook] })
  try {
    // A server takes a moment to learn of a webhook, until then it asks nobody.
    for (let at = 0; ; at++) {
      const answer = await admin.post(`${core}/configmaps`, configMap(`a${at}`))
      if (answer.status !== 201 || status !== 201 || at > 300)
        return said(answer).replaceAll(String(port), "PORT")
    }
  } finally {
    await admin.delete(`${WEBHOOKS}/${id}`)
    server.close()
    server.closeAllConnections()
  }
}

const webhooks = "left out, because practice clusters ask no webhooks" as const

export const admission: Theme = {
  theme: "admission",
  rows: [
    row(
      "a webhook that refuses, with its message",
      (scene) => judged(scene, { allowed: false, status: { message: "not here" } }),
      '400 Failure admission webhook "no.conformance.example" denied the request: not here',
      { why: webhooks, gives: "201 ConfigMap" },
    ),
    row(
      "a webhook that refuses, with a code and a reason",
      (scene) =>
        judged(scene, { allowed: false, status: { code: 422, reason: "Invalid", message: "not so" } }),
      '422 Invalid admission webhook "no.conformance.example" denied the request: not so',
      { why: webhooks, gives: "201 ConfigMap" },
    ),
    row(
      "a webhook that nobody answers for",
      (scene) => judged(scene),
      '500 InternalError Internal error occurred: failed calling webhook "no.conformance.example": failed to call webhook: Post "https://127.0.0.1:PORT/?timeout=5s": dial tcp 127.0.0.1:PORT: connect: connection refused',
      { why: webhooks, gives: "201 ConfigMap" },
    ),
  ],
}
