/** What people put into token and password files: the right part is taken where it is certain. */
import { expect, test } from "vitest"
import { passwordIn, tokenIn } from "../../lib/login/secret-text.ts"

const SERVER = "https://api.a.example:6443"
const TOKEN = "sha256~Zm9vYmFy-_x"
const JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJqbyJ9.c2ln"

const utf16 = (text: string): Buffer => Buffer.from(`\uFEFF${text}`, "utf16le")
const bigEndian = (text: string): Buffer => utf16(text).swap16()

/** The page that the web console shows after *Copy login command*. */
const PAGE = `Your API token is
${TOKEN}
Log in with this token
oc login --token=${TOKEN} --server=${SERVER}
Use this token directly against the API
curl -H "Authorization: Bearer ${TOKEN}" "${SERVER}/apis/user.openshift.io/v1/users/~"
`

test.each<[what: string, content: string | Buffer, token: string]>([
  ["a token", TOKEN, TOKEN],
  ["a token of a service account", `${JWT}\n`, JWT],
  ["line breaks and spaces around it", `\r\n  ${TOKEN} \r\n\r\n`, TOKEN],
  ["quotes", `"${JWT}"\n`, JWT],
  ["a byte order mark", `\uFEFF${TOKEN}`, TOKEN],
  ["UTF-16, as PowerShell writes it", utf16(`${TOKEN}\r\n`), TOKEN],
  ["UTF-16, big endian", bigEndian(TOKEN), TOKEN],
  ["UTF-16 without a mark", Buffer.from(`${TOKEN}\n`, "utf16le"), TOKEN],
  ["the whole command", `oc login --token=${TOKEN} --server=${SERVER}\n`, TOKEN],
  ["the whole command, with a prompt and quotes", `$ oc login --server "${SERVER}/" --token '${JWT}'`, JWT],
  ["the command in two lines", `oc login \\\n  --token=${TOKEN} --server=${SERVER}`, TOKEN],
  ["Bearer", `Bearer ${JWT}\n`, JWT],
  ["a header", `Authorization: Bearer ${TOKEN}`, TOKEN],
  ["the page of the web console", PAGE, TOKEN],
  ["the same token twice", `${TOKEN}\n${TOKEN}\n`, TOKEN],
])("%s: the token is taken", (_, content, token) => {
  expect(tokenIn(Buffer.from(content as string), SERVER)).toEqual({ secret: token })
})

test.each<[what: string, content: string | Buffer, wrong: RegExp]>([
  ["nothing", " \n", /^is empty$/],
  ["two tokens", `${TOKEN}\nsha256~CANARY\n`, /^holds 2 different tokens$/],
  ["two lines", "CANARY\nCANARY2\n", /^has 2 lines, and none of them is known as a token$/],
  ["a sentence", "my token is CANARY", /^holds more than one word/],
  [
    "a command for another cluster",
    `oc login --token=CANARY-x --server=https://api.b.example:6443`,
    /^logs in to https:\/\/api\.b\.example:6443, and the site is on/,
  ],
  ["a certificate", "-----BEGIN CERTIFICATE-----\nCANARY\n", /^holds a certificate or a key/],
  [
    "a kubeconfig",
    "apiVersion: v1\nkind: Config\nusers: [{token: CANARY}]",
    /^holds a kubeconfig or a manifest/,
  ],
  ["JSON", '{"token":"CANARY"}', /^holds a kubeconfig or a manifest/],
  ["other characters", "CANARY\u00e4\u00e4", /^holds a token with characters that no token has$/],
  ["bytes that are no text", Buffer.of(0x80, 0x81, 0xfe), /^is not text in UTF-8 or UTF-16$/],
])("%s: refused with the reason, and without the content", (_, content, wrong) => {
  const found = tokenIn(Buffer.from(content as string), SERVER)
  expect(found).toEqual({ wrong: expect.stringMatching(wrong), fix: expect.any(String) })
  expect(JSON.stringify(found)).not.toContain("CANARY")
})

test.each<[what: string, content: string | Buffer, password: string]>([
  ["a password", "pass word", "pass word"],
  ["spaces belong to it", " pass \n", " pass "],
  ["a byte order mark and a line break of Windows", "\uFEFFpass\r\n", "pass"],
  ["extra line breaks", "\n\npass\n\n\n", "pass"],
  ["UTF-16", utf16("p\u00e4ss\r\n"), "p\u00e4ss"],
  ["a password that looks like a command", "oc login --token=x", "oc login --token=x"],
])("%s: the password is taken", (_, content, password) => {
  expect(passwordIn(Buffer.from(content as string))).toEqual({ secret: password })
})

test.each<[what: string, content: string | Buffer, wrong: RegExp]>([
  ["nothing", "\n", /^is empty$/],
  ["blanks", "  \n", /^is empty$/],
  ["two lines", "jo\nCANARY\n", /^has 2 lines, so it is not certain which is the password$/],
  ["bytes that are no text", Buffer.of(0xc3, 0x28), /^is not text/],
])("%s: no password", (_, content, wrong) => {
  const found = passwordIn(Buffer.from(content as string))
  expect(found).toEqual({ wrong: expect.stringMatching(wrong), fix: expect.any(String) })
  expect(JSON.stringify(found)).not.toContain("CANARY")
})
