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
  // A link file consists of a certificate and its private key.
  mayHoldPrivateKey: [tokenValue],
}
