/** The exit codes of the program, and of a `RunResult`. */
export const EXIT = {
  done: 0,
  /** A step failed or is blocked; also every error that has no code of its own. */
  failed: 1,
  /** Nothing was changed: the call has to be corrected. */
  usage: 2,
  /** Another run holds the federation's lock. */
  locked: 3,
  /** Everything here is done: another party has to act next. */
  waiting: 4,
  /** Only for `plan --exit-code`. */
  changes: 5,
  // As in shells: 128 + the number of the signal.
  hungUp: 129,
  interrupted: 130,
  terminated: 143,
} as const

/** What each means: help and docs/design.md contain it. */
export const EXIT_MEANINGS: Readonly<Record<keyof typeof EXIT, string>> = {
  done: "success",
  failed: "a step failed or is blocked",
  usage: "invalid usage, missing inputs or a declined plan",
  locked: "another run holds the lock of the federation",
  waiting: "another party has to act next",
  changes: "plan --exit-code found something to do",
  hungUp: "stopped by SIGHUP",
  interrupted: "stopped by SIGINT (Ctrl-C)",
  terminated: "stopped by SIGTERM",
}

/** Codes and meanings, in the order of the codes. */
export const exitCodes = (): [code: number, means: string][] =>
  (Object.keys(EXIT) as (keyof typeof EXIT)[]).map((name) => [EXIT[name], EXIT_MEANINGS[name]])

/** The exit code is the reason of an aborted signal; without a number it was Ctrl-C. */
export const codeOfAbort = ({ reason }: AbortSignal): number =>
  typeof reason === "number" ? reason : EXIT.interrupted
