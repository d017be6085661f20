/** The stand-in `skupper`, call by call. */
import { startWorld } from "./harness.ts"
import { bareTables, tables } from "./tables.ts"

tables(startWorld, ["skupper"])
bareTables(() => startWorld({ openshift: false, skupper: false }), ["skupper"])
