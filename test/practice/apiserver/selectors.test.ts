import { expect, test } from "vitest"
import { fieldMatcher, labelMatcher } from "../../../lib/practice/apiserver/selectors.ts"

const object = (labels: Record<string, string>) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "a", namespace: "p", labels },
  spec: { nodeName: "n" },
  status: { phase: "Running" },
})

test.each([
  ["app=web", true],
  ["app==web", true],
  ["app=db", false],
  ["app!=db", true],
  ["gone!=x", true],
  ["app", true],
  ["gone", false],
  ["!gone", true],
  ["!app", false],
  ["app in (web, db)", true],
  ["app notin (web,db)", false],
  ["gone notin (web)", true],
  ["tier in (a),app=web", false],
  ["example.com/x=1,app in (db,web),!gone", true],
  ["app=", false],
])("label selector %s: %s", (selector, expected) => {
  expect(labelMatcher(selector)?.(object({ app: "web", tier: "b", "example.com/x": "1" }))).toBe(expected)
})

test("no selector matches everything; a wrong one is 400", () => {
  expect(labelMatcher("")).toBeUndefined()
  expect(() => labelMatcher("a=b=c,!!x")).toThrow("unable to parse requirement")
})

test.each([
  ["metadata.name=a", true],
  ["metadata.name=b", false],
  ["metadata.name!=b,metadata.namespace=p", true],
  ["status.phase=Running,spec.nodeName=n", true],
  ["status.phase!=Running", false],
])("field selector %s: %s", (selector, expected) => {
  expect(fieldMatcher(selector, "pods")?.(object({}))).toBe(expected)
})

test("a field that the kind is not selected by is refused", () => {
  expect(() => fieldMatcher("spec.nodeName=n", "configmaps")).toThrow(
    "field label not supported: spec.nodeName",
  )
})
