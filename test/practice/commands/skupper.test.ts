/** The stand-in `skupper`, call by call, answered as by practice. */
import { startWorld } from "./harness.ts"
import { bareTables, tables } from "./tables.ts"

tables(() => startWorld({ answered: true }), ["skupper"])
bareTables(() => startWorld({ openshift: false, skupper: false, answered: true }), ["skupper"])
