/** A program is ended as it was asked to, however early that is. */
import { expect, test } from "vitest"
import { startProgram } from "../../../lib/practice/controllers/kubelet/program.ts"

/** Keeps this process busy: a timer is too coarse for the moment that is meant. */
function spin(milliseconds: number): void {
  const end = performance.now() + milliseconds
  while (performance.now() < end);
}

test("a SIGTERM that comes while the program is started ends it", async () => {
  const program = {
    command: "/bin/sh",
    args: ["-c", "exec sleep 300"],
    env: { PATH: process.env.PATH ?? "" },
  }
  // The shell that starts it ignores SIGTERM for less than a millisecond, some milliseconds after its start.
  for (let n = 0; n < 32; n++) {
    const running = startProgram(`early-${process.pid}-${n}`, program, () => undefined)
    spin(n / 8)
    running.stop(3)
    expect(await running.ended).toBe(143)
  }
})
