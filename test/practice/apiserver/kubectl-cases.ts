/** What the machine's own kubectl does with a server, practice or real; it has a home folder of its own. */
import { execFile, spawn } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:https"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { Cluster } from "../../../lib/cluster/types.ts"
import { skupperCrds } from "../../../lib/practice/skupper-crds.ts"
import type { CertificateAuthority } from "../../../lib/practice/types/apiserver.ts"
import { deployment, namespace } from "./harness.ts"

/** A server that kubectl talks to. */
export interface Setup {
  readonly url: string
  readonly ca: CertificateAuthority
  /** Of a user called `admin`, who may do all. */
  readonly token: string
  /** As the system: it also makes nodes. */
  readonly system: Cluster
  close(): Promise<unknown>
}

interface Result {
  code: number
  stdout: string
  stderr: string
}

const run = (args: string[], env: NodeJS.ProcessEnv): Promise<Result> =>
  new Promise((resolve) => {
    execFile("kubectl", args, { env, timeout: 20_000 }, (error, stdout, stderr) => {
      resolve({
        code: error === null ? 0 : typeof error.code === "number" ? error.code : 127,
        stdout,
        stderr,
      })
    })
  })

const there = (await run(["version", "--client"], process.env)).code === 0
if (!there) console.warn("kubectl is not on PATH: its tests are skipped")

