/** Ctrl-C was pressed at a question of the walk, or during a check. */
export class Interrupted extends Error {}
