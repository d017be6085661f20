import { askChoice, dropTypedKeys } from "../../terminal/index.ts"
import { type Call, promptIo } from "../call.ts"
import { type Address, tryEndpoint } from "../try-endpoint.ts"
import { say } from "./say.ts"

/**
 * Checks whether an API server answers, and asks what to do if it does not.
 * @param address read again for each attempt: the certificate authority may have been given in between
 * @returns false if another address is to be typed
 */
export async function tryServer(
  call: Call,
  address: () => Address,
  askAuthority: () => Promise<void>,
): Promise<boolean> {
  const { io, notebook } = call
  for (;;) {
    say(call, `Connecting to ${address().server} …`, "  ")
    const reached = await tryEndpoint(call, address())
    await dropTypedKeys(io.stdin)
    say(call, reached.said, reached.ok ? "  ✓ " : "  ✗ ")
    if (reached.ok) return true
    if (reached.fix !== undefined) say(call, reached.fix, "    fix: ")
    const authority = reached.certificate && notebook.inputs["certificate-authority"] !== undefined
    const choice = await askChoice(
      {
        message: "The server could not be reached. What now?",
        choices: [
          ...(authority
            ? [
                {
                  value: "authority" as const,
                  name: "Give the file of the certificate authority that signed its certificate",
                },
              ]
            : []),
          { value: "another" as const, name: "Type another address" },
          { value: "rerun" as const, name: "Try again" },
          {
            value: "use" as const,
            name: "Use it anyway",
            description: "If a VPN is connected later: the login step checks again",
          },
        ],
      },
      promptIo(call),
    )
    if (choice === "use") return true
    if (choice === "another") return false
    if (choice === "authority") await askAuthority()
  }
}
