/** The versions of Flower and every option of a SuperLink and a SuperNode, each to a verified federation. */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterEach, expect, test } from "vitest"
import { parse } from "yaml"
import type { KubeObject } from "../../lib/cluster/types.ts"
import { createAuthority } from "../../lib/practice/certificates.ts"
import { type Ended, flat, linesOf, place, startWorld, type World } from "./harness.ts"

const DEMO = "flower-openshift-demo"

let world: World
afterEach(() => world?.close())

const file = (): string[] => ["--federation", world.practice.federationFile]

const given = (name: string, text: string): string => {
  const path = join(world.folder, name)
  writeFileSync(path, text, { mode: 0o600 })
  return path
}

/** A call that must succeed; otherwise the screen is the message. */
async function succeeds(...argv: string[]): Promise<string> {
  const { code, stdout, stderr } = await world.call(argv)
  expect({ code, stderr, stdout: code === 0 ? "" : stdout }).toEqual({ code: 0, stderr: "", stdout: "" })
  return stdout
}

const refused = async (...argv: string[]): Promise<Ended & { said: string }> => {
  const ended = await world.call(argv)
  return { ...ended, said: flat(ended.stdout + ended.stderr) }
}

const deployment = async (site: string, name = site): Promise<KubeObject> => {
  const namespace = site === "superlink" ? DEMO : `flower-${site}`
  return (await world.cluster(site).get({ apiVersion: "apps/v1", kind: "Deployment", name, namespace }))!
}

const containerOf = ({ spec }: KubeObject) => spec.template.spec.containers[0]

/** What Pod Security requires of a pod under *restricted* (kubernetes.io/docs/concepts/security/pod-security-standards). */
function expectRestricted({ spec }: KubeObject): void {
  const pod = spec.template.spec
  expect(pod.hostNetwork ?? pod.hostPID ?? pod.hostIPC ?? false).toBe(false)
  for (const volume of pod.volumes ?? []) {
    expect(["configMap", "emptyDir", "persistentVolumeClaim", "projected", "secret"]).toContain(
      Object.keys(volume).find((key) => key !== "name"),
    )
  }
  for (const { securityContext: own = {}, ports = [] } of [
    ...(pod.initContainers ?? []),
    ...pod.containers,
  ]) {
    const context = { ...pod.securityContext, ...own }
    expect(context.runAsNonRoot).toBe(true)
    expect(context.runAsUser).not.toBe(0)
    expect(["RuntimeDefault", "Localhost"]).toContain(context.seccompProfile?.type)
    expect(own.allowPrivilegeEscalation).toBe(false)
    expect(own.capabilities?.drop).toContain("ALL")
    expect((own.capabilities?.add ?? []).filter((one: string) => one !== "NET_BIND_SERVICE")).toEqual([])
    expect(own.privileged ?? false).toBe(false)
    for (const { hostPort } of ports) expect(hostPort).toBeUndefined()
  }
}

const secret = (site: string, name: string, files: Record<string, string>): Promise<KubeObject> =>
  world.cluster(site).create({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace: site === "superlink" ? DEMO : `flower-${site}` },
    stringData: files,
  })

