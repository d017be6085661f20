import { join } from "node:path"
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
