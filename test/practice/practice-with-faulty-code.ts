/**
 * Practice with images whose code fails in every way that nothing catches, and with objects that older controllers did not
 * survive. Prints how each container ended, then that practice still answers.
 */
import { request } from "node:https"
import { setTimeout as pause } from "node:timers/promises"
import { openCluster } from "../../lib/cluster/index.ts"
import type { KubeObject } from "../../lib/cluster/types.ts"
import { startPractice } from "../../lib/practice/practice.ts"
import type { PracticeContainer } from "../../lib/practice/types/images.ts"

const fail = (how: string) => {
  throw new Error(`fails ${how}`)
}

/** By the last part of the image's name. */
const WAYS: Readonly<Record<string, (container: PracticeContainer) => void | (() => void)>> = {
  "at-once": () => fail("at once"),
  "in-timer": () => void setTimeout(() => fail("in a timer"), 1),
  "in-promise": () => void pause(1).then(() => fail("in a promise")),
  "in-dial": (container) => {
    container.listen(80, "service")
    container.ready()
    container.dial("in-dial:80", { open: () => fail("in dial"), lost() {} })
  },
  "in-end": (container) => {
    container.ready()
    return () => fail("in its end")
  },
}

const folder = process.argv[2]!
const practice = await startPractice({
  sites: [{ name: "one", role: "one" }],
  values: () => ({}),
  federation: "f",
  folder,
  delays: "none",
  openshift: false,
  images: [
    {
      image: /example\//,
      start: (container) => WAYS[container.pod.name]?.(container) ?? undefined,
    },
  ],
})
const [one] = practice.clusters
const cluster = openCluster({ fieldManager: "test", kubeconfig: one!.kubeconfig })
const ref = (name: string) => ({ apiVersion: "v1", kind: "Pod", name, namespace: "default" })
const pod = (name: string, spec: object = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "default", labels: { app: name } },
  spec: { restartPolicy: "Never", containers: [{ name: "c", image: "example/c:1" }], ...spec },
})
await cluster.create({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "in-dial", namespace: "default" },
  spec: { selector: { app: "in-dial" }, ports: [{ port: 80 }] },
})
const never = new AbortController().signal
for (const name of Object.keys(WAYS)) {
  await cluster.create(pod(name))
  const { reader, changed, close } = cluster.observe()
  const ended = async () => {
    const { phase } = (await reader.get(ref(name)))?.status ?? {}
    return name === "in-end" ? phase === "Running" : phase === "Failed"
  }
  while (!(await ended())) await changed(never)
  close()
  if (name === "in-end") {
    await cluster.remove(ref(name))
    console.log(`${name}: deleted`)
    continue
  }
  const { status } = (await cluster.get(ref(name)))!
  const text = await cluster.log({ namespace: "default", pod: name })
  console.log(`${name}: ${status.containerStatuses[0].state.terminated.exitCode} ${text.split("\n")[0]}`)
}
// A legal grace that no timer can wait.
await cluster.create(pod("large", { terminationGracePeriodSeconds: 9_000_000_000_000 }))
const { reader, changed, close } = cluster.observe()
while ((await reader.get(ref("large")))?.status?.phase !== "Running") await changed(never)
await cluster.remove(ref("large"))
while ((await reader.get(ref("large"))) !== undefined) await changed(never)
close()
console.log("large: deleted")
// Requests that no client makes, to the API server and to the kubelet.
const node = (await cluster.get({ apiVersion: "v1", kind: "Node", name: "practice-node" }))!
const { Port } = node.status.daemonEndpoints.kubeletEndpoint
for (const port of [one!.server.port, Port as number])
  for (const path of ["/%zz", "/containerLogs/%zz/%zz/%zz", "/api/v1/namespaces/%zz/pods", "//", "*"])
    await new Promise((resolve, reject) => {
      const options = { host: "127.0.0.1", port, path, rejectUnauthorized: false }
      request(options, (answer) => answer.resume().on("end", resolve))
        .on("error", reject)
        .end()
    })
await cluster.create(pod("last"))
console.log("lives")
await cluster.close()
await practice.close()
