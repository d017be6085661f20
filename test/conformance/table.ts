/** The table of behaviours that every API server here is held to. */
import type { Theme } from "./row.ts"
import { accounts } from "./rows/accounts.ts"
import { admission } from "./rows/admission.ts"
import { aggregated } from "./rows/aggregated.ts"
import { apply } from "./rows/apply.ts"
import { bodies } from "./rows/bodies.ts"
import { defaults } from "./rows/defaults.ts"
import { definitions } from "./rows/definitions.ts"
import { deletion } from "./rows/deletion.ts"
import { discovery } from "./rows/discovery.ts"
import { errors } from "./rows/errors.ts"
import { invalid } from "./rows/invalid.ts"
import { kinds } from "./rows/kinds.ts"
import { lists } from "./rows/lists.ts"
import { moreTables } from "./rows/more-tables.ts"
import { objects } from "./rows/objects.ts"
import { owned } from "./rows/owners.ts"
import { ownership } from "./rows/ownership.ts"
import { patches } from "./rows/patches.ts"
import { pods } from "./rows/pods.ts"
import { preconditions } from "./rows/preconditions.ts"
import { protobuf } from "./rows/protobuf.ts"
import { reviews } from "./rows/reviews.ts"
import { rights } from "./rows/rights.ts"
import { schemas } from "./rows/schemas.ts"
import { selectors } from "./rows/selectors.ts"
import { sizing } from "./rows/sizing.ts"
import { status } from "./rows/status.ts"
import { strategicPatches } from "./rows/strategic.ts"
import { streaming } from "./rows/streaming.ts"
import { tables } from "./rows/tables.ts"
import { types } from "./rows/types.ts"
import { watches } from "./rows/watches.ts"
import { workloads } from "./rows/workloads.ts"

export const table: readonly Theme[] = [
  errors,
  bodies,
  protobuf,
  invalid,
  types,
  lists,
  selectors,
  watches,
  streaming,
  patches,
  strategicPatches,
  preconditions,
  apply,
  ownership,
  deletion,
  owned,
  defaults,
  kinds,
  workloads,
  schemas,
  definitions,
  discovery,
  aggregated,
  tables,
  moreTables,
  rights,
  reviews,
  status,
  objects,
  pods,
  admission,
  sizing,
  accounts,
]
