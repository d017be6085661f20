import { type Case, call, closedSite, openSite, pending, ready, skupper } from "./case.ts"

const CA = "-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n"
const grantStatus = ready({
  url: "https://g.test:443/abc",
  code: "s3cret",
  ca: CA,
  expirationTime: "2026-01-01T00:15:00Z",
})
const TOKEN = `apiVersion: skupper.io/v2alpha1
kind: AccessToken
metadata:
  name: west-token
spec:
  ca: |
    -----BEGIN CERTIFICATE-----
    QUJD
    -----END CERTIFICATE-----
  code: s3cret
  linkCost: 1
  url: https://g.test:443/abc
`
const redeemed = {
  conditions: [
    {
      type: "Redeemed",
      status: "True",
      reason: "Ready",
      message: "OK",
      lastTransitionTime: "2026-01-01T00:00:00Z",
    },
  ],
  status: "Ready",
  message: "OK",
  redeemed: true,
}
const refused = {
  conditions: [
    {
      type: "Redeemed",
      status: "False",
      reason: "Error",
      message: "Controller got failed response: 404 (Not Found) No such claim",
      lastTransitionTime: "2026-01-01T00:00:00Z",
    },
  ],
  status: "Error",
  message: "Controller got failed response: 404 (Not Found) No such claim",
}
const issued = (file: string, uses = 1, window = "15m0s") => `
Grant "west-{uuid}" is ready
Token file ${file} created

Transfer this file to a remote site. At the remote site,
create a link to this site using the "skupper token redeem" command:

\tskupper token redeem <file>

The token expires after ${uses} use(s) or after ${window}.
`
const FILE_RULE =
  "token file name is not valid: value does not match this regular expression: ^[A-Za-z0-9./~-]+$\n"
/** What waits its whole timeout; first, so that they wait together. */
export const slow: Case[] = [
  call(
    "token redeem of a refused token tells no reason, after the whole timeout",
    "token redeem t.yaml --timeout 10s",
    1,
    'Token "west-token" redeem not ready yet, check the status for more information\n\n',
    {
      before: [closedSite()],
      files: { "t.yaml": TOKEN },
      meanwhile: { kind: "AccessToken", status: refused },
    },
  ),
  call(
    "token issue: the grant never becomes ready, and stays",
    "token issue t.yaml --timeout 10s",
    1,
    'grant "west-{uuid}" not ready yet, check the status for more information\n',
    { before: [openSite()], after: [skupper("AccessGrant", "{uuid}", { spec: { redemptionsAllowed: 1 } })] },
  ),
]

const cases: Case[] = [
  call("token issue", "token issue t.yaml", 0, issued("t.yaml"), {
    before: [openSite()],
    meanwhile: { kind: "AccessGrant", status: grantStatus },
    after: [skupper("AccessGrant", "{uuid}", { spec: { redemptionsAllowed: 1, expirationWindow: "15m0s" } })],
    filesAfter: { "t.yaml": { text: TOKEN.replace("west-token", "west-{uuid}"), mode: 0o644 } },
  }),
  call(
    "token issue with its flags, over a file that is there: its mode stays",
    "token issue ./old.yaml --redemptions-allowed 3 --expiration-window 90m --cost 0",
    0,
    issued("./old.yaml", 3, "1h30m0s"),
    {
      before: [openSite()],
      files: { "old.yaml": "a longer text than the token, to be written over: ".repeat(20) },
      meanwhile: { kind: "AccessGrant", status: grantStatus },
      after: [
        skupper("AccessGrant", "{uuid}", { spec: { redemptionsAllowed: 3, expirationWindow: "1h30m0s" } }),
      ],
      filesAfter: {
        "old.yaml": {
          text: TOKEN.replace("west-token", "west-{uuid}").replace("  linkCost: 1\n", ""),
          mode: 0o600,
        },
      },
    },
  ),
  call(
    "token issue: folder missing and no site",
    "token issue missing/t.yaml",
    2,
    "invalid token file name: no such file or directory\nA site must exist in namespace {ns} before a token can be created\n",
  ),
  call("token issue: a path with _", "token issue my_token.yaml", 2, FILE_RULE, { before: [openSite()] }),
  call("token issue: a folder", "token issue .", 2, "token file name is a directory\n", {
    before: [openSite()],
  }),
  call("token issue without a file", "token issue", 2, "file name must be configured\n", {
    before: [openSite()],
  }),
  call(
    "token issue at a site without link access",
    "token issue t.yaml",
    2,
    "You must enable link access for this site before you can create a token.\n",
    { before: [closedSite()] },
  ),
  call(
    "token issue at a site that is not ready",
    "token issue t.yaml",
    2,
    "there is no active skupper site in this namespace\n",
    { before: [skupper("Site", "west", { status: pending("Not Running") })] },
  ),
  call(
    "token issue: numbers that are too small",
    "token issue t.yaml --redemptions-allowed 0 --expiration-window 30s --timeout 1s --cost x",
    2,
    [
      "number of redemptions is not valid",
      "expiration time is not valid: duration must not be less than 1m0s; got 30s",
      "timeout is not valid: duration must not be less than 10s; got 1s",
      'link cost is not valid: strconv.Atoi: parsing "x": invalid syntax',
      "",
    ].join("\n"),
    { before: [openSite()] },
  ),
  call("token redeem", "token redeem t.yaml", 0, 'Token "west-token" has been redeemed\n', {
    before: [closedSite()],
    files: { "t.yaml": TOKEN },
    meanwhile: { kind: "AccessToken", status: redeemed },
    after: [
      skupper("AccessToken", "west-token", {
        spec: { ca: CA, code: "s3cret", linkCost: 1, url: "https://g.test:443/abc" },
      }),
    ],
  }),
  call(
    "token redeem once more",
    "token redeem t.yaml",
    1,
    'accesstokens.skupper.io "west-token" already exists\n',
    {
      before: [
        closedSite(),
        skupper("AccessToken", "west-token", { spec: { ca: "a", code: "b", url: "c" } }),
      ],
      files: { "t.yaml": TOKEN },
    },
  ),
  call(
    "token redeem at a site that is not ready, with no file",
    "token redeem t.yaml",
    2,
    "there is no active skupper site in this namespace\ntoken file does not exist: stat t.yaml: no such file or directory\n",
    { before: [skupper("Site", "east")] },
  ),
  call(
    "token redeem without a site",
    "token redeem t.yaml",
    2,
    "A site must exist in namespace {ns} before a token can be redeemed\n",
    { files: { "t.yaml": TOKEN } },
  ),
  call(
    "token redeem of something else",
    "token redeem t.yaml",
    1,
    'AccessToken.skupper.io "" is invalid: metadata.name: Required value: name or generateName is required\n',
    { before: [closedSite()], files: { "t.yaml": "kind: ConfigMap\nmetadata: {name: x}\n" } },
  ),
]
export default cases
