/** Why an image cannot be had, in a kubelet's words. */
import type { KubeObject } from "../../../cluster/types.ts"
import type { ControllerContext } from "../../types/controllers.ts"
import type { PracticeImage } from "../../types/images.ts"
import { faultStrikes } from "../faulty.ts"

export interface NotPulled {
  /** What the container waits with first. */
  readonly reason: "ErrImagePull" | "ImageInspectError"
  readonly message: string
}

/** Whether an image's name begins with a registry. */
const hasRegistry = (image: string): boolean => {
  const [host, ...rest] = image.split("/")
  return rest.length > 0 && /[.:]|^localhost$/.test(host!)
}

/** Gets an image ready. @returns why not, where it fails */
export async function pullImage(
  context: ControllerContext,
  pod: KubeObject,
  image: string,
  behaviour: PracticeImage,
): Promise<NotPulled | undefined> {
  const strikes = (what: string) =>
    faultStrikes(context.faults, "pod", context.name, pod.metadata.name, what) !== undefined
  if (!hasRegistry(image) && strikes("short-name")) {
    const why = `short name mode is enforcing, but image name ${image} returns ambiguous list`
    const message = `Failed to inspect image "${image}": rpc error: code = Unknown desc = ${why}`
    return { reason: "ImageInspectError", message }
  }
  if (strikes("image")) {
    const [path, tag = "latest"] = image.split(/:(?=[^/]*$)/) as [string, string?]
    const reference = path.includes(".") ? path : `docker.io/${path}`
    const why = `reading manifest ${tag} in ${reference}: manifest unknown`
    return { reason: "ErrImagePull", message: `initializing source docker://${image}: ${why}` }
  }
  try {
    await behaviour.pull?.(image)
    return undefined
  } catch (error) {
    return { reason: "ErrImagePull", message: (error as Error).message }
  }
}
