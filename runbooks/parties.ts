/** What institutions that share no credentials hand each other. */
import type { Notebook } from "../lib/index.ts"
import { hubValue, nodeValue, tokenValue } from "./interconnect/other-side.ts"

export const parties: NonNullable<Notebook["parties"]> = {
  coordinator: "superlink",
  // The party's keys and wishes alone.
  request: { steps: [] },
  approval: { steps: ["hand-over", "connector", "network-connector"], values: [hubValue, tokenValue] },
  receipt: { steps: ["verify"], values: [nodeValue] },
  agree: ["flower-version", "link-with"],
  grants: [
    "one link into the SuperLink's application network: by a token that can be redeemed once, or with --link-with file by a link file that does not expire",
    "the Fleet API of the SuperLink behind the routing key fleet-api",
  ],
  // A link file consists of a certificate and its private key.
  mayHoldPrivateKey: [tokenValue],
}
