/** The practice server is held to the same table as a real one (test/real/cluster/conformance.test.ts). */

import { openPractice } from "./practice-world.ts"
import { holdToTable } from "./suite.ts"

holdToTable(openPractice)
