import { join } from "node:path"
import type { KubeObject } from "../../lib/index.ts"
import { writeWhole } from "../../lib/kit.ts"
import type { Context } from "../context.ts"

/**
 * Writes the manifest that a step applies at a site: `manifests/supernode-1-supernode.yaml` in the federation's folder.
 * @returns its path
 */
export async function writeManifest(
  { folder, recordWrite }: Pick<Context, "folder" | "recordWrite">,
  name: string,
  text: string,
): Promise<string> {
  const path = join(folder, "manifests", `${name}.yaml`)
  await writeWhole(path, text)
  recordWrite(`manifests/${name}.yaml`, text)
  return path
}

/** Objects as the YAML that is passed to a command. */
export async function manifestText(objects: readonly KubeObject[]): Promise<string> {
  const { stringify } = await import("yaml")
  return objects.map((one) => stringify(one)).join("---\n")
}
