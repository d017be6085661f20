/**
 * `security: hardened` with real Flower, 1 + 3, from the guide's federation to the teardown: what a security officer wants to have seen. One federation for
 * all, because making one takes minutes.
 */
import { execFile } from "node:child_process"
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { KubeObject } from "../../../lib/cluster/types.ts"
import { findEnvironment, QUIET } from "../../../runbooks/flower/environment.ts"
import { familyOf } from "../../../runbooks/flower/flower-versions.ts"
import { certificatesIn, daysLeft, privateKeyIn, rootOf } from "../../../runbooks/security/certificate.ts"
import { issueServer } from "../../../runbooks/security/issue.ts"
import { snippetPath } from "../../../runbooks/shared/snippet.ts"
import { flat } from "../../e2e/harness.ts"
import { cannot, type FlowerWorld, programsOf, projectOf, startFlowerWorld } from "./world.ts"

const HARDENED = ["--security", "hardened"]
const SUPERNODES = ["supernode-1", "supernode-2", "supernode-3"]
/** More than the steps need that come before a restart. */
const ROUNDS = 6

/** Declares the tests for a version. */
export function holdTo(version: string): void {
  describe.skipIf(cannot !== undefined)(`Flower ${version}, security hardened, 1 + 3`, () => {
    let world: FlowerWorld
    let ids: string[]
    beforeAll(async () => {
      world = await startFlowerWorld(version, SUPERNODES.length)
      symlinkSync("/usr/bin/ssh-keygen", join(world.folder, "bin", "ssh-keygen"))
    })
    afterAll(() => world?.close())

    // The proof of an earlier run is remembered.
    const run = async (...more: string[]) =>
      flat((await world.ends(0, "run", "--yes", "--proof", "log", ...HARDENED, ...more)).stdout)
    const proveByRun = async () =>
      flat((await world.ends(0, "run", "--yes", "--proof", "run", ...HARDENED)).stdout)
    const text = async (site: string, name: string, key: string): Promise<string> => {
      const ref = { apiVersion: "v1", kind: "Secret", name, namespace: projectOf(site) }
      return Buffer.from((await world.cluster(site).get(ref))?.data?.[key] ?? "", "base64").toString()
    }
    const served = async () => certificatesIn(await text("superlink", "superlink-tls", "tls.crt"))
    const roots = async (site: string) =>
      certificatesIn(await text(site, "flower-root-certificates", "ca.crt"))
    const log = async (site: string) =>
      world.cluster(site).log({
        namespace: projectOf(site),
        pod: (await world.pod(site)).metadata.name,
        container: site === "superlink" ? "superlink" : "supernode",
      })
    /** The SuperLink's Secret gets a certificate of the same CA that ends in ten days. */
    const expireSoon = async (): Promise<void> => {
      const [certificate, key] = await Promise.all(
        ["tls.crt", "tls.key"].map((file) => text("superlink", "superlink-ca", file)),
      )
      const [current] = await served()
      const hosts = current!.subjectAltName!.split(", ").map((one) => one.replace(/^(?:DNS|IP Address):/, ""))
      const pair = await issueServer({ certificate: certificate!, key: privateKeyIn(key!)! }, hosts, 10)
      await world
        .cluster("superlink")
        .merge(
          { apiVersion: "v1", kind: "Secret", name: "superlink-tls", namespace: projectOf("superlink") },
          { stringData: { "tls.crt": pair.certificate, "tls.key": pair.key } },
        )
    }
    const uid = async (site: string) => (await world.pod(site)).metadata.uid
    const currentIds = () => Promise.all(SUPERNODES.map((site) => world.id(site)))
    const statusIn = (pod: KubeObject | undefined, container: string) =>
      pod?.status?.containerStatuses?.find(({ name }: { name: string }) => name === container)
    const isReady = (pod: KubeObject): boolean =>
      pod.status?.containerStatuses?.every(({ ready }: { ready: boolean }) => ready) === true

    /** Calls the Control API as whoever submits apps does. */
    async function flwr(...args: string[]) {
      const { ports } = familyOf(version)
      const port = ports.control ?? ports.fleet
      const { name } = (await world.pod("superlink")).metadata
      const forward = await world
        .cluster("superlink")
        .forward({ namespace: projectOf("superlink"), pod: name, port })
      const home = join(world.folder, "own-flwr")
      mkdirSync(home, { recursive: true })
      writeFileSync(join(home, "ca.crt"), await text("superlink", "superlink-tls", "ca.crt"))
      const lab = `address = "127.0.0.1:${forward.port}"\nroot-certificates = "${join(home, "ca.crt")}"\n`
      writeFileSync(join(home, "config.toml"), `[superlink]\ndefault = "lab"\n\n[superlink.lab]\n${lab}`)
      try {
        const { stdout } = await promisify(execFile)(
          join((await findEnvironment(version))!, "flwr"),
          [...args, "--format", "json"],
          { env: { ...QUIET, HOME: home, FLWR_HOME: home, PYTHONDONTWRITEBYTECODE: "1" } },
        )
        // Ids are beyond 2^53.
        return JSON.parse(stdout.slice(stdout.indexOf("{")).replace(/("[a-z]+-id":\s*)(\d+)/g, '$1"$2"'))
      } finally {
        await forward.close()
      }
    }
    const startRun = async (): Promise<string> => {
      const settings = `rounds=${ROUNDS} nodes="${ids.join(",")}"`
      const answer = await flwr("run", snippetPath("proof-app")!, "lab", "--run-config", settings)
      expect(answer).toMatchObject({ success: true })
      return String(answer["run-id"])
    }
    const statusOf = async (id: string): Promise<string> =>
      (await flwr("list", "lab", "--run-id", id)).runs[0].status

    /** The whole notebook again: nothing to do, under the same ids, and without an activation in the SuperLink's log. */
    const holds = async (): Promise<void> => {
      const stdout = await run()
      for (const id of ids) expect(stdout).toContain(`node ${id} active`)
      expect(await currentIds()).toEqual(ids)
    }
    const newPod = (before: string | undefined) =>
      world.waitFor(
        "superlink",
        async (reader) => {
          const namespace = projectOf("superlink")
          const pods = await reader.list({
            apiVersion: "v1",
            kind: "Pod",
            namespace,
            labels: "app=superlink",
          })
          return pods.find((pod) => pod.metadata.uid !== before && isReady(pod))
        },
        180,
      )

    test("first as the guide makes it: open", async () => {
      const { stdout } = await world.ends(0, "run", "--yes")
      expect(flat(stdout)).toContain("3 of 3 SuperNodes verified")
      expect(await log("superlink")).toContain("--insecure")
    })

    test("then hardened: three rounds with all three SuperNodes, every row on", async () => {
      const stdout = await proveByRun()
      for (const round of [1, 2, 3]) expect(stdout).toContain(`round ${round}: 3 of 3 SuperNodes`)
      ids = await currentIds()
      for (const [index, site] of SUPERNODES.entries())
        expect(stdout).toContain(`node ${ids[index]} is registered as ${site}`)
      const started = await log("superlink")
      expect(started).not.toContain("--insecure")
      expect(started).not.toContain("SuperNode authentication is disabled")
      for (const site of ["superlink", ...SUPERNODES]) {
        const pod = await world.pod(site)
        expect(isReady(pod)).toBe(true)
      }
      const again = await world.ends(0, "plan", "--exit-code", "--proof", "run", ...HARDENED)
      expect(flat(again.stdout)).toMatch(/the certificate expires in 36[45] days/)
    })

    test("nothing is written outside the volumes: a read-only root file system suffices", async () => {
      for (const site of ["superlink", ...SUPERNODES]) {
        const homes = programsOf(await world.pod(site)).flatMap(
          (pid) => /(?:^|\0)HOME=([^\0]*)/.exec(readFileSync(`/proc/${pid}/environ`, "utf8"))?.[1] ?? [],
        )
        expect(homes.length).toBeGreaterThan(0)
        const files = readdirSync(homes[0]!, { recursive: true, withFileTypes: true })
        expect(files.filter((one) => one.isFile()).map(({ name }) => name)).toEqual([])
      }
    })

    test("the certificate is renewed during a run: the run finishes first, and no SuperNode is restarted", async () => {
      const [before] = await served()
      const pods = await Promise.all(["superlink", ...SUPERNODES].map(uid))
      const id = await startRun()
      await expireSoon()
      const stdout = await run("--to", "deploy-superlink")
      expect(stdout).toContain(`run ${id} is in progress; Deployment superlink is restarted after that`)
      expect(await statusOf(id)).toBe("finished:completed")
      const [renewed] = await served()
      expect(renewed!.fingerprint256).not.toBe(before!.fingerprint256)
      expect(daysLeft(renewed!, Date.now())).toBeGreaterThan(360)
      const after = await Promise.all(["superlink", ...SUPERNODES].map(uid))
      expect(after[0]).not.toBe(pods[0])
      expect(after.slice(1)).toEqual(pods.slice(1))
      await holds()
    })

    test("the CA is replaced during a run: it finishes, every SuperNode is verified after each of three runs", async () => {
      const old = (await roots("supernode-1"))[0]!
      await world.ends(0, "step", "certificates", "--rerun", "--yes", ...HARDENED)
      const id = await startRun()
      const first = await run()
      expect(first).toContain(`run ${id} is in progress; Deployment supernode-1 is restarted after that`)
      expect(await statusOf(id)).toBe("finished:completed")
      const counts = [(await roots("supernode-2")).length]
      for (let round = 2; round <= 3; round++) {
        expect(await run()).toContain("3 of 3 SuperNodes verified")
        counts.push((await roots("supernode-2")).length)
      }
      expect(counts).toEqual([2, 2, 1])
      expect(rootOf(await served(), [old])).toBeUndefined()
      expect(rootOf(await served(), await roots("supernode-1"))).toBeDefined()
      expect(await currentIds()).toEqual(ids)
    })

    test("a SuperLink that hangs is not ready, and is again once it goes on", async () => {
      const pod = await world.pod("superlink")
      const ready = (wanted: boolean) =>
        world.waitFor(
          "superlink",
          async (reader) => {
            const { name, namespace = "" } = pod.metadata
            const found = await reader.get({ apiVersion: "v1", kind: "Pod", name, namespace })
            return statusIn(found, "superlink")?.ready === wanted || undefined
          },
          90,
        )
      const pids = programsOf(pod)
      for (const pid of pids) process.kill(pid, "SIGSTOP")
      try {
        await ready(false)
      } finally {
        for (const pid of pids) process.kill(pid, "SIGCONT")
      }
      await ready(true)
    })

    test("killed: its containers start again, and the nodes are the same", async () => {
      const before = await world.pod("superlink")
      const count = statusIn(before, "superlink").restartCount
      for (const pid of programsOf(before)) process.kill(pid, "SIGKILL")
      await world.waitFor(
        "superlink",
        async (reader) => {
          const { name, namespace = "" } = before.metadata
          const pod = await reader.get({ apiVersion: "v1", kind: "Pod", name, namespace })
          return (pod && statusIn(pod, "superlink").restartCount > count && isReady(pod)) || undefined
        },
        180,
      )
      await holds()
      expect(await log("superlink")).not.toContain("Activated node_id")
    })

    test("restarted: its pod is another one, and the nodes are the same", async () => {
      const before = await uid("superlink")
      await world.ends(0, "step", "deploy-superlink", "--rerun", "--yes", ...HARDENED)
      await newPod(before)
      await holds()
      expect(await log("superlink")).not.toContain("Activated node_id")
    })

    test("drained: it is evicted, and the nodes are the same", async () => {
      const { name, namespace = "", uid: before } = (await world.pod("superlink")).metadata
      await world.cluster("superlink").post(`/api/v1/namespaces/${namespace}/pods/${name}/eviction`, {
        apiVersion: "policy/v1",
        kind: "Eviction",
        metadata: { name, namespace },
      })
      await newPod(before)
      await holds()
      expect(await log("superlink")).not.toContain("Activated node_id")
    })

    test("after all that a federated run finishes, and strangers are refused", async () => {
      expect(await proveByRun()).toMatch(/run \d+ completed/)
      const refused = ["step", "verify", "--site", "supernode-1", "--proof", "refused", "--yes"]
      const { stdout } = await world.ends(0, ...refused, ...HARDENED)
      expect(flat(stdout)).toMatch(/a SuperNode without a key is refused/)
    })

    test("a teardown leaves no key, no Secret and nothing else of ours", async () => {
      await world.ends(0, "teardown", "--yes", ...HARDENED)
      for (const site of ["superlink", ...SUPERNODES])
        for (const [apiVersion, kind] of [
          ["v1", "Secret"],
          ["v1", "ConfigMap"],
          ["v1", "PersistentVolumeClaim"],
          ["v1", "ServiceAccount"],
          ["apps/v1", "Deployment"],
          ["networking.k8s.io/v1", "NetworkPolicy"],
        ] as const) {
          const found = await world.cluster(site).list({ apiVersion, kind, namespace: projectOf(site) })
          const own = found.filter(
            ({ metadata }) => metadata.labels?.["flower-runbook/federation"] !== undefined,
          )
          expect(own.map(({ metadata }) => `${site}: ${kind} ${metadata.name}`)).toEqual([])
          if (kind !== "Secret") continue
          const keys = found.filter(({ data = {} }) => data["ssh-privatekey"] ?? data["tls.key"])
          expect(keys.map(({ metadata }) => `${site}: ${metadata.name}`)).toEqual([])
        }
      const kept = readdirSync(world.state, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
      expect(kept.join("\n")).not.toContain("PRIVATE KEY")
    })
  })
}
