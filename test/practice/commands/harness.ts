/** Runs cases against an API server on loopback, practice or real, with the stand-ins or with real commands. */
import { spawn } from "node:child_process"
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect } from "vitest"
import { openCluster } from "../../../lib/cluster/index.ts"
import { writeKubeconfig } from "../../../lib/cluster/kubeconfig.ts"
import type { Cluster, KubeObject, Ref } from "../../../lib/cluster/types.ts"
import { startApiServer } from "../../../lib/practice/apiserver/index.ts"
import { createAuthority } from "../../../lib/practice/certificates.ts"
import { writeCommands } from "../../../lib/practice/commands/index.ts"
import { serveCommands } from "../../../lib/practice/commands/server.ts"
import { createFaultTable } from "../../../lib/practice/faults.ts"
import { skupperCrds } from "../../../lib/practice/skupper-crds.ts"
import type { ApiServer } from "../../../lib/practice/types/apiserver.ts"
import { type Case, SKUPPER } from "./case.ts"

export const USERS = [
  { name: "system:tests", token: "token-of-system", groups: ["system:masters"], admin: true },
  { name: "admin", token: "token-of-admin", groups: ["system:masters"], admin: true },
  { name: "alice", token: "token-of-alice", password: "alice's password", groups: [], admin: false },
  { name: "carol", token: "token-of-carol", password: "carols-password", groups: [], admin: false },
  { name: "dave", token: "token-of-dave", groups: [], admin: false },
]

export interface Result {
  readonly exit: number
  readonly stdout: string
  readonly stderr: string
}

/** What the commands talk to. */
export type Server = Pick<ApiServer, "url" | "port" | "ca">

export interface World {
  readonly server: Server
  readonly admin: Cluster
  /** Holds a space and a quote. */
  readonly folder: string
  readonly commands: string
  /** @returns why it was not run, if it was not */
  run(one: Case): Promise<string | undefined>
  /** Runs a command in a folder, as one of the users. */
  call(
    command: "oc" | "skupper",
    argv: readonly string[],
    options: { cwd: string; env?: Record<string, string>; stdin?: string },
  ): Promise<Result>
  close(): Promise<void>
}

const spawned = (
  file: string,
  argv: readonly string[],
  options: { cwd: string; env: Record<string, string | undefined>; stdin?: string },
): Promise<Result> =>
  new Promise((resolve, reject) => {
    const child = spawn(file, argv, { ...options, stdio: ["pipe", "pipe", "pipe"] })
    let stdout = ""
    let stderr = ""
    child.stdout.setEncoding("utf8").on("data", (text) => {
      stdout += text
    })
    child.stderr.setEncoding("utf8").on("data", (text) => {
      stderr += text
    })
    child.stdin.on("error", () => undefined).end(options.stdin ?? "")
    child.on("error", reject)
    child.on("close", (code, signal) => {
      if (code === null) reject(new Error(`ended by ${signal}`))
      else resolve({ exit: code, stdout, stderr })
    })
  })

