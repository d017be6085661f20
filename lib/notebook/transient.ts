/** Whether a command's own words describe a transient failure: nothing answers, or the server cannot answer just now. */

const TRANSIENT: readonly RegExp[] = [
  // The network, as Go's standard library words it.
  /connection refused|connection reset|broken pipe|no route to host|network is unreachable/i,
  /i\/o timeout|TLS handshake timeout|Client\.Timeout exceeded|context deadline exceeded/,
  /unexpected EOF|: EOF$|http2: client connection lost|server sent GOAWAY|Temporary failure in name resolution/m,
  // API servers: the reason in brackets as `oc` and `kubectl` print it, else their sentences.
  /\((?:InternalError|ServiceUnavailable|Timeout|ServerTimeout|TooManyRequests)\)/,
  /Internal error occurred|currently unable to handle the request|unable to return a response in the time allotted/,
  /\b50[0234] \((?:Internal Server Error|Bad Gateway|Service Unavailable|Gateway Timeout)\)/,
  /etcdserver: |apiserver not ready|the server has received too many requests/i,
]

/** @param words stderr or stdout of a command that failed */
export const isTransientMessage = (words: string): boolean => TRANSIENT.some((pattern) => pattern.test(words))
