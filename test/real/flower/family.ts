/** The whole notebook on real Flower, and the trouble that real Flower makes: the guide's family, and the one of one HTTP port. */
import { readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { KubeObject } from "../../../lib/cluster/types.ts"
import { flat } from "../../e2e/harness.ts"
import { CACHE, cannot, type FlowerWorld, programsOf, startFlowerWorld } from "./world.ts"

const RUN = ["run", "--yes", "--proof", "run"]
const SUPERNODES = ["supernode-1", "supernode-2", "supernode-3"]

/** Declares the tests for a version. Each has a file of its own, so that two run side by side: they wait more than they work. */
export function holdTo(version: string): void {
  describe.skipIf(cannot !== undefined)(`Flower ${version}`, () => {
    let world: FlowerWorld
    beforeAll(async () => {
      world = await startFlowerWorld(version, SUPERNODES.length)
    })
    afterAll(() => world?.close())

    let killed: string | undefined

    const ids = () => Promise.all(SUPERNODES.map((site) => world.id(site)))
    const remove = async (site: string): Promise<void> => {
      const { apiVersion, kind, metadata } = { ...(await world.pod(site)), apiVersion: "v1", kind: "Pod" }
      await world
        .cluster(site)
        .remove({ apiVersion, kind, name: metadata.name, namespace: metadata.namespace! })
    }
    const startedAt = (pod: KubeObject) => pod.status?.containerStatuses?.[0]?.state?.running?.startedAt
    const verify = (code: number, ...more: string[]) => world.ends(code, "step", "verify", ...more)

    test("from nothing to a federated run over every SuperNode", async () => {
      // Killed while the app runs, the program follows that run again.
      const first = world.start(
        [...RUN, "--federation", world.practice.federationFile, "--flower-version", version],
        {
          env: CACHE,
        },
      )
      await world.line((line) => line.type === "note" && / of the proof app was submitted/.test(line.text))
      first.kill("SIGKILL")
      await first.ended
      const { stdout } = await world.ends(0, ...RUN)
      expect(stdout).toMatch(/run \d+ is already in progress: waiting for its end/)
      for (const round of [1, 2, 3]) expect(stdout).toContain(`round ${round}: 3 of 3 SuperNodes, mean 0.`)
      for (const id of await ids()) expect(stdout).toMatch(new RegExp(`node ${id} online`))
      const record = join(world.state, "proof.json")
      expect(statSync(record).mode & 0o777).toBe(0o600)
      const { run, nodes } = JSON.parse(readFileSync(record, "utf8"))
      expect(nodes).toEqual((await ids()).sort())
      const log = await world.log("superlink")
      expect(log).toContain(`run ${run}`)
      for (const id of nodes) {
        expect(log.split(`Push replies from node_id=${id}`).length - 1).toBeGreaterThanOrEqual(3)
      }
      // What was proven is not run again.
      const again = await world.ends(0, ...RUN)
      expect(again.stdout).toMatch(
        /verify-federation\s+unchanged\s+3 of 3 SuperNodes verified; run \d+ completed/,
      )
      expect(await world.log("superlink")).not.toMatch(new RegExp(`Created run (?!${run})`))
      expect(readdirSync(join(world.state, "flwr"))).toEqual([])
    })

    test("SuperNodes of another version are refused before anything is done", async () => {
      const image = `name=supernode-1,image=flwr/supernode:${version === "1.34.0" ? "1.41.0" : "1.34.0"}`
      const { stderr } = await world.ends(2, "run", "--yes", "--supernode", image)
      expect(flat(stderr)).toContain("SuperLink and SuperNodes must run the same")
    })

    test("a restarted SuperNode has a new id, which the run does not prove", async () => {
      const before = await world.id("supernode-1")
      await remove("supernode-1")
      await expect.poll(() => world.id("supernode-1"), { timeout: 60_000 }).not.toBe(before)
      expect(await world.log("superlink")).toContain(`[Fleet.DeactivateNode] Deactivated node_id=${before}`)
      const { stdout } = await world.ends(5, "plan", "--proof", "run", "--exit-code")
      expect(flat(stdout)).toContain("no federated run with exactly these SuperNodes yet")
    })

    test("a restarted SuperLink has forgotten its SuperNodes: they exit and register with new ids", async () => {
      const [before, starts] = [await ids(), await Promise.all(SUPERNODES.map(world.pod))]
      await remove("superlink")
      const { stdout } = await verify(0, "--proof", "list")
      const after = await ids()
      for (const [index, site] of SUPERNODES.entries()) {
        expect(after[index]).not.toBe(before[index])
        expect(stdout).toContain(`node ${after[index]} online`)
        const pod = await world.pod(site)
        expect(pod.metadata.uid).toBe(starts[index]!.metadata.uid)
        expect(startedAt(pod)).not.toBe(startedAt(starts[index]!))
        expect(await world.log(site, true)).toContain("SuperNode terminated gracefully.")
      }
    })

    test("a link that goes down takes the SuperLink away, and brings it back under the same id", async () => {
      const before = await world.id("supernode-2")
      world.practice.faults.set([{ where: "link", what: "down", cluster: "supernode-2" }])
      await world.waitFor("supernode-2", async (reader) => {
        const { name, namespace = "" } = (await world.pod("supernode-2")).metadata
        const log = await reader.log({ namespace, pod: name })
        return /Connection attempt failed/.test(log.slice(log.lastIndexOf("SuperNode ID"))) || undefined
      })
      const down = await verify(1, "--site", "supernode-2", "--timeout", "4s")
      expect(flat(down.stdout)).toMatch(
        /skipped at supernode-2: supernode-2\/link-status was not selected and .*: Not operational/,
      )
      world.practice.faults.set([])
      await verify(0, "--site", "supernode-2", "--proof", "list")
      await world.waitFor("supernode-2", async (reader) => {
        const { name, namespace = "" } = (await world.pod("supernode-2")).metadata
        return /Connection successful after/.test(await reader.log({ namespace, pod: name })) || undefined
      })
      expect(await world.id("supernode-2")).toBe(before)
    })

    test("a SuperNode that is killed: its container is restarted, and the SuperLink does not notice its end", async () => {
      const before = await world.id("supernode-3")
      killed = before
      for (const pid of programsOf(await world.pod("supernode-3"))) process.kill(pid, "SIGKILL")
      await expect.poll(() => world.id("supernode-3"), { timeout: 60_000 }).not.toBe(before)
      await verify(0, "--site", "supernode-3", "--proof", "list")
      const { status } = (await world.pod("supernode-3")) as {
        status?: { containerStatuses?: { lastState?: { terminated?: object } }[] }
      }
      expect(status?.containerStatuses?.[0]?.lastState?.terminated).toMatchObject({ exitCode: 137 })
      expect(await world.log("superlink")).not.toContain(`Deactivated node_id=${before}`)
      expect((await world.listed()).get(before)).toBe("online")
    })

    // Heartbeats are the same in both families, and it takes a minute.
    test.runIf(version === "1.34.0")(
      "a SuperNode that hangs: the list says that it is not there, and the log that it has stopped calling",
      async () => {
        const id = await world.id("supernode-1")
        const group = programsOf(await world.pod("supernode-1"))
        for (const pid of group) process.kill(pid, "SIGSTOP")
        try {
          // Two heartbeats of 30 s are missed.
          const listed = async () =>
            flat(
              (await world.ends(5, "plan", "--proof", "list", "--exit-code", "--site", "supernode-1")).stdout,
            )
          await expect
            .poll(listed, { timeout: 120_000, interval: 5000 })
            .toContain(`the SuperLink lists node ${id} as offline`)
          // It has to be silent for a minute: the list may have noticed before.
          const logged = async () =>
            flat(
              (await world.ends(5, "plan", "--proof", "log", "--exit-code", "--site", "supernode-1")).stdout,
            )
          await expect
            .poll(logged, { timeout: 120_000, interval: 5000 })
            .toMatch(/node \d+ called the SuperLink every 3 s, and has not called for \d+ s/)
          expect((await world.listed()).get(killed!)).toBe("offline")
        } finally {
          for (const pid of group) process.kill(pid, "SIGCONT")
        }
        const { stdout } = await verify(0, "--site", "supernode-1", "--proof", "list")
        expect(stdout).toContain(`node ${id} online`)
      },
    )
  })
}