/** Waits until every definition is served. */
const established = async (cluster: Cluster): Promise<void> => {
  const ended = new AbortController()
  const waiting = new Set(skupperCrds().map((it) => it.metadata.name))
  const saw = ({ metadata, status }: KubeObject) => {
    const conditions = (status?.conditions ?? []) as { type: string; status: string }[]
    if (conditions.some((it) => it.type === "Established" && it.status === "True"))
      waiting.delete(metadata.name)
    if (waiting.size === 0) ended.abort()
  }
  const kind = { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" }
  const handlers = {
    list: (all: KubeObject[]) => all.forEach(saw),
    event: ({ object }: { object: KubeObject }) => saw(object),
  }
  await cluster.watch(kind, handlers, ended.signal)
}

/** A port that nothing listens at. */
const closedPort = async (): Promise<number> => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")

/** Expects a text in which `{uuid}`, `{any}` and `{rest}` stand for what differs. */
const expectText = (found: string, wanted: string, what: string): void => {
  const pattern = escaped(wanted)
    .replaceAll("\\{uuid\\}", "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
    .replaceAll("\\{any\\}", "[^\\n]*")
    .replaceAll("\\{rest\\}", "[\\s\\S]*")
  // A text that differs is shown beside the wanted one.
  if (!new RegExp(`^${pattern}$`).test(found)) expect(found, what).toBe(wanted)
}

/** With the stand-ins, or with the commands of the folder COMMANDS_UNDER_TEST. */
export const startWorld = async (
  options: {
    openshift?: boolean
    skupper?: boolean
    commands?: string
    version?: string
    answered?: boolean
  } = {},
): Promise<World> => {
  const ca = await createAuthority("west")
  const server = await startApiServer({
    name: "west",
    users: USERS,
    ca,
    faults: createFaultTable(),
    openshift: options.openshift ?? true,
  })
  const commands = options.commands ?? process.env.COMMANDS_UNDER_TEST
  return worldOf(server, { ...options, commands, openshift: true }, () => server.close())
}

/** `2.2.1-rh-1` → 2 */
const minorOf = (version: string): number => Number(version.split(".")[1] ?? 0)

/**
 * On a server that knows {@link USERS}; `close` ends it.
 * @param options `version`: that of the skupper in `commands`; `answered`: this process answers the stand-ins, as practice does
 */
export const worldOf = async (
  server: Server,
  options: {
    skupper?: boolean
    commands?: string
    version?: string
    openshift?: boolean
    answered?: boolean
  },
  close: () => Promise<unknown>,
): Promise<World> => {
  const { ca } = server
  const admin = openCluster({
    fieldManager: "test",
    server: server.url,
    ca: ca.certificate,
    token: USERS[0]!.token,
  })
  if (options.skupper !== false) {
    for (const crd of skupperCrds()) await admin.create(crd)
    await established(admin)
  }
  const folder = mkdtempSync(join(tmpdir(), "stand ins' "))
  const commands = options.commands ?? join(folder, "bin")
  if (options.commands === undefined) await writeCommands(commands)
  const answering =
    options.commands === undefined && options.answered ? await serveCommands(commands, "real") : undefined
  const caFile = join(folder, "ca.crt")
  writeFileSync(caFile, ca.certificate)
  const closed = await closedPort()
  let number = 0

  const call: World["call"] = (command, argv, { cwd, env = {}, stdin }) =>
    spawned(join(commands, command), argv, {
      cwd,
      stdin,
      env: { PATH: "/usr/bin:/bin", HOME: cwd, KUBECONFIG: join(cwd, "kubeconfig"), ...env },
    })

  const put = async (object: KubeObject, namespace: string): Promise<void> => {
    const inside = !["Namespace", "CustomResourceDefinition"].includes(object.kind)
    const { status, ...rest } = object
    const metadata = {
      ...object.metadata,
      ...(inside && { namespace: object.metadata.namespace ?? namespace }),
    }
    await admin.create({ ...rest, metadata })
    if (status === undefined) return
    const { apiVersion, kind } = object
    const ref = { apiVersion, kind, name: metadata.name, ...(inside && { namespace: metadata.namespace }) }
    await admin.merge(ref, { status }, { subresource: "status" })
  }

  /** Gives the first object of a kind its status as soon as it is there. */
  const play = (
    namespace: string,
    { kind, status }: NonNullable<Case["meanwhile"]>,
  ): (() => Promise<void>) => {
    const ended = new AbortController()
    const give = ({ metadata }: KubeObject) =>
      admin.merge(
        { apiVersion: SKUPPER, kind, name: metadata.name, namespace },
        { status },
        { subresource: "status" },
      )
    const watching = admin.watch(
      { apiVersion: SKUPPER, kind, namespace },
      {
        list: (items) => items.forEach(give),
        event: ({ type, object }) => {
          if (type === "ADDED") void give(object)
        },
      },
      ended.signal,
    )
    return async () => {
      ended.abort()
      await watching
    }
  }

  const run: World["run"] = async (one) => {
    const namespace = `case-${++number}`
    const cwd = join(folder, namespace)
    const as = one.as ?? "admin"
    const user = USERS.find((it) => it.name === as)
    const values: Record<string, string> = {
      ns: namespace,
      server: server.url,
      host: `127.0.0.1:${server.port}`,
      cluster: `127-0-0-1:${server.port}`,
      ca: caFile,
      token: user?.token ?? "expired",
      closed: `127.0.0.1:${closed}`,
    }
    const filled = (text: string): string =>
      text.replaceAll(/\{(ns|server|host|cluster|ca|token|closed)\}/g, (_, name) => values[name]!)
    const deep = <T>(value: T): T => JSON.parse(filled(JSON.stringify(value))) as T

    mkdirSync(cwd)
    await admin.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } })
    for (const object of deep(one.before ?? [])) await put(object, namespace)
    if (one.needs !== undefined && options.openshift !== true) return `needs ${one.needs}`
    if (one.since !== undefined && minorOf(options.version ?? one.since) < minorOf(one.since))
      return `from ${one.since} on`
    for (const [name, text] of Object.entries(one.files ?? {}))
      writeFileSync(join(cwd, name), filled(text), { mode: 0o600 })
    const kubeconfig = join(cwd, "kubeconfig")
    if (as !== "nobody") {
      await writeKubeconfig(kubeconfig, {
        server: server.url,
        ca: ca.certificate,
        token: values.token,
        user: as,
        namespace,
      })
    }
    const stop = one.meanwhile && play(namespace, one.meanwhile)
    const result = await call(one.command, one.argv.map(filled), {
      cwd,
      env: deep(one.env ?? {}),
      stdin: one.stdin && filled(one.stdin),
    })
    await stop?.()

    expectText(result.stdout, filled(one.stdout), "stdout")
    expectText(result.stderr, filled(one.stderr), "stderr")
    expect(result.exit, "exit code").toBe(one.exit)
    for (const wanted of deep(one.after ?? [])) {
      const { apiVersion, kind, metadata } = wanted
      const clusterScoped = kind === "Namespace" || kind === "Project"
      const ref: Ref = { apiVersion, kind, name: metadata.name, ...(!clusterScoped && { namespace }) }
      const list = metadata.name === "{uuid}" ? await admin.list({ apiVersion, kind, namespace }) : undefined
      const found = list === undefined ? await admin.get(ref) : list[0]
      const { name, ...others } = metadata
      expect(found).toMatchObject({ ...wanted, metadata: list === undefined ? metadata : others })
    }
    for (const ref of deep(one.gone ?? [])) expect(await admin.get({ ...ref, namespace })).toBeUndefined()
    for (const [name, { text, mode }] of Object.entries(one.filesAfter ?? {})) {
      expectText(readFileSync(join(cwd, name), "utf8"), filled(text), name)
      expect(statSync(join(cwd, name)).mode & 0o777).toBe(mode)
    }
    if (one.kubeconfig !== undefined) {
      expectText(readFileSync(kubeconfig, "utf8"), filled(one.kubeconfig), "kubeconfig")
      expect(statSync(kubeconfig).mode & 0o777).toBe(0o600)
    }
    return undefined
  }

  return {
    server,
    admin,
    folder,
    commands,
    run,
    call,
    close: async () => {
      await answering?.close()
      await admin.close()
      await close()
      chmodSync(folder, 0o700)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
