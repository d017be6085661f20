import { availableParallelism } from "node:os"

/**
 * How long the engine waits, how often it tries and how much it does at once. A name ends with its unit: `_S` seconds, `_MS`
 * milliseconds. What one step needs is said by the step itself (`timeout`); practice clusters keep their own pace.
 */

// ---- Steps

/** A step's limit where neither `--timeout` nor the step says another: an image that is pulled takes minutes. */
export const STEP_TIMEOUT_S = 300
/** A step that was not selected but is needed is only waited for, so nobody expects it to take long. */
export const UNSELECTED_TIMEOUT_S = 60
/** What is left to the user takes as long as it takes. About what a timer can hold (2^31 ms). */
export const MANUAL_TIMEOUT_S = 2_000_000
/** Until the output of a step that is ready is shown: it counts neither for nor against the step. */
export const SHOW_TIMEOUT_S = 30
/** How often one step applies or updates in one run: a transient error passes in fewer, another one never does. */
export const MAX_ATTEMPTS = 4
/** Before a retry, doubled with each attempt: 1, 2, 4 s. */
export const RETRY_PAUSE_MS = 500
/** After an action that succeeded, an unchanged *missing* or *drifted* is final: controllers have reacted by then. */
export const UNCHANGED_IS_FINAL_MS = 10_000
/** A preview ends here: an action that waits for what a command would have created would wait for ever. */
export const PREVIEW_LIMIT_MS = 10_000

/** Clocks that differ by less are the same: an answer gives whole seconds, and takes a while. Less than what ownership allows. */
export const SAME_CLOCK_MS = 3_000

// ---- Checks

/** Between two checks while the result is *unknown*; doubled each time, for the cluster may be away for long. */
export const UNKNOWN_PAUSE_MS = { first: 250, longest: 5_000 }
/** A server that has just restarted forbids everything until it has read its roles (seen with kube-apiserver). */
export const RESTARTED_SERVER_MS = 10_000
/** Between two checks of what cannot be watched; grows by half each time. */
export const UNWATCHED_PAUSE_MS = { first: 200, longest: 2_000 }

// ---- At once

/** Actions and commands: two per core, at most 16, for spawning is synchronous and freezes the event loop (measured). */
export const maxActions = (): number => Math.min(16, 2 * availableParallelism())
/** Actions that are requests alone: they mostly wait for the network, and an API server takes some hundred at a time. */
export const maxRequests = (): number => Math.max(32, maxActions())
/** Checks of a plan: they mostly wait for the network. */
export const maxChecks = (): number => Math.max(32, maxActions())

/** How long the checks of a run take what another check of the same site has just read, unless the run acts there. */
export const SHARED_READS_MS = 10_000

// ---- Files

/** A file that an input names (a kubeconfig, a manifest, a bundle of authorities) is not longer; one that is was named by mistake. */
export const LONGEST_FILE_BYTES = 4 * 1024 * 1024
/** A token or a password. */
export const LONGEST_SECRET_BYTES = 64 * 1024
/** What this program itself has written: kept practice clusters, a report. */
export const LONGEST_OWN_FILE_BYTES = 256 * 1024 * 1024

// ---- The journal

/** How many runs a journal keeps for reports, and for how many days, unless the user sets it. */
export const HISTORY = { runs: 200, days: 365 }
/** A smaller journal is read in no time: nothing is dropped from it, however old. */
export const SMALL_JOURNAL_BYTES = 8 * 1024 * 1024
/** A larger journal gets an index, from which `status` and `plan` read. */
export const INDEXED_JOURNAL_BYTES = 1024 * 1024

// ---- Requests to a cluster

/** Until a request is answered, and between two parts of an answer: then the server counts as not reachable. */
export const ANSWER_TIMEOUT_MS = 30_000
/** Until a WebSocket (a port forward) is opened. */
export const HANDSHAKE_TIMEOUT_MS = 30_000
/** TCP probes a connection that is idle for longer, so that a dead one is noticed. */
export const KEEP_ALIVE_MS = 30_000
/** How often a GET is sent again after its connection was cut. */
export const RETRIES_AFTER_CUT = 1
/** How often a request is sent again after 429 or 503. What is still refused then is the answer, which a step waits out. */
export const RETRIES_WHEN_BUSY = 3
/** Before it is sent again, beside the time that the server asks for: up to so long, doubled each time. */
export const BUSY_PAUSE_MS = 250
/** A server that asks for more patience than this has its refusal reported. */
export const LONGEST_RETRY_AFTER_S = 30
/** A watch or a followed log that is quiet for longer may be dead (a laptop slept, a NAT entry expired): it is opened again. */
export const QUIET_STREAM_MS = 90_000
/** A watch that lasted for so long was a good one: its end is no failure. */
export const GOOD_STREAM_MS = 1_000
/** Before a watch is opened again: at once after the first failure, then doubled, spread by a fifth. */
export const WATCH_BACK_OFF_MS = { first: 50, longest: 2_000 }
/** Somebody at a terminal waits for the answer of a server whose address they have just typed. */
export const TRY_SERVER_S = 5
/** A run, a plan and doctor give up a server that was never reached after this time: its address is wrong, or the VPN is off. */
export const FIRST_CONTACT_S = 12
/** Between the attempts within that time, where the reason may pass. */
export const FIRST_CONTACT_PAUSES_MS: readonly number[] = [500, 1_500]

/** An answer is not longer: etcd takes objects of 1.5 MB, and lists are read in pages. */
export const LONGEST_ANSWER_BYTES = 64 * 1024 * 1024
/** All pages of one list together, as text. */
export const LONGEST_LIST_BYTES = 128 * 1024 * 1024
/** So much of an answer that refuses is read. */
export const LONGEST_REFUSAL_BYTES = 64 * 1024

// ---- The Lease of a federation

/** A Lease that was not renewed for so long belongs to a run that was killed, or cut off. */
export const LEASE_S = 60
/** A third of it: two renewals may fail. */
export const LEASE_RENEW_MS = 20_000
/** A run that ends does not wait longer for its Lease to be deleted. */
export const RELEASE_MS = 3_000

// ---- Commands

/** A login plugin may wait for somebody at a browser; one that hangs is ended. kubectl waits for ever. */
export const PLUGIN_TIMEOUT_S = 120

/** Between SIGTERM and SIGKILL of a command that is ended. */
export const GRACE_MS = 2_000

/** What is left when the work is done gets so long to end: more than a command that does not obey SIGTERM. */
export const LINGERING_MS = 3_000

/** Resolves after so many milliseconds, or at once when the signal aborts. Never rejects. */
export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve()
    const end = () => {
      clearTimeout(timer)
      signal?.removeEventListener("abort", end)
      resolve()
    }
    const timer = setTimeout(end, milliseconds)
    signal?.addEventListener("abort", end, { once: true })
  })
}
