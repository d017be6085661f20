import { askChoice } from "../../terminal/index.ts"
import type { Call } from "../call.ts"
import { type Address, tryEndpoint } from "../try-endpoint.ts"
import { say } from "./say.ts"

/**
 * Tries whether an API server answers, and lets the person choose what to do where it does not.
 * @param address as it is by then: the certificate's authority may have been given meanwhile
 * @returns false where another address is to be typed
 */
export async function tryServer(
  call: Call,
  address: () => Address,
  askAuthority: () => Promise<void>,
): Promise<boolean> {
  const { io, notebook, signal } = call
  const { stdin, stdout } = io
  for (;;) {
    say(call, `Reaching ${address().server} …`, "  ")
    const reached = await tryEndpoint(call, address())
    say(call, reached.said, reached.ok ? "  ✓ " : "  ✗ ")
    if (reached.ok) return true
    if (reached.fix !== undefined) say(call, reached.fix, "    fix: ")
    const authority = reached.certificate && notebook.inputs["certificate-authority"] !== undefined
    const choice = await askChoice(
      {
        message: "It could not be reached. What now?",
        choices: [
          ...(authority
            ? [
                {
                  value: "authority" as const,
                  name: "Give the file of the authority that signed its certificate",
                },
              ]
            : []),
          { value: "another" as const, name: "Type another address" },
          { value: "rerun" as const, name: "Try again" },
          {
            value: "use" as const,
            name: "Use it all the same",
            description: "A VPN may come later: the login looks again",
          },
        ],
      },
      { stdin, stdout, signal },
    )
    if (choice === "use") return true
    if (choice === "another") return false
    if (choice === "authority") await askAuthority()
  }
}
