import { describe, expect, test } from "vitest"
import { formatValue, parseText } from "../../lib/inputs/input-values.ts"
import { splitOutside, splitPairs } from "../../lib/inputs/split.ts"
import type { Input, InputType } from "../../lib/notebook/inputs.ts"
import { nearest } from "../../lib/notebook/nearest.ts"

const input = (type: InputType, more: Partial<Input> = {}): Input => ({
  type,
  per: "site",
  help: "",
  ...more,
})
const value = (type: InputType, text: string, more: Partial<Input> = {}) => {
  const parsed = parseText(input(type, more), text, "/base")
  return "value" in parsed ? parsed.value : parsed.wrong
}

describe("values by type", () => {
  test.each<[InputType, string, unknown]>([
    ["text", "1.34.0", "1.34.0"],
    ["name", "supernode-1", "supernode-1"],
    ["url", "https://api.a.example:6443/", "https://api.a.example:6443"],
    ["url", "https://Rancher.example:443/k8s/clusters/c-m-x/", "https://rancher.example/k8s/clusters/c-m-x"],
    ["path", "ca.crt", "/base/ca.crt"],
    ["path", "/etc/ca.crt", "/etc/ca.crt"],
    ["number", "8085", 8085],
    ["duration", "90s", 90],
    ["duration", "15m", 900],
    ["duration", "1h30m", 5400],
    ["duration", "500ms", 0.5],
    ["duration", "45", 45],
    ["flag", "yes", true],
    ["flag", "false", false],
    ["list", 'a, b,"c,d"', ["a", "b", "c,d"]],
    ["map", 'A=1;B="2;3";C=x=y', { A: "1", B: "2;3", C: "x=y" }],
  ])("%s %s", (type, text, expected) => {
    expect(value(type, text)).toEqual(expected)
  })

  test.each<[InputType, string, RegExp]>([
    ["text", "", /is empty/],
    ["name", "Supernode_1", /not a name: use lower-case/],
    ["name", "a".repeat(64), /64 characters/],
    ["name", "a-", /no dash at either end/],
    ["url", "api.a.example:6443", /did you mean https:\/\/api\.a\.example:6443\?/],
    ["url", "https://console-openshift-console.apps.a.example", /web console/],
    ["url", "https://host.example/k8s/cluster/projects", /is the address of a page for a browser/],
    ["url", "https://host.example/?page=1", /is the address of a page for a browser/],
    ["url", "https://user:pw@host.example", /user name or password/],
    ["url", "ftp://host.example", /neither https nor http/],
    ["number", "many", /not a number/],
    ["duration", "5 minutes", /not a duration such as/],
    ["duration", "5m3", /not a duration/],
    ["flag", "perhaps", /neither true nor false/],
    ["map", "A", /not KEY=VALUE/],
    ["map", "A=1;A=2", /A is given twice/],
    ["list", 'a,"b', /not closed/],
  ])("%s %j is refused", (type, text, message) => {
    expect(value(type, text)).toMatch(message)
  })

  test("a choice names the nearest", () => {
    expect(value("choice", "tokn", { choices: ["web", "token"] })).toMatch(/web, token; did you mean token\?/)
  })

  test("the input's own check speaks last", () => {
    expect(value("text", "x", { check: (text) => `${text} is bad` })).toBe("x is bad")
  })

  test.each<[InputType, unknown, string]>([
    ["duration", 900, "15m"],
    ["duration", 90, "90s"],
    ["list", ["a", "b"], "a,b"],
    ["map", { A: "1", B: "2" }, "A=1;B=2"],
    ["number", 7, "7"],
  ])("%s %j is shown as it is typed", (type, held, text) => {
    expect(formatValue(input(type), held)).toBe(text)
  })
})

describe("splitting", () => {
  test("quotes and backslashes hold separators", () => {
    expect(splitOutside(String.raw`a\,b,'c,d',"e\"f"`, ",")).toEqual(["a,b", "c,d", 'e"f'])
    expect(splitOutside("", ",")).toEqual([""])
  })
  test("pairs keep their order and everything after the first =", () => {
    expect(splitPairs('name=a,env="A=1;B=2,3",', ",")).toEqual([
      ["name", "a"],
      ["env", "A=1;B=2,3"],
    ])
  })
})

test("the nearest name, and none where nothing is near", () => {
  const names = ["site-create", "token-issue", "run", "status", "verify", "verify-federation"]
  expect(nearest("site-craete", names)).toBe("site-create")
  expect(nearest("stats", names)).toBe("status")
  expect(nearest("token", names)).toBe("token-issue")
  expect(nearest("xyz", names)).toBeUndefined()
  expect(nearest("q", names)).toBeUndefined()
})
