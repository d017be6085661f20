/** How controllers ask the fault table. */
import type { Fault, FaultTable, FaultWhere } from "../types/faults.ts"

/** The fault that holds now, if it is one of these; not counted. */
export function faultNow(
  faults: FaultTable,
  where: FaultWhere,
  cluster: string,
  subject: string,
  ...whats: string[]
): Fault | undefined {
  const fault = faults.peek(where, cluster, subject)
  return fault !== undefined && whats.includes(fault.what) ? fault : undefined
}

/** As {@link faultNow}, and counts one strike against its `times`. */
export const faultStrikes = (
  faults: FaultTable,
  where: FaultWhere,
  cluster: string,
  subject: string,
  ...whats: string[]
): Fault | undefined =>
  faultNow(faults, where, cluster, subject, ...whats) && faults.strike(where, cluster, subject)
