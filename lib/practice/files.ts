/** The folder of a practice: what a person, or a run, needs to reach its clusters. */
import { mkdir, readdir, rm, symlink } from "node:fs/promises"
import { join, resolve } from "node:path"
import { stringify } from "yaml"
import { writeKubeconfig } from "../cluster/kubeconfig.ts"
import { writeWhole } from "../cluster/whole-file.ts"
import { RunbookError } from "../notebook/errors.ts"
import type { ApiServer, PracticeUser } from "./types/apiserver.ts"
import type { PracticeOptions } from "./types/practice.ts"

export interface ClusterFiles {
  readonly name: string
  readonly role: string
  readonly server: Pick<ApiServer, "url" | "ca">
  readonly admin: Pick<PracticeUser, "name" | "token">
}

export const kubeconfigOf = (folder: string, name: string): string => join(folder, "kubeconfigs", name)

/** What of a practice's options its files are made from. */
export type FilesOptions = Pick<PracticeOptions, "folder" | "federation" | "values" | "ownCommands">

/** Makes the folder and what is in it. @returns the federation file and the folder of the stand-in commands */
export async function writeFiles(
  options: FilesOptions,
  clusters: readonly ClusterFiles[],
): Promise<{ federationFile: string; commands: string }> {
  const { folder } = options
  const commands = join(folder, "commands")
  for (const name of ["", "kubeconfigs", "ca", "tokens"]) {
    await mkdir(join(folder, name), { recursive: true, mode: 0o700 })
  }
  const { writeCommands } = await import("./commands/index.ts")
  // What an earlier run linked there is not written through.
  await rm(commands, { recursive: true, force: true })
  await writeCommands(commands)
  if (options.ownCommands !== undefined) await linkCommands(options.ownCommands, commands)
  await Promise.all([
    ...clusters.map(async ({ name, server, admin }) => {
      await writeKubeconfig(kubeconfigOf(folder, name), {
        server: server.url,
        ca: server.ca.certificate,
        token: admin.token,
        user: admin.name,
        namespace: "default",
      })
      await writeWhole(join(folder, "ca", `${name}.crt`), server.ca.certificate)
      await writeWhole(join(folder, "tokens", name), `${admin.token}\n`)
    }),
  ])
  const federationFile = join(folder, "federation.yaml")
  await writeWhole(federationFile, stringify(federation(options, clusters, commands), { lineWidth: 0 }))
  return { federationFile, commands }
}

/**
 * A link, not a copy: a command may read files beside it. One named `oc` replaces the stand-in.
 * @throws RunbookError if the folder cannot be read
 */
async function linkCommands(own: string, commands: string): Promise<void> {
  const names = await readdir(own).catch((error: NodeJS.ErrnoException) => {
    throw new RunbookError(`The folder of the program's practiceCommands cannot be read: ${resolve(own)}`, {
      why: error.code === "ENOENT" ? "the folder does not exist" : error.message,
      fix: "create the folder, or correct practiceCommands in the program of the notebook",
    })
  })
  for (const name of names) {
    await rm(join(commands, name), { force: true })
    await symlink(resolve(own, name), join(commands, name))
  }
}

/** What leads to a cluster, and the notebook's own values for the site: keys of its entry in the federation file. */
export const entryOf = (
  { folder, values }: Pick<FilesOptions, "folder" | "values">,
  { name, role, server }: Pick<ClusterFiles, "name" | "role"> & { readonly server: Pick<ApiServer, "url"> },
): Record<string, unknown> => ({
  server: server.url,
  "certificate-authority": join(folder, "ca", `${name}.crt`),
  "token-file": join(folder, "tokens", name),
  ...values({ name, role }),
})

/** A role of one site stands under its name, one of many as a list: a site named as its role is the only one. */
function federation(options: FilesOptions, clusters: readonly ClusterFiles[], commands: string): object {
  const roles: Record<string, unknown> = {}
  for (const cluster of clusters) {
    const { name, role } = cluster
    const entry = entryOf(options, cluster)
    if (name === role) roles[role] = entry
    else roles[`${role}s`] = [...((roles[`${role}s`] as object[] | undefined) ?? []), { name, ...entry }]
  }
  return { version: 1, federation: options.federation, commands, ...roles }
}
