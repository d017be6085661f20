/** The types of built-in kinds are those of the Kubernetes that test/real/go.mod pins. */
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { expect, test } from "vitest"
import { named, structs } from "../../../lib/practice/apiserver/kube-types.ts"
import { whyNot } from "../control-plane/build.ts"

const path = (name: string): string => fileURLToPath(new URL(`../../../${name}`, import.meta.url))
const why = await whyNot()

test.skipIf(why !== undefined)(why ?? "tools/kube-types.go prints kube-types.ts", async () => {
  const { stdout } = await promisify(execFile)("go", ["run", path("tools/kube-types.go")], {
    cwd: path("test/real"),
    env: { ...process.env, CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off" },
    maxBuffer: 1024 * 1024,
  })
  // Line by line: the file itself is formatted.
  const printed = [...stdout.matchAll(/^ {2}("[^"]+"): (".*"),$/gm)].map(([, name, type]) => [
    JSON.parse(name!),
    JSON.parse(type!),
  ])
  expect(Object.fromEntries(printed)).toEqual({ ...structs, ...named })
})
