/** The stand-in `oc`, as a program. */
import { runAlone } from "./invocation.ts"
import { main } from "./oc/main.ts"

await runAlone(main)
