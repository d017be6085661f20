/** The last words of Flower's programs, and what to do about them. */
import { expect, test } from "vitest"
import { crashCause } from "../../runbooks/openshift/crash-cause.ts"
import { lastWords } from "../../runbooks/openshift/last-words.ts"

test.each([
  [
    "\u001b[91mERROR \u001b[0m:      Exit Code: 305\n[code: 2001] SuperNode authentication is enabled. All SuperNodes must be registered via the CLI.\nbye",
    "authentication",
    "--node-auth on",
  ],
  [
    "Exit Code: 305\n[code: 2004] Failed to activate SuperNode.",
    "not registered",
    "does not know the SuperNode's key",
  ],
  [
    'status = StatusCode.FAILED_PRECONDITION\ndetails = "{"code": 2004, "public_message": "Failed to activate SuperNode."}"\n>',
    "not registered",
    "does not know the SuperNode's key",
  ],
  ["ssl_transport_security.cc:2563] Handshake failed: WRONG_VERSION_NUMBER", "tls", "only one of"],
  [
    "OSError: [Errno 122] Disk quota exceeded: '/app/.flwr/runtime-envs'\nshut down",
    "disk",
    "runtime-dependencies=off",
  ],
  [
    "flower-supernode: error: argument --clientappio-api-address: this option is no longer supported; use",
    "arguments",
    "another version",
  ],
  ["Certificates are required unless running in insecure mode.", "tls", "--insecure"],
])("%s", (log, code, fix) => {
  expect(crashCause({ exitCode: 1 }, lastWords(log), undefined)).toMatchObject({
    code,
    fix: expect.stringContaining(fix),
  })
})

test("a text that nobody knows: no advice", () => {
  expect(crashCause({ exitCode: 1 }, lastWords("a text that nobody knows"), undefined)).toEqual({
    code: "crash",
  })
})

test("out of memory is said before anything else", () => {
  expect(crashCause({ exitCode: 137, reason: "OOMKilled" }, "[code: 2001] x", "2Gi")).toEqual({
    code: "memory",
    words: "it was out of memory, its limit is 2Gi",
    fix: "give it more with resources=limits.memory=…",
  })
})
