/** Each command of the stand-ins as a program of its own, where no practice process answers. */
import { startWorld } from "./harness.ts"
import { bareTables, firsts, tables } from "./tables.ts"

tables(startWorld, ["oc", "skupper"], undefined, firsts)
bareTables(() => startWorld({ openshift: false, skupper: false }), ["skupper"])
