import { describe, expect, it } from "vitest"
import { compareExpected } from "../../lib/notebook/expect.ts"

describe("compareExpected", () => {
  it.each([
    ["the same", "Site is ready.", "Site is ready.\n"],
    ["white space folded", "NAME   STATUS\n\n", "  NAME\tSTATUS  \n"],
    [
      "an open part",
      'Using project "<your-project>" on server "<…>".',
      'Using project "a b" on server "https://x".',
    ],
    ["an open part that is empty", "Using <…>", "Using"],
    ["an open part in the middle", "Opening login URL: [...]", "Opening login URL: https://x?y=[z]"],
    ["lines left out", "first\n[...]\nlast", "first\nx\ny\nlast"],
    ["nothing for lines left out", "first\n[…]\nlast", "first\nlast"],
    ["commands", "➜ skupper site status\n$ skupper site status\nOK", "OK"],
    ["another order", "a\nb", "b\nx\na"],
    ["special characters", "a.b (c) [d] $1 ^", "a.b (c) [d] $1 ^"],
    ["colours", "Status OK", "\u001b[32mStatus\u001b[39m OK"],
    ["the exact promise first", "Status: <…>\nStatus: OK", "Status: OK\nStatus: Pending"],
    ["nothing promised", "", "anything"],
  ])("%s: nothing is missing", (_, promised, came) => expect(compareExpected(promised, came)).toEqual([]))

  it.each([
    ["a line that did not come", "a\nb", "a", ["b"]],
    ["a dot is a dot", "a.b", "axb", ["a.b"]],
    ["a part of a line is not the line", "ready", "not ready", ["ready"]],
    ["a line that came once but was promised twice", "x\nx", "x", ["x"]],
    ["as the guide writes it", '  Site  "<name>" is ready.', "Pending", ['Site  "<name>" is ready.']],
    ["in the guide's order", "one\nlonger line", "", ["one", "longer line"]],
  ])("%s", (_, promised, came, missing) => expect(compareExpected(promised, came)).toEqual(missing))
})