test("each family of versions, rolled out one after the other; then TLS of Flower itself", {
  timeout: 240_000,
}, async () => {
  world = await startWorld({ supernodes: 1 })
  // From 1.40 on, the Fleet API has another port: the connector follows.
  const flower = ["--only", "deploy-superlink,connector,deploy-supernode,verify,verify-federation"]
  await succeeds("run", ...file(), "--yes")
  expect(containerOf(await deployment("superlink")).args).toEqual(["--insecure"])
  for (const name of ["superlink", "supernode-1"]) expectRestricted(await deployment(name))

  for (const version of ["1.36.0", "1.38.0", "1.41.0"]) {
    const stdout = await succeeds("run", ...flower, "--flower-version", version, "--yes")
    expect(stdout).toMatch(/1 of 1 SuperNodes verified/)
    const [superlink, supernode] = [
      containerOf(await deployment("superlink")),
      containerOf(await deployment("supernode-1")),
    ]
    expect([superlink.image, supernode.image]).toEqual([
      `docker.io/flwr/superlink:${version}`,
      `docker.io/flwr/supernode:${version}`,
    ])
    const ports = superlink.ports.map(({ containerPort }: { containerPort: number }) => containerPort)
    expect(ports).toEqual(version === "1.41.0" ? [8000] : [9092, 9093])
    if (version === "1.41.0") {
      expect(flat(stdout)).toContain("Fleet API, Control API and Runtime API share port 8000")
      expect(superlink.args).toEqual(["--insecure", "--host", "0.0.0.0"])
    }
  }

  const mixed = await refused("run", "--yes", "--supernode", "name=supernode-1,image=flwr/supernode:1.34.0")
  expect(mixed.code).toBe(2)
  expect(mixed.said).toMatch(/supernode-1 has image flwr\/supernode:1\.34\.0, and flower-version is 1\.41\.0/)

  const authority = await createAuthority("flower")
  const served = await authority.issue("fleet-api", { hosts: ["fleet-api"], server: true })
  await secret("superlink", "flower-tls", {
    "tls.crt": served.certificate,
    "tls.key": served.key,
    "ca.crt": authority.certificate,
  })
  await secret("supernode-1", "flower-ca", { "ca.crt": authority.certificate })
  const [tls, roots] = [
    ["--superlink", "tls-secret=flower-tls"],
    ["--supernode", "name=supernode-1,root-certificates-secret=flower-ca"],
  ] as const
  for (const one of [tls, roots]) {
    const half = await refused("run", ...one, "--yes")
    expect(half.code).toBe(2)
    expect(half.said).toContain("they cannot communicate")
  }
  expect(await succeeds("run", ...flower, ...tls, ...roots, "--yes")).toMatch(/1 of 1 SuperNodes verified/)
  const [superlink, supernode] = [await deployment("superlink"), await deployment("supernode-1")]
  expect(containerOf(superlink).args).toContain("--ssl-certfile")
  expect(containerOf(superlink).args).not.toContain("--insecure")
  expect(containerOf(supernode).args).toEqual(
    expect.arrayContaining(["--root-certificates", "/app/certificates/ca.crt"]),
  )
  for (const one of [superlink, supernode]) expectRestricted(one)
})

test("own image, environment, resources, node config, pull secret; an own manifest; links by file", {
  timeout: 240_000,
}, async () => {
  world = await startWorld({ supernodes: 2 })
  const manifest = given(
    "own.yaml",
    [
      "apiVersion: v1",
      "kind: ConfigMap",
      "metadata: { name: own-settings }",
      "data: { rounds: '3' }",
      "---",
      "apiVersion: apps/v1",
      "kind: Deployment",
      "metadata: { name: ward-7 }",
      "spec:",
      "  selector: { matchLabels: { app: ward-7 } }",
      "  template:",
      "    metadata: { labels: { app: ward-7 } }",
      "    spec:",
      "      containers:",
      "        - name: supernode",
      "          image: registry.example/hospital/supernode:7",
      "          args: [--insecure, --superlink, 'fleet-api:9092']",
      "",
    ].join("\n"),
  )
  const own = [
    ...[
      "name=supernode-1",
      "image=registry.example/hospital/supernode:7",
      "image-pull-secret=registry-login",
    ],
    ...["node-config=partition-id=0;num-partitions=2", "env=RAY_DISABLE=1;ZONE=a b"],
    "resources=requests.cpu=100m;limits.memory=1Gi",
  ].join(",")
  const stdout = await succeeds(
    ...["run", ...file(), "--yes", "--link-with", "file", "--supernode", own],
    ...["--supernode", `name=supernode-2,supernode-manifest=${manifest}`],
  )
  expect(stdout).toMatch(/2 of 2 SuperNodes verified/)

  const commands = linesOf(world.journal(), "command").map(({ line }) => line)
  expect(commands.filter((line) => line.startsWith("skupper link generate"))).toHaveLength(2)
  expect(commands.filter((line) => line.startsWith("skupper token"))).toEqual([])

  const deployed = await deployment("supernode-1")
  expect(containerOf(deployed)).toMatchObject({
    image: "registry.example/hospital/supernode:7",
    env: [
      { name: "RAY_DISABLE", value: "1" },
      { name: "ZONE", value: "a b" },
    ],
    resources: { requests: { cpu: "100m" }, limits: { memory: "1Gi" } },
  })
  expect(containerOf(deployed).args.slice(-2)).toEqual(["--node-config", "partition-id=0 num-partitions=2"])
  expect(deployed.spec.template.spec.imagePullSecrets).toEqual([{ name: "registry-login" }])
  expectRestricted(deployed)

  expect((await deployment("supernode-2", "ward-7")).metadata.labels).toMatchObject({
    "app.kubernetes.io/managed-by": "flower-runbook",
  })
  const settings = {
    apiVersion: "v1",
    kind: "ConfigMap",
    name: "own-settings",
    namespace: "flower-supernode-2",
  }
  expect(await world.cluster("supernode-2").get(settings)).toMatchObject({ data: { rounds: "3" } })
})

