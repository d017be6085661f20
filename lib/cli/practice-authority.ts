import { X509Certificate } from "node:crypto"
import type { Federation } from "../notebook/federation.ts"
import { PRACTICE_AUTHORITY } from "../practice/authority-name.ts"
import { readRegularFile } from "../regular-file.ts"

/**
 * Whether every site's cluster is a practice cluster: its certificate authority says so. An address on this machine alone says
 * nothing, because a tunnel to a real cluster has one too.
 */
export const isPractice = ({ sites }: Federation): boolean =>
  sites.length > 0 &&
  sites.every((site) =>
    isPracticeAuthority((site as { certificateAuthority?: unknown }).certificateAuthority),
  )

function isPracticeAuthority(file: unknown): boolean {
  if (typeof file !== "string") return false
  try {
    return new X509Certificate(readRegularFile(file)).subject.startsWith(`CN=${PRACTICE_AUTHORITY}`)
  } catch {
    return false
  }
}
