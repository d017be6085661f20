/** A real control plane on loopback: etcd, kube-apiserver and kube-controller-manager, with TLS, RBAC and token users. */
import { generateKeyPairSync, randomBytes } from "node:crypto"
import { mkdirSync, writeFileSync } from "node:fs"
import { request as httpsRequest } from "node:https"
import { join } from "node:path"
import { type OpenCluster, openCluster } from "../../../lib/cluster/index.ts"
import { writeKubeconfig } from "../../../lib/cluster/kubeconfig.ts"
import { createAuthority } from "../../../lib/practice/certificates.ts"
import type { CertificateAuthority } from "../../../lib/practice/types/apiserver.ts"
import { freePort, RunningPart } from "./part.ts"

/** A user with a static token. */
export interface TokenUser {
  readonly name: string
  readonly token: string
  readonly groups: readonly string[]
}

const user = (name: string, ...groups: string[]): TokenUser => ({
  name,
  token: randomBytes(24).toString("base64url"),
  groups: [...groups, "system:authenticated"],
})

export interface ControlPlane {
  readonly name: string
  readonly folder: string
  readonly url: string
  readonly port: number
  readonly ca: CertificateAuthority
  /** Cluster administrator by RBAC, as OpenShift's own. */
  readonly admin: TokenUser
  /** Has no rights but those that somebody gives it. */
  readonly developer: TokenUser
  /** Beyond RBAC: for the controllers. */
  readonly system: TokenUser
  /** Opens the door as a user, under a field manager's name; the caller closes it. */
  open(as: TokenUser, manager?: string): OpenCluster
  /** Writes a kubeconfig of a user. @returns its path */
  kubeconfig(as: TokenUser, namespace?: string): Promise<string>
  /** Ends the API server alone, with this signal (default SIGTERM). */
  stopServer(signal?: NodeJS.Signals): Promise<void>
  /** Starts it again at the same port. */
  startServer(): Promise<void>
  /** etcd stands still: writes hang, reads are served from the API server's cache. */
  pauseStore(): void
  resumeStore(): void
  /** Forgets every version but the newest, in etcd. */
  compact(): Promise<void>
  close(): Promise<void>
}

const answers = (port: number, path: string, ca: string): Promise<boolean> =>
  new Promise((resolve) => {
    httpsRequest({ host: "127.0.0.1", port, path, ca }, (answer) => {
      answer.resume()
      resolve(answer.statusCode === 200)
    })
      .on("error", () => resolve(false))
      .end()
  })

/** Starts etcd. @returns it and its address */
const startStore = async (folder: string): Promise<{ part: RunningPart; url: string }> => {
  const [client, peer] = [await freePort(), await freePort()].map((port) => `http://127.0.0.1:${port}`)
  const data = join(folder, "etcd")
  mkdirSync(data, { mode: 0o700 })
  const part = new RunningPart(
    "etcd",
    [
      ...["--name=store", `--data-dir=${data}`, "--unsafe-no-fsync", "--log-level=warn"],
      ...[`--listen-client-urls=${client}`, `--advertise-client-urls=${client}`],
      ...[`--listen-peer-urls=${peer}`, `--initial-advertise-peer-urls=${peer}`],
      `--initial-cluster=store=${peer}`,
    ],
    join(folder, "etcd.log"),
  )
  await part.until(async () => (await fetch(`${client}/readyz`)).ok)
  return { part, url: client! }
}

/**
 * @param flags further flags of kube-apiserver
 * @param controllers of kube-controller-manager, as its flag takes them
 * @param people further users, with tokens of their own
 */
