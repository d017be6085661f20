import { foresee, main } from "../lib/index.ts"
import { type Foresee, guideStep } from "./context.ts"
import { checkToken, issueToken, takeToken } from "./interconnect/issuing.ts"
import { linkManual, tokenManual } from "./interconnect/manual.ts"
import { hubValue, tokenValue } from "./interconnect/other-side.ts"
import { checkLink, recreateLink, redeem, replaceLinks, takeLink } from "./interconnect/redeeming.ts"

/** Runs in the lane of each SuperNode, at the SuperLink's cluster. */
export const tokenIssue = guideStep({
  id: "token-issue",
  title: "Issue a token for the link",
  on: "link",
  side: "superlink",
  needs: ["site-create", "network-site"],
  feeds: "token-redeem",
  inputs: ["link-with", "network"],
  prose: `
The SuperLink's site issues a **token** that lets a SuperNode's site create a link. The token works once and expires after
fifteen minutes (for another party after 24 hours), so it is issued right before it is needed:

    skupper token issue supernode-1.token.yaml

Whoever has the file can create a link. It is stored where only you can read it, and deleted as soon as the link exists.

**Trust.** A link is more than access to the SuperLink. Skupper has no policy between sites: whoever administers a linked site can
read the map of the whole network, administers the routers of all its sites, and reaches through them whatever those routers reach
(docs/security.md). Issue a token only for an institution that all the others trust so far.

The guide's other way is a link file, created by \`skupper link generate\`. It is for clusters that are not allowed to call the
SuperLink's cluster to redeem a token. Choose it with \`--link-with file\`. A link file contains a private key that is valid for
years, so keep it secret.
`,
  readyWhen:
    "Ready when a token exists whose AccessGrant can be redeemed for at least one more minute, or a link file that leads to an address of the Site.",
  docs: ["https://skupperproject.github.io/refdog/concepts/access-token.html"],
  check: checkToken,
  apply: issueToken,
  rerun: issueToken,
  takeOwnership: takeToken,
  manual: tokenManual,
  timeout: 120,
  exclusive: ({ inputs, peer }) => (inputs.linkWith === "file" ? `link generate ${peer.server}` : undefined),
})

/** Runs in the lane of each SuperNode, at its own cluster. */
export const tokenRedeem = guideStep({
  id: "token-redeem",
  foresees: ({ site, peer, inputs }: Foresee) => [
    foresee.creates(`a Link to ${peer.name}`),
    foresee.sends(
      inputs.linkWith === "file"
        ? `a link file with a private key of the Skupper network of ${peer.name}`
        : `an access token for the Skupper network of ${peer.name}`,
      site.server,
    ),
  ],
  title: "Redeem the token and create the link",
  on: "link",
  // Not token-issue: without a token, this step requests one itself.
  needs: ["site-create", "network-site", "hand-over"],
  reads: [hubValue, tokenValue],
  inputs: ["server", "project", "network", "network-project", "network-name"],
  prose: `
In the SuperNode's project, redeeming the token creates a **link** to the SuperLink's site:

    skupper token redeem supernode-1.token.yaml

The controller of this cluster sends the token to the SuperLink's cluster and receives a certificate. A link file is not redeemed
but applied as it is:

    oc apply --server-side -f supernode-1.token.yaml

**Tip.** A token that has expired or was used is replaced by a new one automatically. If this cluster cannot reach the
SuperLink's cluster for this call, the message names the address, and \`--link-with file\` works without the call.
`,
  readyWhen:
    "Ready when the project has a Link to the SuperLink's current Site, not to a deleted Site of the same name.",
  docs: ["https://skupperproject.github.io/refdog/concepts/link.html"],
  check: checkLink,
  apply: redeem,
  update: replaceLinks,
  rerun: recreateLink,
  takeOwnership: takeLink,
  manual: linkManual,
  timeout: 180,
})

if (import.meta.main) void main(import.meta.url)
