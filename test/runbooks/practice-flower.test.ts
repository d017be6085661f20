import { mkdtempSync } from "node:fs"
import { rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, test } from "vitest"
import { superlinkHere, supernodeHere } from "../../runbooks/practice-flower/arguments.ts"
import { startPrograms } from "../e2e/programs.ts"

/** Ports of this machine by what a container asked for; its paths under /here. */
const world = {
  serve: async (port: number, where = "pod") => (where === "pod" ? 20_000 : 40_000) + port,
  forward: async (address: string) => 30_000 + address.length,
  path: async (inside: string) => `/here${inside}`,
}
const superlink = async (version: string, args: string) =>
  (await superlinkHere(args.split(" ").filter(Boolean), version, world)).join(" ")
const supernode = async (version: string, args: string) =>
  (await supernodeHere(args.split(" "), version, world)).join(" ")

describe("a SuperLink's addresses become loopback ports", () => {
  test("up to 1.34: three of gRPC, given or not", async () => {
    expect(await superlink("1.34.0", "--insecure --control-api-address 0.0.0.0:7000")).toBe(
      "--insecure --fleet-api-address 127.0.0.1:29092 --control-api-address 127.0.0.1:27000 --serverappio-api-address 127.0.0.1:29091",
    )
  })

  test("1.36 and 1.38: the rest is HTTP in the pod's own loopback, where a port forward leads", async () => {
    expect(await superlink("1.36.0", "--insecure")).toBe(
      "--insecure --fleet-api-address 127.0.0.1:29092 --control-api-address 127.0.0.1:29093 --host 127.0.0.1 --port 48000",
    )
    expect(await superlink("1.38.0", "--insecure")).toBe(
      "--insecure --fleet-api-address 127.0.0.1:29092 --host 127.0.0.1 --port 48000",
    )
  })

  test("from 1.40: one, and only its pod reaches it where it is told to listen on loopback, or nothing", async () => {
    expect(await superlink("1.41.0", "--insecure --host 0.0.0.0 --port 9092")).toBe(
      "--insecure --host 127.0.0.1 --port 29092",
    )
    expect(await superlink("1.41.0", "--insecure")).toBe("--insecure --host 127.0.0.1 --port 48000")
    expect(await superlink("1.41.0", "--insecure --host 127.0.0.1 --port=9092")).toBe(
      "--insecure --host 127.0.0.1 --port 49092",
    )
  })

  test("health, certificates and databases", async () => {
    expect(
      await superlink(
        "1.34.0",
        "--ssl-certfile /app/certificates/tls.crt --database=/app/state/flwr.db --health-server-address 0.0.0.0:9099",
      ),
    ).toBe(
      "--ssl-certfile /here/app/certificates/tls.crt --database=/here/app/state/flwr.db --fleet-api-address 127.0.0.1:29092 " +
        "--control-api-address 127.0.0.1:29093 --serverappio-api-address 127.0.0.1:29091 --health-server-address 127.0.0.1:29099",
    )
    expect(await superlink("1.41.0", "--insecure --database :flwr-in-memory:")).toContain(
      "--database :flwr-in-memory:",
    )
  })
})

describe("a SuperNode's", () => {
  test("it dials through the path that the interconnect makes", async () => {
    expect(
      await supernode(
        "1.34.0",
        "--insecure --superlink fleet-api:9092 --clientappio-api-address 0.0.0.0:9094",
      ),
    ).toBe("--insecure --superlink 127.0.0.1:30014 --clientappio-api-address 127.0.0.1:29094")
    expect(await supernode("1.41.0", "--root-certificates /c/ca.crt --superlink=fleet-api:9092")).toBe(
      "--root-certificates /here/c/ca.crt --superlink 127.0.0.1:30014 --host 127.0.0.1 --port 49094",
    )
  })

  test("what is wrong stays wrong: argparse says so", async () => {
    expect(await supernode("1.41.0", "--insecure --clientappio-api-address 0.0.0.0:9094 --nosuch")).toBe(
      "--insecure --clientappio-api-address 0.0.0.0:9094 --nosuch --host 127.0.0.1 --port 49094",
    )
    expect(await supernode("1.34.0", "--insecure --clientappio-api-address here")).toContain(
      "--clientappio-api-address here",
    )
    expect(await supernode("1.41.0", "--insecure --port many")).toBe("--insecure --port many")
  })
})

describe("--flower", () => {
  const folder = mkdtempSync(join(tmpdir(), "flower flag_"))
  afterAll(() => rm(folder, { recursive: true }))
  const call = (...argv: string[]) => startPrograms(folder, folder, "none").call(argv)

  test("is for practice clusters", async () => {
    const { code, stderr } = await call("run", "--flower")
    expect(code).toBe(2)
    expect(stderr).toContain("--flower needs --practice")
    expect(stderr).toContain("next: flower-runbook run --practice --flower --yes")
  })

  test.each([[["run", "--practice", "--yes"]], [["practice"]]])(
    "without Python it ends before clusters start: %j",
    async (argv) => {
      const { code, stdout, stderr } = await call(...argv, "--flower")
      expect({ code, stdout }).toEqual({ code: 1, stdout: "" })
      expect(stderr).toContain("Flower's own programs require Python 3.11 or newer")
      expect(stderr).toContain("python3 is not on PATH")
    },
  )
})
