/** Kubernetes' order of versions: v2 before v1 before v1beta2 before v1alpha1. Negative: `a` comes first. */
export function versionOrder(a: string, b: string): number {
  const rank = (version: string) => {
    const [, major = "0", stage, minor = "0"] = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version) ?? []
    return [stage === undefined ? 2 : stage === "beta" ? 1 : 0, Number(major), Number(minor)]
  }
  const [x, y] = [rank(a), rank(b)]
  const at = x.findIndex((one, index) => one !== y[index])
  return at < 0 ? 0 : y[at]! - x[at]!
}
