import { expect, test } from "vitest"
import { canonical } from "../../../lib/practice/apiserver/quantity.ts"

test.each([
  ["1000m", "1"],
  ["0.5", "500m"],
  ["100m", "100m"],
  ["2", "2"],
  [2, "2"],
  ["2000", "2k"],
  ["1024Mi", "1Gi"],
  ["1.5Gi", "1536Mi"],
  ["1000Mi", "1000Mi"],
  ["512Mi", "512Mi"],
  ["0", "0"],
  ["1e3", "1e3"],
])("%s is kept as %s", (given, kept) => expect(canonical(given)).toBe(kept))

test.each(["1Gb", "x", "", "1 Gi"])("%s is no amount", (given) =>
  expect(() => canonical(given)).toThrow("quantities must match the regular expression"),
)
