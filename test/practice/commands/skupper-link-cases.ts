import { type Case, call, closedSite, endpoints, openSite, pending, ready, SKUPPER, skupper } from "./case.ts"

const base64 = (text: string): string => Buffer.from(text).toString("base64")
const link = (name: string, more: object = {}) =>
  skupper("Link", name, { spec: { endpoints, cost: 1, tlsCredentials: name }, ...more })
const LINK = `apiVersion: skupper.io/v2alpha1
kind: Link
metadata:
  name: link-west-skupper-router
spec:
  cost: 1
  endpoints:
  - group: skupper-router
    host: w.test
    name: inter-router
    port: "55671"
  - group: skupper-router
    host: w.test
    name: edge
    port: "45671"
  tlsCredentials: link-west
`
const SECRET = `apiVersion: v1
data:
  ca.crt: ${base64("ca")}
  tls.crt: ${base64("crt")}
  tls.key: ${base64("key")}
kind: Secret
metadata:
  name: link-west
type: kubernetes.io/tls
`
const secret = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "link-west" },
  type: "kubernetes.io/tls",
  data: { "tls.key": base64("key"), "tls.crt": base64("crt"), "ca.crt": base64("ca") },
}

const cases: Case[] = [
  call("link status without a site", "link status", 2, "there is no skupper site available\n"),
  call("link status: none", "link status", 0, "There are no link resources in the namespace\n", {
    before: [closedSite()],
  }),
  call(
    "link status of a new Link: no status at all",
    "link status",
    0,
    "NAME\tSTATUS\tCOST\tMESSAGE\nl\t\t1\t\n",
    {
      before: [closedSite(), link("l")],
    },
  ),
  call(
    "link status of several",
    "link status",
    0,
    "NAME\t\tSTATUS\tCOST\tMESSAGE\nlink-to-west\tPending\t1\tNot Operational\nother\t\tReady\t1\tOK\n",
    {
      before: [
        closedSite(),
        link("link-to-west", { status: pending("Not Operational") }),
        link("other", { status: ready() }),
      ],
    },
  ),
  call("link status of one", "link status l", 0, "Name\t: l\nStatus\t: Ready\nCost\t: 1\nMessage\t: OK\n", {
    before: [closedSite(), link("l", { status: ready() })],
  }),
  call("link status of one that is not there", "link status nope", 1, 'links.skupper.io "nope" not found\n', {
    before: [closedSite()],
  }),
  call(
    "link status of one, -o yaml: without its kind",
    "link status l -o yaml",
    0,
    "metadata:\n{rest}\nspec:\n  cost: 1\n{rest}",
    {
      before: [closedSite(), link("l", { status: ready() })],
    },
  ),
  call(
    "link status, wrong output",
    "link status a b -o table",
    2,
    "this command only accepts one argument\noutput type is not valid: value table not allowed. It should be one of this options: [json yaml]\n",
    { before: [closedSite()] },
  ),
  call("link generate", "link generate", 0, `${LINK}\n---\n${SECRET}\n`, {
    before: [openSite(), secret],
    after: [
      skupper("Certificate", "link-west", {
        spec: { ca: "skupper-site-ca", client: true, subject: "w.test,w.test" },
      }),
    ],
  }),
  call(
    "link generate of Links alone",
    "link generate --generate-credential=false --tls-credentials mine --cost 5",
    0,
    `${LINK.replace("link-west\n", "mine\n").replace("cost: 1", "cost: 5")}\n`,
    { before: [openSite()], gone: [{ apiVersion: SKUPPER, kind: "Certificate", name: "mine" }] },
  ),
  call(
    "link generate without a site",
    "link generate",
    2,
    "there is no skupper site in this namespace\nthere is no active skupper site in this namespace\n",
  ),
  call(
    "link generate where links cannot come in",
    "link generate",
    1,
    'A link cannot be generated because link access is not enabled. \n Use "skupper site update --enable-link-access" to enable it.\n',
    { before: [closedSite()] },
  ),
  call(
    "link generate, everything wrong",
    "link generate x --generate-credential=false --cost -1 --timeout 9s",
    2,
    "arguments are not allowed in this command\nthe TLS secret name was not specified\nlink cost is not valid: value is not positive\ntimeout is not valid: duration must not be less than 10s; got 9s\n",
    { before: [openSite()] },
  ),
  call("link delete", "link delete l", 0, 'Link "l" is deleted\n', {
    before: [closedSite(), link("l"), { ...secret, metadata: { name: "l" } }],
    gone: [{ apiVersion: SKUPPER, kind: "Link", name: "l" }],
    after: [{ apiVersion: "v1", kind: "Secret", metadata: { name: "l" } }],
  }),
  call(
    "link delete of one that is not there",
    "link delete l",
    2,
    'the link "l" is not available in the namespace\n',
    {
      before: [closedSite()],
    },
  ),
  call("link delete without a name", "link delete", 2, "link name must not be empty\n", {
    before: [closedSite()],
  }),
  call("link update", "link update l --cost 7", 0, 'Link "l" is updated\n', {
    before: [closedSite(), link("l", { status: ready() })],
    after: [skupper("Link", "l", { spec: { cost: 7, tlsCredentials: "l" } })],
  }),
]
export default cases
