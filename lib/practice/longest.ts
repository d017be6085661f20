/** Node's timers go off at once when they are to wait longer than this. In milliseconds: almost 25 days. */
const LONGEST = 2 ** 31 - 1

/** A time to wait that a timer can wait. */
export const waitable = (milliseconds: number): number => Math.min(milliseconds, LONGEST)
