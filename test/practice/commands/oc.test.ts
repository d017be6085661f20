/** The stand-in `oc`, call by call, answered as by practice. */
import { spawn } from "node:child_process"
import { mkdirSync } from "node:fs"
import { get } from "node:https"
import { join } from "node:path"
import { expect, test } from "vitest"
import { startWorld } from "./harness.ts"
import { bareTables, tables } from "./tables.ts"

tables(
  () => startWorld({ answered: true }),
  ["oc"],
  (current) => {
    test("login --web: the address is printed, the browser comes back with a code", async () => {
      const world = current()
      const cwd = join(world.folder, "web")
      mkdirSync(cwd)
      const flags = [
        `--server=${world.server.url}`,
        `--certificate-authority=${join(world.folder, "ca.crt")}`,
      ]
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
  },
)
bareTables(() => startWorld({ openshift: false, skupper: false, answered: true }), ["oc"])

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
