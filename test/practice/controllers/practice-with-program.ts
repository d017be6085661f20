/** Practice with one pod whose program and its children hold on; prints the container's id once all of them run. */
import { openCluster } from "../../../lib/cluster/index.ts"
import { startPractice } from "../../../lib/practice/practice.ts"

const SCRIPT = `(trap '' TERM; sleep 300) &
setsid sh -c "trap '' TERM HUP INT; sleep 300; :" &
trap 'sleep 0.5; echo bye >$FILE; exit 0' TERM
trap '' HUP INT
echo up
while :; do sleep 0.02; done`

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
      image: /example\/holds-on/,
      start(container) {
        const env = { PATH: process.env.PATH ?? "", FILE: `${folder}/bye` }
        container.run({ command: "/bin/sh", args: ["-c", SCRIPT], env })
        container.ready()
      },
    },
  ],
})
// Before anything is printed: whoever reads it may end us at once.
process.once("SIGTERM", async () => {
  await practice.close()
  process.exit()
})
const cluster = openCluster({ fieldManager: "test", kubeconfig: practice.clusters[0]!.kubeconfig })
const pod = { namespace: "default", pod: "one" }
await cluster.create({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: pod.pod, namespace: pod.namespace },
  spec: { containers: [{ name: "one", image: "example/holds-on:1" }] },
})
const { reader, changed, close } = cluster.observe()
const text = () => reader.log(pod).catch(() => "")
while (!(await text()).includes("up")) await changed(new AbortController().signal)
close()
const { status } = (await cluster.get({
  apiVersion: "v1",
  kind: "Pod",
  name: pod.pod,
  namespace: pod.namespace,
}))!
console.log(status.containerStatuses[0].containerID.slice("cri-o://".length))
await cluster.close()
