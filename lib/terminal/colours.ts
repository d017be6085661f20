/** Colours of the terminal's own palette; each is a function that returns its text unchanged when colour is off. */
export interface Colours {
  readonly bold: Paint
  readonly dim: Paint
  readonly red: Paint
  readonly green: Paint
  readonly yellow: Paint
  readonly cyan: Paint
}

export type Paint = (text: string) => string

const plain: Paint = (text) => text
const code =
  (open: number, close: number): Paint =>
  (text) =>
    text === "" ? "" : `\u001b[${open}m${text}\u001b[${close}m`

const NONE: Colours = { bold: plain, dim: plain, red: plain, green: plain, yellow: plain, cyan: plain }
const ANSI: Colours = {
  bold: code(1, 22),
  dim: code(2, 22),
  red: code(31, 39),
  green: code(32, 39),
  yellow: code(33, 39),
  cyan: code(36, 39),
}

export const colours = (enabled: boolean | undefined): Colours => (enabled === true ? ANSI : NONE)

/**
 * Whether to colour what goes to a stream: on a terminal that is not `dumb`, unless NO_COLOR is set
 * (https://no-color.org: to anything but the empty string); FORCE_COLOR other than `0` colours off a terminal too.
 */
export function wantsColour(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== "") return false
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== "") return env.FORCE_COLOR !== "0"
  return stream.isTTY === true && env.TERM !== "dumb"
}