export const kubectlCases = (start: () => Promise<Setup>): void => {
  describe.skipIf(!there)("kubectl", () => {
    let west: Setup
    let folder: string
    let env: NodeJS.ProcessEnv
    const kubectl = async (...args: string[]) => run(args, env)
    const good = async (...args: string[]) => {
      const result = await kubectl(...args)
      expect(result.stderr).toBe("")
      expect(result.code).toBe(0)
      return result.stdout
    }
    const file = (name: string, ...objects: object[]) => {
      const path = join(folder, name)
      writeFileSync(path, JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }))
      return path
    }
    const single = (name: string, object: object) => {
      const path = join(folder, name)
      writeFileSync(path, JSON.stringify(object))
      return path
    }

    beforeAll(async () => {
      west = await start()
      folder = mkdtempSync(join(tmpdir(), "kubectl-"))
      const config = join(folder, "config")
      env = { PATH: process.env.PATH, HOME: folder, KUBECONFIG: config }
      const ca = Buffer.from(west.ca.certificate).toString("base64")
      const kubeconfig = {
        apiVersion: "v1",
        kind: "Config",
        clusters: [{ name: "c", cluster: { server: west.url, "certificate-authority-data": ca } }],
        users: [{ name: "u", user: { token: west.token } }],
        contexts: [{ name: "x", context: { cluster: "c", user: "u", namespace: "p" } }],
        "current-context": "x",
      }
      writeFileSync(config, JSON.stringify(kubeconfig), { mode: 0o600 })
      await west.system.create(namespace("p"))
    })
    afterAll(async () => {
      await west.close()
      rmSync(folder, { recursive: true, force: true })
    })

    test("typed creates, which send protobuf", async () => {
      expect(await good("create", "namespace", "typed")).toBe("namespace/typed created\n")
      expect(await good("create", "configmap", "cm", "--from-literal=a=b")).toBe("configmap/cm created\n")
      await good("create", "secret", "generic", "s", "--from-literal=k=v")
      await good("create", "deployment", "typed", "--image=x:1", "--replicas=3", "--port=80")
      await good("create", "rolebinding", "rb", "--clusterrole=edit", "--user=bob")
      await good("create", "service", "clusterip", "svc", "--tcp=80:8080")
      expect(await good("get", "cm", "cm", "-o", "jsonpath={.data.a}")).toBe("b")
      expect(await good("get", "secret", "s", "-o", "jsonpath={.data.k} {.type}")).toBe("dg== Opaque")
      const path =
        "{.spec.replicas} {.spec.template.spec.containers[0].image} {.spec.selector.matchLabels.app}"
      expect(await good("get", "deploy", "typed", "-o", `jsonpath=${path}`)).toBe("3 x:1 typed")
      expect(await good("get", "svc", "svc", "-o", "jsonpath={.spec.ports[0].targetPort}")).toBe("8080")
      await good("create", "service", "clusterip", "named", "--tcp=80:web")
      expect(await good("get", "svc", "named", "-o", "jsonpath={.spec.ports[0].targetPort}")).toBe("web")
      expect(await good("get", "rolebinding", "rb", "-o", "jsonpath={.subjects[0].name}")).toBe("bob")
      expect(await good("auth", "whoami", "-o", "jsonpath={.status.userInfo.username}")).toBe("admin")
      expect(await good("auth", "can-i", "create", "pods")).toBe("yes\n")
      const again = await kubectl("create", "configmap", "cm")
      expect(again.stderr).toContain('configmaps "cm" already exists')
    })

    test("create, wait, get by short name, delete", async () => {
      await good("create", "-f", file("crds.json", ...skupperCrds()))
      await good("wait", "--for=condition=Established", "crd", "--all")
      const site = { apiVersion: "skupper.io/v2alpha1", kind: "Site", metadata: { name: "west" }, spec: {} }
      expect(await good("create", "-f", single("site.json", site))).toBe("site.skupper.io/west created\n")
      expect(await good("get", "st", "-o", "name")).toBe("site.skupper.io/west\n")
      expect(await good("delete", "st", "west")).toBe('site.skupper.io "west" deleted\n')
      expect((await kubectl("get", "st", "west")).stderr).toBe(
        'Error from server (NotFound): sites.skupper.io "west" not found\n',
      )
    })

    test("apply, client-side and server-side", async () => {
      const one = [{ name: "app", image: "x:1", env: [{ name: "A", value: "1" }] }]
      const two = [{ name: "app", image: "x:2", env: [{ name: "B", value: "2" }] }]
      const image =
        "jsonpath={.spec.template.spec.containers[0].image} {.spec.template.spec.containers[0].env}"
      expect(await good("apply", "-f", single("a.json", deployment("web", one)))).toBe(
        "deployment.apps/web created\n",
      )
      expect(await good("apply", "-f", single("a.json", deployment("web", one)))).toBe(
        "deployment.apps/web unchanged\n",
      )
      expect(await good("apply", "-f", single("a.json", deployment("web", two)))).toBe(
        "deployment.apps/web configured\n",
      )
      expect(await good("get", "deploy", "web", "-o", image)).toBe('x:2 [{"name":"B","value":"2"}]')
      const server = (path: string, ...more: string[]) =>
        kubectl("apply", "--server-side", ...more, "-f", path)
      await server(single("s.json", deployment("ssa", one)), "--field-manager=first")
      const clash = await server(single("s.json", deployment("ssa", two)), "--field-manager=second")
      expect(clash.code).toBe(1)
      expect(clash.stderr).toContain(
        'conflict with "first": .spec.template.spec.containers[name="app"].image',
      )
      const forced = await server(
        single("s.json", deployment("ssa", two)),
        "--field-manager=second",
        "--force-conflicts",
      )
      expect(forced.stdout).toBe("deployment.apps/ssa serverside-applied\n")
      const migrated = await server(single("a.json", deployment("web", one)), "--force-conflicts")
      expect(migrated.code).toBe(0)
      expect(await good("get", "deploy", "web", "-o", image)).toBe('x:1 [{"name":"A","value":"1"}]')
    })

    test("label, annotate, patch, scale", async () => {
      await good("create", "configmap", "marked")
      await good("label", "cm", "marked", "a=b")
      await good("annotate", "cm", "marked", "c=d")
      await good("patch", "cm", "marked", "--type=merge", "-p", '{"data":{"x":"1"}}')
      await good("patch", "cm", "marked", "--type=json", "-p", '[{"op":"add","path":"/data/y","value":"2"}]')
      await good("patch", "cm", "marked", "-p", '{"data":{"x":null}}')
      const shown = "jsonpath={.metadata.labels.a} {.metadata.annotations.c} {.data}"
      expect(await good("get", "cm", "marked", "-o", shown)).toBe('b d {"y":"2"}')
      expect(await good("get", "cm", "-l", "a in (b),!z", "-o", "name")).toBe("configmap/marked\n")
      await good("create", "deployment", "scaled", "--image=x")
      await good("scale", "deploy", "scaled", "--replicas=4")
      expect(await good("get", "deploy", "scaled", "-o", "jsonpath={.spec.replicas}")).toBe("4")
    })

    test("get -w tells of what happens", async () => {
      const child = spawn(
        "kubectl",
        ["get", "cm", "-w", "--output-watch-events", "-o", "json", "-l", "watched"],
        { env },
      )
      try {
        const events = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
        const until = async (text: string) => {
          for (;;) {
            const { value, done } = await events.next()
            if (done) throw new Error("kubectl ended")
            if (value.includes(text)) return
          }
        }
        await good("create", "configmap", "seen")
        await good("label", "cm", "seen", "watched=yes")
        await until("ADDED")
        await good("label", "cm", "seen", "watched-")
        await until("DELETED")
      } finally {
        child.kill()
      }
    })

    test("logs come from the node's kubelet", async () => {
      const { certificate: cert, key } = await west.ca.issue("kubelet", {
        hosts: ["127.0.0.1"],
        server: true,
      })
      const kubelet = createServer({ cert, key }, (_, response) => response.end("hello from the pod\n"))
      await new Promise<void>((resolve) => kubelet.listen(0, "127.0.0.1", resolve))
      try {
        const { port: Port } = kubelet.address() as AddressInfo
        const status = {
          addresses: [{ type: "InternalIP", address: "127.0.0.1" }],
          daemonEndpoints: { kubeletEndpoint: { Port } },
        }
        await west.system.create({
          apiVersion: "v1",
          kind: "Node",
          metadata: { name: "n" },
          status,
        })
        const spec = { containers: [{ name: "app", image: "x" }], nodeName: "n" }
        const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "talks" }, spec }
        await west.system.create({ ...pod, metadata: { ...pod.metadata, namespace: "p" } })
        expect(await good("logs", "talks")).toBe("hello from the pod\n")
      } finally {
        kubelet.closeAllConnections()
        kubelet.close()
      }
    })

    test("a deleted namespace is waited for", async () => {
      await good("create", "namespace", "short-lived")
      await good("create", "configmap", "a", "-n", "short-lived")
      expect(await good("delete", "namespace", "short-lived")).toBe('namespace "short-lived" deleted\n')
      expect((await kubectl("get", "cm", "a", "-n", "short-lived")).code).toBe(1)
    })
  })
}
