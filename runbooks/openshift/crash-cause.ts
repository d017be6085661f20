/** Why a container ended, and how to fix it: by the kubelet's reason, and by the last words of Flower's programs. */

export interface Ended {
  readonly exitCode: number
  readonly reason?: string
  readonly finishedAt?: string
}

export interface Cause {
  readonly code: string
  /** Said before the program's own words. */
  readonly words?: string
  /** Not set where only the program's own words tell. */
  readonly fix?: string
}

const KILLED = 137

interface Known extends Cause {
  readonly says: RegExp
  readonly fix: string
}

/** Texts measured with 1.28, 1.34, 1.38, 1.41 and 1.42. */
const KNOWN: readonly Known[] = [
  {
    // Up to 1.34, gRPC's error is printed as it is.
    says: /\[code: 2001\]|"code": 2001/,
    code: "authentication",
    fix: "the SuperLink only accepts registered SuperNodes (--enable-supernode-auth): make this SuperNode one with --node-auth on",
  },
  {
    says: /\[code: 2004\]|"code": 2004/,
    code: "not registered",
    fix: "the SuperLink does not know the SuperNode's key, or it was unregistered: --node-auth on registers it; for a key of your own use `flwr supernode register`",
  },
  {
    says: /WRONG_VERSION_NUMBER/,
    code: "tls",
    fix: "only one of SuperLink and SuperNode has Flower's own TLS: give certificates to both (tls on; or tls-secret, root-certificates-secret) or to neither",
  },
  {
    says: /CERTIFICATE_VERIFY_FAILED/,
    code: "tls",
    fix: "the SuperNode does not trust the SuperLink's certificate: with tls on, run flower-runbook again; otherwise root-certificates-secret must hold its CA as ca.crt, and the certificate must be valid for fleet-api",
  },
  {
    says: /^Certificates are required/,
    code: "tls",
    fix: "the SuperLink has neither certificates nor --insecure: set tls on, give tls-secret, or add --insecure to its arguments",
  },
  {
    says: /No space left on device|Disk quota exceeded/i,
    code: "disk",
    fix: "a volume is full: give the run-time environments of apps more room with runtime-dependencies=2Gi, or turn their installation off with runtime-dependencies=off",
  },
  {
    says: /this option is no longer supported|unrecognized arguments/,
    code: "arguments",
    fix: "its arguments belong to another version of Flower: make flower-version and the arguments fit",
  },
]

/** @param words its last words, see `lastWords` */
export function crashCause(
  ended: Ended | undefined,
  words: string | undefined,
  limit: string | undefined,
): Cause {
  if (ended?.reason === "OOMKilled") {
    return {
      code: "memory",
      words: `it was out of memory${limit === undefined ? "" : `, its limit is ${limit}`}`,
      fix: "give it more with resources=limits.memory=…",
    }
  }
  const known = KNOWN.find(({ says }) => says.test(words ?? ""))
  if (known !== undefined) return { code: known.code, fix: known.fix }
  if (ended?.exitCode === KILLED && !words) {
    return { code: "killed", words: "it was killed from outside; the pod's events may say by whom" }
  }
  return { code: "crash" }
}
