/** With which trust and through which proxy a site's server is reached, by the kind of its login. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { stringify } from "yaml"
import { routeOf } from "../../lib/cluster/route.ts"
import { base64 } from "./kubeconfigs/row.ts"

const server = "https://api.a.example:6443"
const CA = "-----BEGIN CERTIFICATE-----\ncontext\n"
const env = { HTTPS_PROXY: "http://environment.example:3128" }

let folder: string
let own: string
let context: { login: string; context: string; kubeconfig: string }
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "routes_"))
  const config = (name: string, cluster: object): string => {
    const path = join(folder, name)
    const contexts = [{ name: "prod", context: { cluster: "prod", user: "jo" } }]
    const clusters = [{ name: "prod", cluster: { server, ...cluster } }]
    writeFileSync(path, stringify({ "current-context": "prod", clusters, contexts }))
    return path
  }
  own = config("own", { "insecure-skip-tls-verify": true, "proxy-url": "http://old.example:3128" })
  const kubeconfig = config("config", {
    "certificate-authority-data": base64(CA),
    "tls-server-name": "inside.example",
    "proxy-url": "http://context.example:3128",
  })
  writeFileSync(join(folder, "given.crt"), "given")
  context = { login: "context", context: "prod", kubeconfig }
})
afterAll(() => rmSync(folder, { recursive: true }))

test("a token or a password: the inputs, and the proxy of the environment", async () => {
  for (const login of ["token", "password"]) {
    expect(await routeOf({ server, login }, own, env)).toEqual({ server, proxy: env.HTTPS_PROXY })
  }
  const certificateAuthority = join(folder, "given.crt")
  expect(await routeOf({ server, login: "token", certificateAuthority, proxy: "none" }, own, env)).toEqual({
    server,
    ca: "given",
  })
})

test("a browser: what oc asked, without a proxy that is given no longer", async () => {
  const route = { server, insecure: true, proxy: env.HTTPS_PROXY }
  expect(await routeOf({ server, login: "web" }, own, env)).toEqual(route)
  expect(await routeOf({ server: "https://api.b.example", login: "web" }, own, {})).toEqual({
    server: "https://api.b.example",
  })
})

test("a context: its own trust and proxy, also where there is a copy; what is given wins", async () => {
  const route = { server, ca: CA, serverName: "inside.example", proxy: "http://context.example:3128" }
  expect(await routeOf({ server, ...context }, own, env)).toEqual(route)
  expect(await routeOf({ server, ...context, proxy: "none" }, own, env)).toEqual({
    ...route,
    proxy: undefined,
  })
  const given = { certificateAuthority: join(folder, "given.crt"), proxy: "http://given.example:3128" }
  expect(await routeOf({ server, ...context, ...given }, own, env)).toEqual({
    ...route,
    ca: "given",
    proxy: given.proxy,
  })
})

test("a context that is gone: the copy; without one, the reason", async () => {
  const gone = { server, ...context, context: "gone" }
  expect(await routeOf(gone, own, {})).toMatchObject({ insecure: true })
  await expect(routeOf(gone, undefined, {})).rejects.toMatchObject({ why: "it has prod" })
  await expect(routeOf({ ...context, server: "https://api.b.example" }, undefined, {})).rejects.toThrow(
    `context prod is for ${server}, not for https://api.b.example`,
  )
})
