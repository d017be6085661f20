import { expect, test } from "vitest"
import { plainProxy, proxyFor, proxySecrets, siteEnvironment } from "../../lib/cluster/proxy.ts"

const env = (NO_PROXY = "", more = {}) => ({ HTTPS_PROXY: "http://proxy.example:3128", NO_PROXY, ...more })
const api = "https://api.a.example:6443"

test.each([
  ["", api, true],
  ["*", api, false],
  ["a.example", api, false],
  ["A.Example", api, false],
  [".a.example", api, false],
  ["*.a.example", api, false],
  [".api.a.example", api, true],
  ["example", api, false],
  ["ample", api, true],
  ["other, api.a.example:6443", api, false],
  ["api.a.example:443", api, true],
  ["10.0.0.0/8", "https://10.1.2.3:6443", false],
  ["10.0.0.0/8", "https://11.1.2.3:6443", true],
  ["10.1.2.3", "https://10.1.2.3:6443", false],
  ["10.1.2.3:6443", "https://10.1.2.3:6443", false],
  ["fd00::/8", "https://[fd00::1]:6443", false],
  ["fd00::1", "https://[fd00::1]:6443", false],
  ["[fd00::1]:443", "https://[fd00::1]:6443", true],
  ["", "https://localhost:6443", false],
  ["", "https://127.0.0.1:6443", false],
  ["", "https://[::1]:6443", false],
])("NO_PROXY=%s and %s: proxy %s", (exceptions, server, proxied) => {
  expect(proxyFor(server, env(exceptions))).toBe(proxied ? "http://proxy.example:3128" : undefined)
})

test("the variables in both cases, the scheme filled in", () => {
  expect(proxyFor(api, {})).toBeUndefined()
  expect(proxyFor(api, { https_proxy: "proxy.example:3128" })).toBe("http://proxy.example:3128")
  expect(proxyFor(api, env("", { no_proxy: "a.example" }))).toBeUndefined()
  expect(proxyFor(api, { HTTP_PROXY: "http://plain:1" })).toBeUndefined()
  expect(proxyFor("http://h", { HTTP_PROXY: "http://plain:1" })).toBe("http://plain:1")
})

test("with no proxy for a site, NO_PROXY names its server too", () => {
  const exceptions = ".corp.example,api.a.example"
  const none = siteEnvironment(env(".corp.example"), { server: api, proxy: "none" })
  expect(none).toMatchObject({ NO_PROXY: exceptions, no_proxy: exceptions })
  expect(proxyFor(api, none)).toBeUndefined()
  expect(proxyFor("https://api.b.example", none)).toBe("http://proxy.example:3128")
  expect(siteEnvironment(env(), { server: api })).toEqual(env())
})

test.each([
  ["http://jo:p%40ss%20w@proxy.example:3128", "http://proxy.example:3128", ["p%40ss%20w", "p@ss w"]],
  ["http://jo:p@ss w@proxy.example:3128", "http://proxy.example:3128", ["p@ss w"]],
  ["socks5://jo@proxy.example", "socks5://proxy.example", []],
  ["http://jo:%zz@proxy.example", "http://proxy.example", ["%zz"]],
  ["proxy.example:3128", "proxy.example:3128", []],
])("the password of the proxy %s is not in its plain form", (proxy, plain, secrets) => {
  expect(plainProxy(proxy)).toBe(plain)
  expect(proxySecrets(proxy)).toEqual(secrets)
})