test("a SuperLink that existed before decides the version, and is updated only with --allow-restart", {
  timeout: 240_000,
}, async () => {
  world = await startWorld({ supernodes: 1 })
  const cluster = world.cluster("superlink")
  await cluster.create({
    apiVersion: "project.openshift.io/v1",
    kind: "ProjectRequest",
    metadata: { name: DEMO },
  })
  await cluster.create({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "superlink", namespace: DEMO },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: "superlink" } },
      template: {
        metadata: { labels: { app: "superlink" } },
        spec: {
          containers: [
            {
              name: "superlink",
              image: "flwr/superlink:1.32.0",
              args: ["--insecure"],
              ports: [{ containerPort: 9092 }],
            },
          ],
        },
      },
    },
  })
  expect(await succeeds("run", ...file(), "--yes")).toMatch(/1 of 1 SuperNodes verified/)
  expect(containerOf(await deployment("superlink")).image).toBe("flwr/superlink:1.32.0")
  expect(containerOf(await deployment("supernode-1")).image).toBe("docker.io/flwr/supernode:1.32.0")

  const blocked = await refused("run", "--flower-version", "1.34.0", "--yes")
  expect(blocked.code).toBe(1)
  expect(blocked.said).toMatch(
    /existed before and differs: image is flwr\/superlink:1\.32\.0, should be docker\.io\/flwr\/superlink:1\.34\.0/,
  )
  expect(blocked.said).toContain("--allow-restart")
  expect(containerOf(await deployment("superlink")).image).toBe("flwr/superlink:1.32.0")

  const allowed = await succeeds("run", "--flower-version", "1.34.0", "--allow-restart", "--yes")
  expect(allowed).toMatch(/1 of 1 SuperNodes verified/)
  expect(containerOf(await deployment("supernode-1")).image).toBe("docker.io/flwr/supernode:1.34.0")
  const updated = await deployment("superlink")
  expect(containerOf(updated).image).toBe("docker.io/flwr/superlink:1.34.0")
  expect(updated.metadata.labels?.["app.kubernetes.io/managed-by"]).toBeUndefined()
})

test("logging in by token, password and context", { timeout: 120_000 }, async () => {
  world = await startWorld({ supernodes: 2 })
  const [superlink, supernode] = world.practice.clusters
  const password = given("password", `${superlink!.admin.password}\n`)
  const { kubeconfig } = supernode!
  const context = parse(readFileSync(kubeconfig, "utf8"))["current-context"] as string
  const stdout = await succeeds(
    ...["step", "login", ...file()],
    ...["--superlink", `login=password,username=kubeadmin,password-file=${password}`],
    ...["--supernode", `name=supernode-1,login=context,context=${context},kubeconfig=${kubeconfig}`],
  )
  expect(stdout).toMatch(/superlink +login +applied +logged in as kube:admin/)
  expect(stdout).toMatch(/supernode-1 +login +applied +logged in as kube:admin/)
  expect(stdout).toMatch(/supernode-2 +login +applied +logged in as kube:admin/)
  expect(linesOf(world.journal(), "step ended").map(place).sort()).toEqual([
    "superlink/login",
    "supernode-1/login",
    "supernode-2/login",
  ])
})

test("plain Kubernetes, with Skupper's own controller", { timeout: 120_000 }, async () => {
  world = await startWorld({ supernodes: 1, openshift: false })
  expect(await succeeds("run", ...file(), "--yes")).toMatch(/1 of 1 SuperNodes verified/)
  for (const name of ["superlink", "supernode-1"]) {
    const deployed = await deployment(name)
    expectRestricted(deployed)
    // OpenShift sets a numeric user itself; plain Kubernetes does not.
    expect(deployed.spec.template.spec.securityContext.runAsUser).toBe(49999)
  }
})
