import { readKubeconfig } from "./kubeconfig-file.ts"

/**
 * What using a kubeconfig can do beside connecting: a login plugin is a program that is run, and a token file is any file, whose
 * content is sent to the server. Nothing for a kubeconfig with neither, or one that cannot be used anyway.
 */
export async function kubeconfigPower(path: string): Promise<string | undefined> {
  const config = await readKubeconfig(path).catch(() => undefined)
  const powers = (config?.users ?? []).flatMap(({ user }) => {
    const { exec, tokenFile } = user as { exec?: { command?: unknown }; tokenFile?: unknown }
    return [
      ...(exec == null ? [] : [`runs ${String(exec.command)}, the login plugin of ${path}`]),
      ...(typeof tokenFile === "string" ? [`sends the content of ${tokenFile}, as ${path} says`] : []),
    ]
  })
  return powers.length === 0 ? undefined : [...new Set(powers)].join("; ")
}
