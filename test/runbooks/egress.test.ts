import { expect, test } from "vitest"
import { cidrOf, egressProblem, isPrivate, isWithin, targetOf } from "../../runbooks/security/egress.ts"

const block = (cidr: string) => ({ ipBlock: { cidr } })
const project = (name: string) => ({
  namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } },
})

test.each([
  ["10.1.2.3", { peer: block("10.1.2.3/32") }],
  ["10.1.2.3:5432", { peer: block("10.1.2.3/32"), port: 5432 }],
  ["10.0.0.0/8:443", { peer: block("10.0.0.0/8"), port: 443 }],
  ["fd00::1", { peer: block("fd00::1/128") }],
  ["fd00::/8", { peer: block("fd00::/8") }],
  ["[fd00::1]:443", { peer: block("fd00::1/128"), port: 443 }],
  ["storage", { peer: project("storage") }],
  ["storage:9000", { peer: project("storage"), port: 9000 }],
])("%s", (text, target) => {
  expect(targetOf(text)).toEqual(target)
})

test.each([
  "",
  "10.1.2.3:0",
  "10.1.2.3:70000",
  "10.1.2.3/33",
  "10.1.2/8",
  "Storage",
  "a.example:443",
  "12345",
  "10.0.0.0/8/8",
  "storage:x",
])("%s is none", (text) => {
  expect(targetOf(text)).toBeUndefined()
  expect(egressProblem(["10.1.2.3", text])).toContain("is neither")
})

test("ranges and private addresses", () => {
  expect(cidrOf("10.1.2.3")).toBe("10.1.2.3/32")
  expect(isWithin("172.31.0.1", "172.16.0.0/12")).toBe(true)
  expect(isWithin("172.32.0.1", "172.16.0.0/12")).toBe(false)
  expect(["10.9.8.7", "192.168.1.1", "127.0.0.1", "fd12::1", "::1"].every(isPrivate)).toBe(true)
  expect(["8.8.8.8", "203.0.113.5", "2a00::1"].some(isPrivate)).toBe(false)
})
