/** Commands that a practice process answers: as if they were programs of their own. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { createServer as createHttps, type Server } from "node:https"
import { type AddressInfo, connect, createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, expect, test } from "vitest"
import { writeKubeconfig } from "../../../lib/cluster/kubeconfig.ts"
import { createAuthority } from "../../../lib/practice/certificates.ts"
import { writeCommands } from "../../../lib/practice/commands/index.ts"
import { serveCommands } from "../../../lib/practice/commands/server.ts"
import { endpoints, openSite, ready, skupper } from "./case.ts"

const folder = mkdtempSync(join(tmpdir(), "answered 'commands' "))
const kubeconfig = join(folder, "kubeconfig")
interface Request {
  path: string
  send(body: object): void
  ended: Promise<unknown>
}
/** Answers when and what the test wants. */
let api: Server
let asked: (request: Request) => void

beforeAll(async () => {
  const ca = await createAuthority("api")
  const { certificate, key } = await ca.issue("api", { hosts: ["127.0.0.1"], server: true })
  api = createHttps({ cert: certificate, key }, ({ url = "" }, response) => {
    const send = (body: object) => {
      response.setHeader("content-type", "application/json")
      response.end(JSON.stringify(body))
    }
    asked({ path: url.replace(/\?.*/, ""), send, ended: once(response, "close") })
  })
  await once(api.listen(0, "127.0.0.1"), "listening")
  const { port } = api.address() as AddressInfo
  const server = `https://127.0.0.1:${port}`
  await writeKubeconfig(kubeconfig, { server, ca: ca.certificate, token: "t", user: "u", namespace: "n" })
})
afterAll(async () => {
  api.closeAllConnections()
  await new Promise((resolve) => api.close(resolve))
  rmSync(folder, { recursive: true })
})

/** The next request to the API server. */
const request = () => new Promise<Request>((resolve) => (asked = resolve))
const user = (username: string) => ({ status: { userInfo: { username } } })
const answering = (name: string): void => {
  asked = ({ send }) => send(user(name))
}

const commandsIn = async (name: string): Promise<string> => {
  const commands = join(folder, name)
  await writeCommands(commands)
  return commands
}

const whoami = (commands: string, line = 'exec "$0" "$@" 2>&1') => {
  const child = spawn("/bin/bash", ["-c", line, join(commands, "oc"), "whoami"], {
    env: { PATH: "/usr/bin:/bin", HOME: folder, KUBECONFIG: kubeconfig },
    stdio: ["ignore", "pipe", "inherit"],
  })
  const said = text(child.stdout)
  const ended = once(child, "exit")
  return { kill: (signal: NodeJS.Signals) => child.kill(signal), said, ended }
}

test.each(["SIGINT", "SIGTERM", "SIGKILL"] as const)(
  "a caller that %s ends, and its work with it",
  async (signal) => {
    const commands = await commandsIn(signal)
    const server = await serveCommands(commands, "real")
    const first = request()
    const call = whoami(commands)
    const { ended } = await first
    call.kill(signal)
    expect(await call.ended).toEqual([null, signal])
    await ended
    await server.close()
  },
)

test("no command reads or writes what belongs to the process that answers it", () => {
  const commands = fileURLToPath(new URL("../../../lib/practice/commands/", import.meta.url))
  const used = ["oc", "skupper"].flatMap((name) =>
    readdirSync(join(commands, name)).filter((file) =>
      /process\.(?!platform|arch|pid)|homedir\(/.test(readFileSync(join(commands, name, file), "utf8")),
    ),
  )
  expect(used).toEqual([])
})

test("what is said comes as it was said, however long it is", async () => {
  const commands = await commandsIn("bytes")
  const server = await serveCommands(commands, "real")
  const name = "%s \\n \\\\ ä€𝄞\n\ttab\r".repeat(20_000)
  answering(name)
  const call = whoami(commands)
  expect((await call.said) === `${name}\n`).toBe(true)
  expect(await call.ended).toEqual([0, null])
  // A reader that has seen enough is no error that is told.
  const cut = whoami(commands, '{ "$0" "$@"; echo $? >&2; } 2>&1 >/dev/full | cat')
  expect(await cut.said).toBe("1\n")
  await server.close()
})

test("the process that answers is killed: the caller starts the command itself", async () => {
  const commands = await commandsIn("killed")
  const module = new URL("../../../lib/practice/commands/server.ts", import.meta.url)
  const script = `import { serveCommands } from ${JSON.stringify(module)}
    await serveCommands(process.argv[1], "real"); console.log("serves")`
  const practice = spawn(process.execPath, ["--input-type=module", "-e", script, commands], {
    stdio: ["ignore", "pipe", "inherit"],
  })
  await once(practice.stdout, "data")
  const first = request()
  const call = whoami(commands)
  await first
  const second = request()
  practice.kill("SIGKILL")
  const { send } = await second
  send(user("alone"))
  expect(await call.said).toBe("alone\n")
  expect(await call.ended).toEqual([0, null])
  // The file that tells where it was is still there.
  answering("alone again")
  expect(await whoami(commands).said).toBe("alone again\n")
})

test("who cannot read the file is told nothing, on either side", async () => {
  const commands = await commandsIn("strangers")
  const file = join(commands, ".server")
  const server = await serveCommands(commands, "real")
  expect([statSync(file).mode & 0o777, statSync(commands).mode & 0o777]).toEqual([0o600, 0o700])
  const [port, proof] = readFileSync(file, "utf8").split("\n")
  const stranger = connect(Number(port), "127.0.0.1")
  stranger.write(`${"0".repeat(proof!.length)}\n0022\n`)
  expect(await text(stranger)).toBe("")
  await server.close()
  expect(() => statSync(file)).toThrow("ENOENT")

  // Somebody else has the port now.
  let heard = ""
  const thief = createServer((socket) => {
    socket.setEncoding("utf8").on("data", (chunk) => {
      heard += chunk
      socket.write("welcome\n")
    })
  })
  await once(thief.listen(0, "127.0.0.1"), "listening")
  writeFileSync(file, `${(thief.address() as AddressInfo).port}\nproof\nother\n`)
  answering("me")
  expect(await whoami(commands).said).toBe("me\n")
  expect(heard).toMatch(/^proof\n\d{4}\n$/)
  await new Promise((resolve) => thief.close(resolve))
})

test("the caller's umask and folder hold for what a command writes", async () => {
  const commands = await commandsIn("umask")
  const server = await serveCommands(commands, "none")
  const status = ready({ endpoints, url: "https://grant.test", code: "c", ca: "ca" })
  const grant = skupper("AccessGrant", "west-1", { status })
  asked = ({ path, send }) => {
    if (path.includes("/accessgrants/")) send(grant)
    else send({ items: path.endsWith("/sites") ? [openSite()] : [] })
  }
  const child = spawn(
    "/bin/bash",
    ["-c", 'umask 027; exec "$0" token issue token.yaml', join(commands, "skupper")],
    { cwd: folder, env: { PATH: "/usr/bin:/bin", HOME: folder, KUBECONFIG: kubeconfig }, stdio: "ignore" },
  )
  expect(await once(child, "exit")).toEqual([0, null])
  expect(statSync(join(folder, "token.yaml")).mode & 0o777).toBe(0o640)
  await server.close()
})
