/** `request --out` over what the program keeps: also a message, which any other message would replace. */
import { copyFileSync, mkdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { startPeople } from "./people.ts"

test("a request replaces no message in the folder, no keys and no federation file", async () => {
  const people = await startPeople()
  try {
    const guest = people.guests[0]!
    const ask = (...more: string[]) =>
      guest.call("request", "trial", "--federation", "federation.yaml", "--yes", "--trust-file", ...more)
    expect(await ask("--out", "a.request")).toMatchObject({ code: 0 })
    // An earlier message elsewhere is replaced.
    expect(await ask("--out", "a.request")).toMatchObject({ code: 0 })
    const messages = join(guest.folder, "messages")
    mkdirSync(messages, { recursive: true, mode: 0o700 })
    copyFileSync(join(guest.home, "a.request"), join(messages, "the-host.approval"))
    const root = join(guest.home, "state", "meeting")
    for (const [out, words] of [
      [join(messages, "the-host.approval"), `is in ${guest.folder}`],
      [join(guest.folder, "journal.jsonl"), `is in ${guest.folder}`],
      [join(root, ".parties", "st-marys", "identity.json"), `is in ${root}`],
      [join(guest.home, "federation.yaml"), "is the file that --federation names"],
    ] as const) {
      const before = readFileSync(out, "utf8")
      const { code, stderr } = await ask("--out", out)
      expect({ code, stderr: stderr.replaceAll(/\s+/g, " ") }, out).toEqual({
        code: 2,
        stderr: expect.stringContaining(words),
      })
      expect(readFileSync(out, "utf8"), out).toBe(before)
    }
  } finally {
    await people.close()
  }
}, 60_000)
