/** Flags as they stand in Deployments: in command or args, in both spellings, from the environment, in a shell script. */
import { describe, expect, test } from "vitest"
import { argumentOf, changedFlags, commandLine, hasFlag } from "../../runbooks/flower/command-line.ts"
import { adaptSuperlinkFlags, controlPort, fleetPort } from "../../runbooks/flower/superlink.ts"
import type { Container, Deployment } from "../../runbooks/openshift/workload.ts"

const container = (more: Partial<Container>): Container => ({ name: "superlink", image: "x", ...more })
const superlink = (version: string, more: Partial<Container>): Deployment => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "superlink", namespace: "a" },
  spec: {
    selector: {},
    template: {
      spec: { containers: [container({ image: `docker.io/flwr/superlink:${version}`, ...more })] },
    },
  },
})

test.each([
  [{ args: ["--host", "0.0.0.0", "--port", "9999"] }],
  [{ args: ["--host=0.0.0.0", "--port=9999"] }],
  [{ command: ["flower-superlink", "--host", "0.0.0.0"], args: ["--port", "9999"] }],
  [{ args: ["--host", "0.0.0.0", "--port", "$(PORT)"], env: [{ name: "PORT", value: "9999" }] }],
  [{ command: ["/bin/sh", "-c", "exec flower-superlink --insecure --host '0.0.0.0' \\\n  --port 9999"] }],
  [{ command: ["bash", "-ec"], args: ["set -u; flower-superlink --host 0.0.0.0 --port=9999 --insecure"] }],
  [{ args: ["--host", "127.0.0.1", "--host", "0.0.0.0", "--port", "1", "--port", "9999"] }],
] as Partial<Container>[][])("%j", (more) => {
  const flags = commandLine(container(more!))
  expect([argumentOf(flags, "--host"), argumentOf(flags, "--port")]).toEqual(["0.0.0.0", "9999"])
  expect(hasFlag(flags, "--port")).toBe(true)
  expect(fleetPort(superlink("1.42.0", more!))).toBe(9999)
})

test("a variable without a value here, and an escaped one, stay as they are", () => {
  expect(
    commandLine(container({ args: ["$(SECRET)", "$$(PORT)"], env: [{ name: "PORT", value: "1" }] })),
  ).toEqual(["$(SECRET)", "$(PORT)"])
})

describe("a SuperLink's ports without flags for them", () => {
  test.each([
    ["1.34.0", [], 9092, 9093],
    ["1.36.0", [], 9092, 9093],
    ["1.38.0", [], 9092, 8000],
    ["1.38.0", ["--port", "9093"], 9092, 9093],
    ["1.38.0", ["--fleet-api-address", "0.0.0.0:7000"], 7000, 8000],
    ["1.42.0", ["--host", "0.0.0.0"], 8000, 8000],
    // Accepted, and without effect.
    ["1.42.0", ["--fleet-api-address", "0.0.0.0:7000"], 8000, 8000],
  ] as const)("%s %j", (version, args, fleet, control) => {
    const found = superlink(version, { args: [...args] })
    expect([fleetPort(found), controlPort(found, version)]).toEqual([fleet, control])
  })
})

describe("another version", () => {
  const adapted = (from: string, to: string, args: string[]) =>
    adaptSuperlinkFlags(superlink(from, { args }), to).args.join(" ")

  test("what the current guide made stays as it is", () => {
    expect(adapted("1.41.0", "1.42.0", ["--insecure", "--host", "0.0.0.0"])).toBe("--insecure --host 0.0.0.0")
    expect(adapted("1.41.0", "1.42.0", ["--insecure", "--host=::", "--port=9092"])).toBe(
      "--insecure --host=:: --port=9092",
    )
  })

  test("addresses that mean something else there are replaced, all else stays", () => {
    expect(
      adapted("1.34.0", "1.42.0", ["--insecure", "--database", "f", "--fleet-api-address", "0.0.0.0:1"]),
    ).toBe("--insecure --database f --host 0.0.0.0")
    expect(adapted("1.42.0", "1.34.0", ["--insecure", "--host", "0.0.0.0"])).toBe("--insecure")
    expect(adapted("1.34.0", "1.36.0", ["--insecure", "--fleet-api-address", "0.0.0.0:7"])).toContain(
      "--insecure",
    )
    expect(adapted("1.42.0", "1.42.0", ["--insecure", "--host", "127.0.0.1"])).toBe(
      "--insecure --host 0.0.0.0",
    )
  })

  test("flags in command are changed there; those in a script by hand", () => {
    const command = ["flower-superlink", "--insecure", "--host", "localhost"]
    expect(adaptSuperlinkFlags(superlink("1.42.0", { command }), "1.42.0")).toEqual({
      command: ["flower-superlink", "--insecure"],
      args: ["--host", "0.0.0.0"],
    })
    const script = superlink("1.34.0", { command: ["sh", "-c", "flower-superlink --insecure"] })
    expect(() => adaptSuperlinkFlags(script, "1.42.0")).toThrow("stand in a shell script")
    expect(changedFlags(superlink("1.42.0", {}), container({ args: ["a"] }), [], [])).toEqual({ args: ["a"] })
  })
})
