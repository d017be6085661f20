/** The stand-in `skupper`, as a program. */
import { main } from "./skupper/main.ts"

await main(process.argv.slice(2))
