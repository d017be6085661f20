import { expect, test } from "vitest"
import { argumentOf } from "../../runbooks/flower/command-line.ts"
import {
  compareVersions,
  familyOf,
  superlinkArguments,
  supernodeArguments,
  versionOfImage,
} from "../../runbooks/flower/flower-versions.ts"

const tls = { folder: "/certs" }

test.each([
  ["1.28.0", ["--insecure"], { fleet: 9092, control: 9093 }],
  ["1.34.0", ["--insecure"], { fleet: 9092, control: 9093 }],
  ["1.34.9", ["--insecure"], { fleet: 9092, control: 9093 }],
  ["1.35.0", ["--insecure"], { fleet: 9092, control: 9093 }],
  [
    "1.37.0",
    ["--insecure", "--host", "0.0.0.0", "--port", "9093", "--fleet-api-address", "0.0.0.0:9092"],
    { fleet: 9092, control: 9093 },
  ],
  ["1.40.0", ["--insecure", "--host", "0.0.0.0"], { fleet: 8000 }],
  ["1.42.0", ["--insecure", "--host", "0.0.0.0"], { fleet: 8000 }],
])("a SuperLink of %s", (version, args, ports) => {
  expect(superlinkArguments(version)).toEqual(args)
  expect(familyOf(version).ports).toEqual(ports)
})

test("a SuperNode takes the guide's flags up to 1.34, and is told no address of its own after that", () => {
  expect(supernodeArguments("1.34.0", "fleet-api:9092")).toEqual(
    "--insecure --superlink fleet-api:9092 --clientappio-api-address 0.0.0.0:9094".split(" "),
  )
  for (const version of ["1.35.0", "1.39.0", "1.41.0"]) {
    expect(supernodeArguments(version, "fleet-api:9092")).toEqual([
      "--insecure",
      "--superlink",
      "fleet-api:9092",
    ])
  }
})

test("Flower's own TLS takes the place of --insecure", () => {
  expect(superlinkArguments("1.41.0", tls).join(" ")).toBe(
    "--ssl-ca-certfile /certs/ca.crt --ssl-certfile /certs/tls.crt --ssl-keyfile /certs/tls.key --host 0.0.0.0",
  )
  expect(supernodeArguments("1.41.0", "a:1", { tls })).toEqual([
    "--root-certificates",
    "/certs/ca.crt",
    "--superlink",
    "a:1",
  ])
})

test("a node configuration is one argument", () => {
  const config = { "partition-id": "0", "num-partitions": "2" }
  expect(supernodeArguments("1.41.0", "a:1", { config }).slice(-2)).toEqual([
    "--node-config",
    "partition-id=0 num-partitions=2",
  ])
})

test("only from 1.40 on a person is told that Fleet and Control API share a port", () => {
  expect(familyOf("1.39.9").note).not.toContain("share port")
  expect(familyOf("1.40.0").note).toContain("share port 8000")
  expect(familyOf("1.34.0").note).toBeUndefined()
})

test.each([
  ["flwr/superlink:1.34.0", "1.34.0"],
  ["registry.example:5000/flwr/superlink:1.41.0-py3.13-ubuntu24.04", "1.41.0"],
  ["flwr/superlink:v1.31.0", "1.31.0"],
  ["flwr/superlink:1.34.0@sha256:abcdef", "1.34.0"],
  ["flwr/superlink:latest", undefined],
  ["registry.example:5000/flwr/superlink", undefined],
  ["flwr/superlink@sha256:0123", undefined],
  ["site/node:1.34.0.1", undefined],
])("the version in %s", (image, version) => {
  expect(versionOfImage(image)).toBe(version)
})

test("versions are compared as numbers", () => {
  expect(compareVersions("1.9.0", "1.10.0")).toBeLessThan(0)
  expect(compareVersions("1.40.0", "1.40.0")).toBe(0)
  expect(compareVersions("2.0.0", "1.99.9")).toBeGreaterThan(0)
})

test("arguments are found in both spellings", () => {
  expect(argumentOf(["--superlink", "a:1"], "--superlink")).toBe("a:1")
  expect(argumentOf(["--superlink=a:1"], "--superlink")).toBe("a:1")
  expect(argumentOf(["--superlinks=a:1"], "--superlink")).toBeUndefined()
})
