import { expect, test } from "vitest"
import { federate } from "../../lib/library.ts"
import guide from "../../runbooks/index.ts"

const superlink = {
  name: "superlink",
  role: "superlink",
  server: "https://a.example:6443",
  project: "flower",
}
const supernode = (name: string, more: object = {}) => ({
  name,
  role: "supernode",
  server: "https://b.example:6443",
  project: `flower-${name}`,
  ...more,
})

const problems = async (sites: object[], values: Record<string, unknown> = {}): Promise<string> => {
  try {
    await federate(guide, { name: "trial", values, sites: sites as never })
    return ""
  } catch (error) {
    return (error as Error).message
  }
}

test("nothing wrong", async () => {
  expect(await problems([superlink, supernode("supernode-1"), supernode("supernode-2")])).toBe("")
})

test("two sites in one project, however the server is written", async () => {
  const twin = supernode("supernode-2", { server: "https://B.example:6443/", project: "flower-supernode-1" })
  expect(await problems([superlink, supernode("supernode-1"), twin])).toContain(
    "supernode-1 and supernode-2 are both in project flower-supernode-1",
  )
})

test("a project may have another site's name on another cluster", async () => {
  expect(await problems([superlink, supernode("supernode-1", { project: "flower" })])).toBe("")
})

test("TLS at one end only", async () => {
  const tls = { ...superlink, "tls-secret": "flower-tls" }
  const roots = supernode("supernode-1", { "root-certificates-secret": "ca" })
  expect(await problems([tls, supernode("supernode-1")])).toContain(
    "supernode-1 has no root-certificates-secret",
  )
  expect(await problems([superlink, roots])).toContain("superlink has no tls-secret")
  expect(await problems([tls, roots])).toBe("")
})

test("Flower's own image of another version", async () => {
  const other = supernode("supernode-1", { image: "flwr/supernode:1.41.0" })
  expect(await problems([superlink, other])).toContain("flwr/supernode:1.41.0, and flower-version is 1.34.0")
  expect(await problems([superlink, other], { "flower-version": "1.41.0" })).toBe("")
  expect(await problems([superlink, supernode("supernode-1", { image: "quay.io/h/node:3.1.0" })])).toBe("")
})

test("a version whose arguments are unknown", async () => {
  expect(await problems([superlink, supernode("supernode-1")], { "flower-version": "1.27.0" })).toContain(
    "older than 1.28.0",
  )
})

test("Routes and a long project", async () => {
  const long = { ...superlink, project: "a".repeat(36) }
  expect(await problems([{ ...long, "link-access-type": "route" }, supernode("supernode-1")])).toContain(
    "36 characters",
  )
  expect(await problems([{ ...long, "link-access-type": "loadbalancer" }, supernode("supernode-1")])).toBe("")
})

test("invalid resources", async () => {
  const wrong = supernode("supernode-1", { resources: { cpu: "1" } })
  expect(await problems([superlink, wrong])).toContain("resources has the invalid key cpu")
  const many = supernode("supernode-1", { resources: { "limits.memory": "lots" } })
  expect(await problems([superlink, many])).toContain("limits.memory=lots")
})

test("a plan says what linked sites can do to each other, unless Flower has TLS of its own", async () => {
  const said = async (link: object, nodes: object[]) =>
    guide.notices!(await federate(guide, { name: "trial", sites: [link, ...nodes] as never }))
  const two = [supernode("supernode-1"), supernode("supernode-2")]
  expect(await said(superlink, two)).toEqual([
    expect.stringMatching(/^Trust: the 2 SuperNodes join one Skupper network, .*See docs\/security\.md\.$/),
  ])
  expect(await said(superlink, [supernode("supernode-1")])).toEqual([])
  const secured = two.map((site) => ({ ...site, "root-certificates-secret": "ca" }))
  expect(await said({ ...superlink, "tls-secret": "tls" }, secured)).toEqual([])
})
