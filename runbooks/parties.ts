/** What institutions that share no credentials hand each other. */
import type { Notebook } from "../lib/index.ts"
import { ROOTS } from "./certificates.ts"
import { hubValue, nodeValue, tokenValue } from "./interconnect/other-side.ts"
import { NODE_KEY } from "./security/node-key.ts"

export const parties: NonNullable<Notebook["parties"]> = {
  coordinator: "superlink",
  // The party's keys and wishes; with SuperNode authentication the public half of its SuperNode's key.
  request: { steps: ["node-key"], values: [NODE_KEY] },
  approval: {
    steps: ["certificates", "register-node", "hand-over", "connector", "network-connector"],
    values: [ROOTS, hubValue, tokenValue],
  },
  receipt: { steps: ["verify"], values: [nodeValue] },
  agree: ["flower-version", "link-with", "tls", "node-auth"],
  grants: [
    "one link into the SuperLink's application network: by a token that can be redeemed once, or with --link-with file by a link file that does not expire",
    "the Fleet API of the SuperLink behind the routing key fleet-api",
  ],
  // Measured: a shared network has one CA, and none of Skupper's objects closes one link of it alone.
  staysAfterRevoking: ({ values }, party) =>
    values.network === "shared"
      ? `In the shared network, revoking does not close the link of ${party}: all links have certificates of one CA, and Skupper cannot withdraw one of them. Its router stays in the network, and reaches what the network offers, until ${party} deletes its Link (teardown there), or the Site at the SuperLink is created again and every other institution gets another approval. A network of its own (--network per-party) is closed within a second.`
      : undefined,
  // A link file consists of a certificate and its private key.
  mayHoldPrivateKey: [tokenValue],
}
