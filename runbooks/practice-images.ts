/**
 * Simulates the pods of Flower's images on practice clusters: log lines, exit codes and behaviour after restarts are those
 * of the real programs (measured with 1.28, 1.34, 1.38, 1.41 and 1.42; test/real/flower runs them). Omitted: the line for each poll of a
 * SuperNode, every three seconds, and the pauses of up to twenty seconds before a SuperNode retries.
 */
import type { PracticeImage } from "../lib/index.ts"
import { startGate } from "./flower/practice-gate.ts"
import { startSuperlink } from "./flower/practice-superlink.ts"
import { startSupernode } from "./flower/practice-supernode.ts"
import { withCertificates } from "./flower/practice-tls.ts"
import { GATE_IMAGE } from "./security/gate.ts"

/** Images with these names, from any registry. */
export const practiceImages: readonly PracticeImage[] = [
  { image: GATE_IMAGE, start: startGate },
  {
    image: /(?:^|\/)superlink(?:[:@]|$)/,
    probed: true,
    start: withCertificates("--ssl-certfile", startSuperlink),
  },
  {
    image: /(?:^|\/)supernode(?:[:@]|$)/,
    probed: true,
    start: withCertificates("--root-certificates", startSupernode),
  },
]

/** What practice adds to a site in its federation file: the names that the guide uses. */
export const practiceValues = (site: { name: string; role: string }): Record<string, unknown> => ({
  project: site.role === "superlink" ? "flower-openshift-demo" : `flower-${site.name}`,
  "skupper-site": `${site.name}-interconnect`,
})
