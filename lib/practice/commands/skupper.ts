/** The stand-in `skupper`, as a program. */
import { runAlone } from "./invocation.ts"
import { main } from "./skupper/main.ts"

await runAlone(main)
