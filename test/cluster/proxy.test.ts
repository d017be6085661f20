import { expect, test } from "vitest"
import { proxyFor } from "../../lib/cluster/proxy.ts"

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
