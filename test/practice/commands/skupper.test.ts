/** The stand-in `skupper`, call by call. */
import { afterAll, beforeAll, describe, test } from "vitest"
import { startWorld, type World } from "./harness.ts"
import lines from "./skupper-line-cases.ts"
import links from "./skupper-link-cases.ts"
import services, { slow as slowServices } from "./skupper-service-cases.ts"
import sites, { slow as slowSites } from "./skupper-site-cases.ts"
import tokens, { slow as slowTokens } from "./skupper-token-cases.ts"

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())

describe.each([
  ["waiting in vain", [...slowSites, ...slowTokens, ...slowServices]],
  ["command line", lines],
  ["site", sites],
  ["token", tokens],
  ["link", links],
  ["connector and listener", services],
] as const)("%s", (_, cases) => {
  for (const one of cases) test.concurrent(one.name, () => world.run(one))
})

describe("without Skupper's kinds", () => {
  let bare: World
  beforeAll(async () => {
    bare = await startWorld({ skupper: false })
  })
  afterAll(() => bare.close())
  const missing =
    'The Skupper CRDs are not yet installed. To install them, run\n"kubectl apply -f https://skupper.io/v2/install.yaml"\n'
  const calls = [
    ["site status", 1],
    ["site create x", 2],
    ["token issue f", 2],
    ["link status", 2],
    ["listener status", 2],
  ] as const
  for (const [argv, exit] of calls) {
    test.concurrent(argv, () =>
      bare.run({ name: argv, command: "skupper", argv: argv.split(" "), exit, stdout: missing, stderr: "" }),
    )
  }
})
