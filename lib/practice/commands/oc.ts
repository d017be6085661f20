/** The stand-in `oc`, as a program. */
import { main } from "./oc/main.ts"

await main(process.argv.slice(2))
