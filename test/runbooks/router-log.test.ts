/** Why a link does not come up: lines as skupper-router 3.5.1 writes them. */
import { expect, test } from "vitest"
import { lastFailure } from "../../runbooks/interconnect/router-log.ts"

const AT = "2026-11-29 16:57:52.110000 +0000"
const ADDRESS = "inter-router.a.example:443"
const failed = (words: string, address = ADDRESS) =>
  `${AT} SERVER (error) [C9] Connection to ${address} failed: ${words}\n`
const OPENED = `${AT} ROUTER_CORE (info) [C81] Connection Opened: dir=out host=${ADDRESS} encrypted=TLSv1.3 auth=EXTERNAL user=CN=0090f981\n`
const REFUSED = "proton:io Connection refused"
const last = (log: string, ...addresses: string[]) =>
  lastFailure(log, addresses.length === 0 ? [ADDRESS] : addresses)

test.each([
  [REFUSED, "refused"],
  ["proton:io Connection reset by peer", "reset"],
  [
    "amqp:connection:framing-error SSL Failure: error:0A000126:SSL routines::unexpected eof while reading",
    "TLS",
  ],
  [
    "amqp:connection:framing-error SSL Failure: error:0A000086:SSL routines::certificate verify failed",
    "TLS: the certificates do not fit, so the link needs a new token",
  ],
  ["amqp:resource-limit-exceeded local-idle-timeout expired", "no answer within the idle timeout"],
])("%s", (words, kind) => {
  expect(last(failed(words))).toBe(`${ADDRESS}: ${kind} (${words})`)
})

test("the router repeats the address, which is left out", () => {
  expect(last(failed(`${REFUSED} - disconnected ${ADDRESS}`))).toBe(`${ADDRESS}: refused (${REFUSED})`)
  const words = `proton:io Temporary failure in name resolution - connect to  ${ADDRESS}`
  expect(last(failed(words))).toBe(
    `${ADDRESS}: the name does not resolve in the cluster (proton:io Temporary failure in name resolution)`,
  )
})

test("words that are not known are printed as they are", () => {
  expect(last(failed("proton:io something else"))).toBe(`${ADDRESS}: proton:io something else`)
  expect(last(failed(""))).toBe(`${ADDRESS}: no reason given`)
})

test("the last line counts, and a connection that was opened ends a failure", () => {
  const reset = "proton:io Connection reset by peer"
  expect(last(failed(REFUSED) + failed(reset))).toBe(`${ADDRESS}: reset (${reset})`)
  expect(last(failed(REFUSED) + OPENED)).toBeUndefined()
  expect(last(OPENED + failed(REFUSED))).toContain("refused")
})

test("records of the router's flow log, which repeat an error, are left out", () => {
  const record = `${AT} FLOW_LOG (info) LOG [jcfmv:37] BEGIN END parent=jcfmv:0 logSeverity=3 logText=LOG_SERVER: [C9] Connection to ${ADDRESS} failed: ${REFUSED} sourceFile=qd_connector.c sourceLine=512\n`
  expect(last(failed(REFUSED) + record)).toBe(`${ADDRESS}: refused (${REFUSED})`)
})

test("only the link's own addresses count", () => {
  expect(last(failed(REFUSED, "other.example:443"))).toBeUndefined()
  expect(last(failed(REFUSED), "other.example:443", ADDRESS)).toContain("refused")
  expect(last(`${AT} SERVER (info) Container Name: skupper-router\n`)).toBeUndefined()
})
