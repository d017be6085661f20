/** Why an image is not pulled, by the words of the kubelet and of the container runtime (Kubernetes 1.33, CRI-O 1.34). */

/** The reasons for which a container waits for its image. */
export const PULL_REASONS: ReadonlySet<string> = new Set([
  "ErrImagePull",
  "ImagePullBackOff",
  "ErrImageNeverPull",
  "InvalidImageName",
  "ImageInspectError",
  "RegistryUnavailable",
  "SignatureValidationFailed",
])

interface Cause {
  readonly says: RegExp
  readonly fix: string
}

/** The most specific first. */
const CAUSES: readonly Cause[] = [
  {
    says: /short.name/i,
    fix: "the cluster does not pull short image names: give the image with its registry, such as image=docker.io/flwr/superlink:1.34.0",
  },
  {
    says: /toomanyrequests|rate limit/i,
    fix: "the registry limits anonymous pulls: give a Secret with credentials as image-pull-secret",
  },
  {
    says: /unauthorized|authentication required|denied|no basic auth/i,
    fix: "the registry requires credentials: give a Secret with them as image-pull-secret",
  },
  {
    says: /x509|certificate signed by|tls: /i,
    fix: "the cluster does not trust the registry's certificate: ask an administrator to add its CA, or give the image of another registry as image",
  },
  {
    says: /i\/o timeout|context deadline exceeded|no such host|connection (?:refused|reset)|no route to host|TLS handshake timeout|RegistryUnavailable/i,
    fix: "the cluster's nodes do not reach the registry: allow it in the firewall or proxy, or give the same image of a mirror that they reach as image",
  },
  {
    says: /signature|policy/i,
    fix: "the cluster only runs signed images: ask an administrator which registry is allowed, and give the image from there as image",
  },
  {
    says: /manifest unknown|not found|name unknown|invalid reference|couldn't parse image/i,
    fix: "there is no such image: check flower-version, or image if you gave one",
  },
]

/** What to change, so that the image is pulled. Words that no cause fits are left to speak for themselves. */
export const fixForPull = (words: string): { fix?: string } => {
  const cause = CAUSES.find(({ says }) => says.test(words))
  return cause === undefined ? {} : { fix: cause.fix }
}

/** Whether the words are only about one attempt that failed on its way: the kubelet tries again. */
export const mayPass = (words: string): boolean =>
  /i\/o timeout|context deadline exceeded|TLS handshake timeout|connection reset/i.test(words)
