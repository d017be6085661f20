/** What the rows of `security: hardened` about pods, volumes and the network let a site decide. */
import { input } from "../../lib/index.ts"
import { egressProblem } from "./egress.ts"

const SIZE = /^[1-9]\d*(?:\.\d+)?(?:[kMGT]i?)$/
const size = (value: string): string | undefined =>
  SIZE.test(value) ? undefined : `${value} is not a size such as 2Gi`

const superlink = ["superlink"] as const
const supernode = ["supernode"] as const

export const podInputs = {
  "superlink-state-size": input.text({
    per: "site",
    roles: superlink,
    help: "The size of the SuperLink's volume (superlink-state disk)",
    default: "1Gi",
    placeholder: "size",
    check: size,
  }),
  "superlink-state-class": input.text({
    per: "site",
    roles: superlink,
    help: "The StorageClass of the SuperLink's volume (superlink-state disk); default: the cluster's own default",
    placeholder: "name",
    check: (value: string) =>
      /^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/.test(value)
        ? undefined
        : `${value} is not the name of a StorageClass`,
  }),
  "scratch-size": input.text({
    per: "site",
    help: "The size of /tmp, which is a volume where the root file system is read-only (pod-hardening on)",
    default: "1Gi",
    placeholder: "size",
    check: size,
  }),
  "allow-egress": input.list({
    per: "site",
    help: "What Flower's pod may reach in addition (network-policy on): ADDRESS[/BITS][:PORT] or NAMESPACE[:PORT]",
    placeholder: "target",
    check: (values: string[]) => egressProblem(values),
  }),
  "link-egress": input.list({
    per: "site",
    roles: supernode,
    help: "Where the router's link may lead (network-policy on), as ADDRESS[/BITS]:PORT; default: the link's own port, at public addresses",
    placeholder: "target",
    check: (values: string[]) => egressProblem(values),
  }),
} as const
