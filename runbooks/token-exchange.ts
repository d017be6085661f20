import { main } from "../lib/index.ts"
import { guideStep } from "./context.ts"
import { checkToken, issueToken, takeToken } from "./interconnect/issuing.ts"
import { linkManual, tokenManual } from "./interconnect/manual.ts"
import { checkLink, recreateLink, redeem, replaceLinks, takeLink } from "./interconnect/redeeming.ts"

/** In the lane of each SuperNode, at the SuperLink's cluster. */
export const tokenIssue = guideStep({
  id: "token-issue",
  title: "Issue a token for the link",
  on: "link",
  needs: ["site-create"],
  feeds: "token-redeem",
  inputs: ["link-with"],
  prose: `
To let a SuperNode's site in, the SuperLink's site hands out a **token**. It works once and for fifteen minutes, so it
is issued at the moment when it is needed:

    skupper token issue supernode-1.token.yaml

What is in the file lets its bearer in. It is kept where only you can read it, and deleted once the link is there.

The guide's other way is a link file, \`skupper link generate\`, for clusters that may not call the SuperLink's cluster
to redeem a token: choose it with \`--link-with file\`. It holds a private key that is good for years, so carry it with care.
`,
  readyWhen:
    "Whether a token is here whose AccessGrant can still be redeemed for a minute or more, or a link file that leads to an address the Site has.",
  docs: ["https://skupperproject.github.io/refdog/concepts/access-token.html"],
  check: checkToken,
  apply: issueToken,
  rerun: issueToken,
  takeOwnership: takeToken,
  manual: tokenManual,
  // It writes the file, and takes away the token that was in it.
  timeout: 120,
  exclusive: ({ inputs, peer }) => (inputs.linkWith === "file" ? `link generate ${peer.server}` : undefined),
})

/** In the lane of each SuperNode, at its own cluster. */
export const tokenRedeem = guideStep({
  id: "token-redeem",
  title: "Redeem the token: make the link",
  on: "link",
  // Not token-issue: without a token it asks for one itself.
  needs: ["site-create"],
  inputs: ["server", "project"],
  prose: `
In the SuperNode's project the token becomes a **link** to the SuperLink's site:

    skupper token redeem supernode-1.token.yaml

This cluster's controller calls the SuperLink's cluster, shows the token and gets a certificate in return. With a link
file there is nothing to redeem; it is applied as it is:

    oc apply --server-side -f supernode-1.token.yaml

**Tip.** A token that has expired or was used is replaced by a new one by itself. If the clusters cannot reach each
other for this call, the message names the address, and \`--link-with file\` does without it.
`,
  readyWhen:
    "Whether the project has a Link that leads to the SuperLink's Site as it is now, not to an earlier one of that name.",
  docs: ["https://skupperproject.github.io/refdog/concepts/link.html"],
  check: checkLink,
  apply: redeem,
  update: replaceLinks,
  rerun: recreateLink,
  takeOwnership: takeLink,
  manual: linkManual,
  // It deletes the file where the token is used up.
  timeout: 180,
})

if (import.meta.main) void main(import.meta.url)