export const startControlPlane = async (
  name: string,
  folder: string,
  {
    controllerManager = true,
    controllers = "*",
    flags = [] as readonly string[],
    people = [] as readonly TokenUser[],
  } = {},
): Promise<ControlPlane> => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = (file: string, text: string): string => {
    writeFileSync(join(folder, file), text, { mode: 0o600 })
    return join(folder, file)
  }
  const ca = await createAuthority(`control plane ${name}`)
  // In pods it is reached at the first address of the Services' range.
  const hosts = ["127.0.0.1", "localhost", "10.96.0.1"]
  const serving = await ca.issue("kube-apiserver", { hosts, server: true })
  const client = await ca.issue("kube-apiserver-kubelet-client", { client: true })
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })
  const accounts = file("sa.key", privateKey.export({ type: "pkcs8", format: "pem" }) as string)
  const [admin, developer, system, manager] = [
    user("kube:admin", "system:cluster-admins"),
    user("developer"),
    user("system:practice", "system:masters"),
    user("system:kube-controller-manager", "system:masters"),
  ] as const
  const users = [admin, developer, system, manager, ...people]
  const rows = users.map((it, index) => `${it.token},${it.name},${index},"${it.groups.join(",")}"`)
  const port = await freePort()
  const url = `https://127.0.0.1:${port}`
  const store = await startStore(folder)
  const args = [
    ...[`--etcd-servers=${store.url}`, "--bind-address=127.0.0.1", "--advertise-address=127.0.0.1"],
    ...[`--secure-port=${port}`, `--cert-dir=${folder}`, "--authorization-mode=RBAC"],
    `--tls-cert-file=${file("server.crt", serving.certificate)}`,
    `--tls-private-key-file=${file("server.key", serving.key)}`,
    // A loopback address may not stand in Endpoints, which the default reconciler would write.
    ...["--endpoint-reconciler-type=none", "--service-cluster-ip-range=10.96.0.0/16"],
    "--service-account-issuer=https://kubernetes.default.svc",
    ...[`--service-account-key-file=${accounts}`, `--service-account-signing-key-file=${accounts}`],
    `--token-auth-file=${file("tokens.csv", `${rows.join("\n")}\n`)}`,
    `--kubelet-client-certificate=${file("kubelet-client.crt", client.certificate)}`,
    `--kubelet-client-key=${file("kubelet-client.key", client.key)}`,
    "--kubelet-preferred-address-types=InternalIP",
    // Without a controller manager nobody makes the accounts that this plugin wants of every pod.
    ...(controllerManager ? [] : ["--disable-admission-plugins=ServiceAccount"]),
    ...flags,
  ]
  const startServer = async (): Promise<RunningPart> => {
    const part = new RunningPart("kube-apiserver", args, join(folder, "kube-apiserver.log"))
    await part.until(() => answers(port, "/readyz", ca.certificate))
    return part
  }
  const kubeconfig = async (as: TokenUser, namespace = "default"): Promise<string> => {
    const path = join(folder, `kubeconfig-${as.name.replace(/\W+/g, "-")}`)
    await writeKubeconfig(path, {
      server: url,
      ca: ca.certificate,
      token: as.token,
      user: as.name,
      namespace,
    })
    return path
  }
  const open = (as: TokenUser, fieldManager = "test"): OpenCluster =>
    openCluster({ server: url, ca: ca.certificate, token: as.token, fieldManager })

  let server = await startServer()
  const parts: RunningPart[] = []
  if (controllerManager) {
    const part = new RunningPart(
      "kube-controller-manager",
      [
        ...[`--kubeconfig=${await kubeconfig(manager)}`, "--bind-address=127.0.0.1"],
        ...[`--secure-port=${await freePort()}`, `--cert-dir=${folder}`, "--leader-elect=false"],
        ...[`--service-account-private-key-file=${accounts}`, "--use-service-account-credentials=false"],
        `--controllers=${controllers}`,
        `--root-ca-file=${file("ca.crt", ca.certificate)}`,
      ],
      join(folder, "kube-controller-manager.log"),
    )
    parts.push(part)
    const cluster = open(system)
    try {
      // Its controllers are up once they have done something: the last thing that a project needs is its ServiceAccount.
      await part.until(
        async () =>
          (await cluster.get({
            apiVersion: "v1",
            kind: "ServiceAccount",
            name: "default",
            namespace: "default",
          })) !== undefined,
      )
    } finally {
      await cluster.close()
    }
  }
  return {
    ...{ name, folder, url, port, ca, admin, developer, system, kubeconfig, open },
    stopServer: (signal) => server.stop(signal),
    async startServer() {
      server = await startServer()
    },
    pauseStore: () => store.part.pause(),
    resumeStore: () => store.part.resume(),
    async compact() {
      const ask = async (path: string, body: object) =>
        (await fetch(`${store.url}/v3/kv/${path}`, { method: "POST", body: JSON.stringify(body) })).json()
      const { header } = (await ask("range", { key: "AA==" })) as { header: { revision: string } }
      await ask("compaction", { revision: header.revision, physical: true })
    },
    async close() {
      store.part.resume()
      await Promise.all(parts.map((it) => it.stop()))
      await server.stop()
      await store.part.stop()
    },
  }
}
