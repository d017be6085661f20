/** A person pressed Ctrl-C at a question of the walk, or while it looked. */
export class Interrupted extends Error {}
