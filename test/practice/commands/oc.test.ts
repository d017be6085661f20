/** The stand-in `oc`, call by call. */
import { spawn } from "node:child_process"
import { mkdirSync } from "node:fs"
import { get } from "node:https"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { startWorld, type World } from "./harness.ts"
import { logins, plain } from "./oc-login-cases.ts"
import manifests from "./oc-manifest-cases.ts"
import projects from "./oc-project-cases.ts"
import reading from "./oc-reading-cases.ts"

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())

describe.each([
  ["manifests", manifests],
  ["reading", reading],
] as const)("%s", (_, cases) => {
  for (const one of cases) test.concurrent(one.name, () => world.run(one))
})

describe("sessions", () => {
  for (const one of [...logins, ...projects]) test(one.name, () => world.run(one))

  test("login --web: the address is printed, the browser comes back with a code", async () => {
    const cwd = join(world.folder, "web")
    mkdirSync(cwd)
    const flags = [`--server=${world.server.url}`, `--certificate-authority=${join(world.folder, "ca.crt")}`]
    const child = spawn(
      join(world.commands, "oc"),
      ["login", ...flags, "--web", "--auto-open-browser=false"],
      {
        cwd,
        env: { PATH: "/nowhere", HOME: cwd, KUBECONFIG: join(cwd, "kubeconfig") },
        stdio: ["ignore", "pipe", "inherit"],
      },
    )
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve))
    let said = ""
    let isVisited = false
    for await (const chunk of child.stdout) {
      said += chunk
      const [, address] = /in your browser: (\S+)\n/.exec(said) ?? []
      // The practice login sends the browser straight back.
      if (address === undefined || isVisited) continue
      isVisited = true
      await visit(address, world.server.ca.certificate)
    }
    expect(await ended).toBe(0)
    expect(said).toMatch(
      /^Please visit the following URL in your browser: \S+\nThe callback server is listening and will receive the authentication response\.\nLogin successful\.\n\nYou /,
    )
    const who = await world.call("oc", ["whoami"], { cwd })
    expect(who).toEqual({ exit: 0, stdout: "alice\n", stderr: "" })
  })
})

/** As a browser: follows the one redirection, which leads to the waiting command. */
const visit = async (address: string, ca: string): Promise<void> => {
  const location = await new Promise<string>((resolve, reject) => {
    get(address, { ca }, (answer) => {
      answer.resume()
      resolve(answer.headers.location ?? "")
    }).on("error", reject)
  })
  const answer = await fetch(location)
  expect(await answer.text()).toBe("access token received successfully; please return to your terminal")
}

describe("a server that is no OpenShift", () => {
  let kubernetes: World
  beforeAll(async () => {
    kubernetes = await startWorld({ openshift: false })
  })
  afterAll(() => kubernetes.close())
  for (const one of plain) test.concurrent(one.name, () => kubernetes.run(one))
})
