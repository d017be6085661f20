import { constants } from "node:os"
import { expect, test } from "vitest"
import { codeOfAbort, EXIT, exitCodes } from "../../lib/notebook/exit-codes.ts"

test("scripts may rely on the numbers", () => {
  expect(exitCodes().map(([code]) => code)).toEqual([0, 1, 2, 3, 4, 5, 129, 130, 143])
})

test("a signal ends with the code that shells give it", () => {
  const { SIGHUP, SIGINT, SIGTERM } = constants.signals
  expect([EXIT.hungUp, EXIT.interrupted, EXIT.terminated]).toEqual(
    [SIGHUP, SIGINT, SIGTERM].map((number) => 128 + number),
  )
})

test("an abort's reason is the code; one without a code is Ctrl-C", () => {
  expect(codeOfAbort(AbortSignal.abort(143))).toBe(143)
  expect(codeOfAbort(AbortSignal.abort())).toBe(130)
})
