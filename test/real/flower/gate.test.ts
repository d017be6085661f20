/** The gate against whoever reaches it: nginx with the pod's configuration before a real SuperLink. */
import { once } from "node:events"
import { existsSync, readFileSync } from "node:fs"
import { connect } from "node:net"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import {
  ATTACKER,
  cannotGate,
  exchange,
  type GatedSuperlink,
  startGatedSuperlink,
  statusesOf,
} from "./gate.ts"
import {
  type Attack,
  onDisguises,
  onHeaders,
  onLengths,
  onPaths,
  onRequestLines,
  SMUGGLED,
} from "./gate-attacks.ts"

/** How nginx refuses. 415 and 404 are the SuperLink's own answers, of its Fleet API. */
const REFUSED = [400, 403, 405, 413, 414, 431, 501, 505]
const FLEET = [404, 415]
const AT_ONCE = 12

/** Both ends of what is supported, and both ways to serve: the configuration is the same for all. */
const CASES = [
  { version: "1.42.0", tls: true },
  { version: "1.40.0", tls: false },
]

describe.skipIf(cannotGate !== undefined).each(CASES)("Flower $version, TLS $tls", ({ version, tls }) => {
  let gated: GatedSuperlink
  let others: string[]
  beforeAll(async () => {
    gated = await startGatedSuperlink(version, tls)
    const bytes = "GET /openapi.json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    const answer = await exchange(await gated.open(gated.inside), bytes)
    const { paths } = JSON.parse(answer.slice(answer.indexOf("\r\n\r\n")))
    const known = Object.keys(paths).filter((path) => !path.startsWith("/v1/fleet/") && path !== "/health")
    others = [...known, "/", "/openapi.json", "/docs", "/docs/oauth2-redirect", "/redoc"]
  })
  afterAll(() => gated?.close())

  /** What arrived at the SuperLink, from whom, once all that was sent until now has. */
  async function arrived(): Promise<{ from: string; path: string; status: string }[]> {
    const mark = `mark-${"abcdefghijklmnopqrstuvwxyz".charAt(Math.floor(Math.random() * 26))}${"x".repeat(Math.floor(Math.random() * 20))}`
    await exchange(
      await gated.open(),
      `POST /v1/fleet/${mark} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
    )
    await expect.poll(gated.log, { timeout: 10_000 }).toContain(`/v1/fleet/${mark} `)
    return [...gated.log().matchAll(/\[uvicorn\.access\] (\S+):\d+ - "\S+ (.*) HTTP\/[\d.]+" (\d+)/g)].map(
      ([, from = "", path = "", status = ""]) => ({ from, path, status }),
    )
  }
  /** All but the Fleet API, and what the SuperLink's own processes ask its Runtime API. */
  const beyond = async () =>
    (await arrived()).filter(
      ({ from, path }) =>
        path.includes(SMUGGLED) ||
        (!/^\/v1\/fleet\/[a-z-]+$|^\/health$/.test(path) &&
          !(from !== ATTACKER && path.startsWith("/v1/runtime/"))),
    )

  /** Sends them all. @returns the attacks that were not answered as they should be */
  async function under(attacks: readonly Attack[], allowed: readonly number[], silence?: number) {
    const wrong: string[] = []
    const left = [...attacks]
    const work = async () => {
      for (let one = left.shift(); one !== undefined; one = left.shift()) {
        const text = await exchange(await gated.open(), one.bytes, silence)
        const statuses = statusesOf(text)
        if (statuses.length === 0 && !tls && text !== "") continue
        if (statuses.some((status) => !allowed.includes(status)))
          wrong.push(`${one.name}: ${statuses.join(" ")}`)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    return wrong
  }

  test("what the SuperLink logs shows who reaches it (so that the rest proves something)", async () => {
    expect(others.length).toBeGreaterThan(20)
    expect(others.filter((path) => path.startsWith("/v1/control/")).length).toBeGreaterThan(5)
    expect(others.filter((path) => path.startsWith("/v1/runtime/")).length).toBeGreaterThan(5)
    // The request before all tests went past the gate.
    expect(await beyond()).toEqual([{ from: ATTACKER, path: "/openapi.json", status: "200" }])
  })

  const untouched = [{ from: ATTACKER, path: "/openapi.json", status: "200" }]
  const TARGETS = ["/v1/control/list-nodes", "/v1/runtime/acquire-task", "/openapi.json"]

  test("every path of the other APIs, by every method", async () => {
    const attacks = onPaths(others)
    expect(await under(attacks, REFUSED)).toEqual([])
    expect(await beyond()).toEqual(untouched)
    console.log(`${version}: ${attacks.length} requests for ${others.length} paths refused`)
  })

  test("paths in disguise, absolute targets and request lines that readers split differently", async () => {
    const attacks = TARGETS.flatMap((path) => [...onDisguises(path), ...onRequestLines(path)])
    expect(await under(attacks, REFUSED)).toEqual([])
    expect(await beyond()).toEqual(untouched)
    console.log(`${version}: ${attacks.length} disguises refused`)
  })

  test("headers: overrides have no effect; upgrades, and what is too large, are refused", async () => {
    const attacks = TARGETS.flatMap(onHeaders)
    expect(await under(attacks, [...REFUSED, ...FLEET])).toEqual([])
    const upgrades = attacks.filter(({ bytes }) => /\nupgrade:/i.test(bytes))
    expect(await under(upgrades, [403])).toEqual([])
    expect(await beyond()).toEqual(untouched)
  })

  test("requests within requests", async () => {
    const attacks = TARGETS.flatMap(onLengths)
    expect(await under(attacks, [...REFUSED, ...FLEET, 100, 200, 408], 600)).toEqual([])
    expect(await beyond()).toEqual(untouched)
    console.log(`${version}: ${attacks.length} requests within requests`)
  })

  test.runIf(tls)("HTTP/2 is not spoken: ALPN ends without it", async () => {
    await expect(gated.open(gated.port, ["h2"])).rejects.toThrow(/no application protocol|ECONNRESET|alert/i)
    const socket = (await gated.open(gated.port, ["h2", "http/1.1"])) as unknown as {
      alpnProtocol: string
      destroy(): void
    }
    expect(socket.alpnProtocol).toBe("http/1.1")
    socket.destroy()
  })

  test.runIf(existsSync("/proc/net/if_inet6"))(
    "it listens for IPv6 too, where the machine has that",
    async () => {
      const socket = connect({ host: "::1", port: gated.port })
      await once(socket, "connect")
      socket.destroy()
    },
  )

  test("after all that it still passes what it should, and its log names who was refused", async () => {
    const ask = async (line: string) =>
      statusesOf(
        await exchange(
          await gated.open(),
          `${line}\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
        ),
      )
    expect(await ask("GET /health HTTP/1.1")).toEqual([200])
    expect(await ask("POST /v1/fleet/pull-messages HTTP/1.1")).toEqual([415])
    expect(gated.refusals()).toMatch(
      new RegExp(
        `access forbidden by rule, client: ${ATTACKER}, .*request: "POST /v1/runtime/acquire-task HTTP/1\\.1"`,
      ),
    )
    const noise = gated.refusals().match(/\[(?:emerg|alert|crit)\].*/g) ?? []
    expect(noise).toEqual([])
    expect(readFileSync(join(gated.folder, "nginx.conf"), "utf8")).toContain("deny all;")
  })
})
