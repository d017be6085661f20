/** The exit codes of the program, and of a `RunResult`. */
export const EXIT = {
  done: 0,
  /** A step failed or is blocked; also every error that has no code of its own. */
  failed: 1,
  /** Nothing was changed: the call has to be another one. */
  usage: 2,
  /** Another run holds the federation's lock. */
  locked: 3,
  /** Reserved. */
  waiting: 4,
  /** Only for `plan --exit-code`. */
  changes: 5,
  // As shells do it: 128 + the signal's number.
  hungUp: 129,
  interrupted: 130,
  terminated: 143,
} as const

/** What each tells its caller: help and docs/design.md are made of it. */
export const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  done: "done",
  failed: "a step failed or is blocked",
  usage: "the call is wrong, inputs are missing or the plan was declined",
  locked: "another run holds the federation",
  waiting: "waiting for the other side (reserved)",
  changes: "plan --exit-code: something to do",
  hungUp: "stopped by SIGHUP",
  interrupted: "stopped by SIGINT (Ctrl-C)",
  terminated: "stopped by SIGTERM",
}

/** Codes and meanings, in the order of the codes. */
export const exitCodes = (): [code: number, means: string][] =>
  (Object.keys(EXIT) as (keyof typeof EXIT)[]).map((name) => [EXIT[name], EXIT_MEANINGS[name]])

/** Whoever aborts a signal gives the exit code as its reason; without one it was Ctrl-C. */
export const codeOfAbort = ({ reason }: AbortSignal): number =>
  typeof reason === "number" ? reason : EXIT.interrupted
