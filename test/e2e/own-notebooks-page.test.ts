/** The page on own notebooks: each of its code blocks is run, in notebooks that are put together from them. */
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { parseCommandLine } from "../../lib/cli/parse.ts"
import { clusterInputs, notebook } from "../../lib/index.ts"
import { BIN, install, node } from "./own-notebook.ts"
import { block, rows, untaken } from "./own-notebooks-page.ts"

const ROOT = fileURLToPath(new URL("../../", import.meta.url))
const room = mkdtempSync(join(tmpdir(), "own room_"))
afterAll(() => rmSync(room, { recursive: true, force: true, maxRetries: 3 }))

/** A folder with a file for each name, where `flower-runbook` is installed. */
function folderOf(name: string, files: Readonly<Record<string, string>>): string {
  const folder = join(room, name)
  install(folder)
  write(folder, { "package.json": '{ "type": "module" }', ...files })
  return folder
}
function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text)
}
const ran = (folder: string, ...argv: string[]) => {
  const { code, stdout, stderr } = node(folder, argv)
  expect({ code, stderr, ...(code !== 0 && { stdout }) }).toEqual({ code: 0, stderr: "" })
  return stdout
}

const IMPORTS = `
import { readFile, writeFile } from "node:fs/promises"
import { clusterInputs, drifted, everySite, input, login, main, missing, notebook, plan, practice, progressing, ready, run,
  shellWord, step, value } from "flower-runbook"
`
const about = (id: string, needs: string): string =>
  `id: "${id}", title: "${id}", on: "every site", needs: ["${needs}"], prose: "",`

/** The notebook of the page up to the stand-in for a command: what `new` writes, with all that the page changes in it. */
const TOUR = () => `${IMPORTS}
import { greeting as plain } from "./greeting.js"
import { own } from "./ownership.js"
import { project } from "./project.js"
import { removeGreeting } from "./remove-greeting.js"

${block("How do I reach several sites")}
${block("Where do values come from")}
const greeting = {
  ...plain,
  ${block("How do two notebooks share a cluster", "js", 1)}
  ${block("What does the reader see", "js", 0)}
  ${block("What does the reader see", "js", 1)}
}
const web = { apiVersion: "apps/v1", kind: "Deployment" }
const start = step({
  ${about("start", "project")}
  check: async ({ cluster, site }) =>
    (await cluster.get({ ...web, name: "web", namespace: site.project })) ? ready("yes") : missing("no"),
  apply: async ({ cluster, site }) => {
    const labels = { app: "web" }
    const containers = [{ name: "web", image: "nginx" }]
    const spec = { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } }
    await cluster.apply({ ...web, metadata: { name: "web", namespace: site.project }, spec })
  },
})
const serve = step({ ${about("serve", "start")} ${block("How does waiting work")} })
${block("How does a step hand a value")}
${block("How does a step hand a value", "js", 1)}
const key = step({
  ${about("key", "project")}
  check: async ({ cluster, site }) => {
    const found = await cluster.get({ apiVersion: "v1", kind: "Secret", name: "key", namespace: site.project })
    return found ? ready("it has " + Object.keys(found.data)) : missing("no key")
  },
  ${block("Where do secrets go")}
})
const helm = step({
  ${about("helm", "project")}
  check: async ({ cluster, site }) =>
    (await cluster.get({ apiVersion: "v1", kind: "ConfigMap", name: "chart", namespace: site.project }))
      ? ready("installed") : missing("not installed"),
  apply: async ({ $, site }) => void (await $\`helm install chart ./chart -n \${site.project}\`),
})
${block("How do I delete what it created", "js", 1)}
${block("How do I test it", "js", 1)}
${block("How do I test a command")}
export const approval = ({ site }) => {
  ${block("How does it know what is ready")}
}
export { greetings }
export const program = {
  version: "1.0.0",
  notebook: notebook({ name: "my-notebook", title: "", roles, inputs, teardown,
    steps: [login(), project, greeting, start, serve, publish, list, neighbours, key, helm] }),
  practiceImages, practiceCommands,
  practiceValues: (site) => ({ ...practiceValues(site), "key-file": import.meta.dirname + "/key.txt" }),
}
if (import.meta.main) void main(import.meta.url)
`

/** Runs the notebook, and prints what can be seen of it. */
const LOOK = `
import { readFile } from "node:fs/promises"
import { practice, run } from "flower-runbook"
import { approval, greetings, program } from "./index.js"
const world = await practice(program)
const events = []
const options = { ...world.options, listeners: [(event) => events.push(event)] }
try {
  const { code, outcomes } = await run(program.notebook, world.inputs, options)
  const reasons = Object.fromEntries(outcomes.map(({ step, outcome }) => [step, outcome.reason]))
  const cluster = world.cluster("spoke-2")
  const at = { apiVersion: "v1", namespace: "greetings-spoke-2" }
  const labels = (await cluster.get({ ...at, kind: "ConfigMap", name: "greeting" })).metadata.labels
  const secret = (await cluster.get({ ...at, kind: "Secret", name: "key" })).data.key
  const kept = await readFile(world.options.folder + "/private/spoke-2.key", "utf8")
  const journal = await readFile(world.options.folder + "/journal.jsonl", "utf8")
  const alone = await run(greetings, world.inputs, { ...world.options, folder: world.options.folder + "-2" })
  const removed = await run(program.notebook.teardown, world.inputs, world.options)
  const left = await cluster.list({ ...at, kind: "ConfigMap" })
  console.log(JSON.stringify({
    code, reasons, labels, secret, kept, leaked: (journal + JSON.stringify(events)).includes("correct horse"),
    differs: events.filter(({ type, step }) => type === "shown" && step === "greeting").map(({ differs }) => differs),
    alone: alone.code, removed: removed.code, left: left.map(({ metadata }) => metadata.name),
    approval: approval({ site: { project: "p", server: "s" } }),
  }))
} finally {
  await world.close()
}
`

describe("the notebook that the page changes step by step", () => {
  const folder = join(room, "my-notebook")
  beforeAll(() => {
    const [program, ...argv] = /^(\S+) (\S+) (\S+)/.exec(block("the top", "sh"))!.slice(1)
    expect(program).toBe("flower-runbook")
    expect(node(room, [BIN, ...argv])).toMatchObject({ code: 0 })
    install(folder)
    mkdirSync(join(folder, "stand-ins"))
    write(folder, { "greeting.js": block("What do I write first") })
  })

  test("passes the test of the notebook that `new` wrote", { timeout: 120_000 }, () => {
    expect(ran(folder, "--test")).toMatch(/pass 2$/m)
    expect(ran(folder, "greeting.js", "--help")).toMatch(/^greeting\n/)
  })

  test("waits, reads inputs, hands values on, keeps secrets, shows, tears down", { timeout: 120_000 }, () => {
    rmSync(join(folder, "notebook.test.js"))
    write(folder, {
      "index.js": TOUR(),
      "ownership.js": block("How do two notebooks share a cluster"),
      "remove-greeting.js": block("How do I delete what it created"),
      "key.txt": "correct horse\n",
      "look.js": LOOK,
      "page.test.js": block("How do I test it"),
    })
    writeFileSync(join(folder, "stand-ins/helm"), block("How do I test a command", "sh"), { mode: 0o755 })
    const name = (site: string) => `${site}: https://web-greetings-${site}.apps.`
    expect(JSON.parse(ran(folder, "look.js"))).toMatchObject({
      code: 0,
      reasons: {
        greeting: "it says Hello",
        serve: "it serves",
        list: expect.stringMatching(new RegExp(["hub", "spoke-1", "spoke-2"].map(name).join(".*, "))),
        neighbours: expect.stringMatching(/^https:\S+, https:\S+$/),
        key: "it has key",
        helm: "installed",
      },
      labels: { "app.kubernetes.io/managed-by": "my-notebook", "my-notebook/federation": "test" },
      secret: Buffer.from("correct horse").toString("base64"),
      kept: "correct horse",
      leaked: false,
      differs: [[], [], []],
      alone: 0,
      removed: 0,
      left: ["chart"],
      approval: { state: "missing", approval: "creates project p on s" },
    })
    expect(ran(folder, "--test")).toMatch(/pass 1$/m)
  })

  test("is the whole command line, on the sites of the federation file", { timeout: 120_000 }, () => {
    write(folder, { "federation.yaml": block("How do I reach several sites", "yaml") })
    const values = ran(folder, "index.js", "values", "--federation", "federation.yaml")
    expect(values).toMatch(/berlin/)
    const run = ran(folder, ..."index.js run --practice --yes --delays none --state kept".split(" "))
    expect(run).toMatch(/spoke-2: https:/)
    for (const line of block("How do I ship it", "sh").trim().split("\n")) {
      const [name, command] = line.replace(/ *#.*/, "").split(" ")
      expect(name).toBe("my-notebook")
      // The first asks, so it needs a terminal; a run and a teardown need the clusters, which have ended.
      if (command === undefined) continue
      const isRead = ["status", "report"].includes(command)
      const argv = isRead ? [command, "--state", "kept"] : [command, "--help"]
      expect(ran(folder, "index.js", ...argv)).toMatch(isRead ? /spoke-2/ : /node index\.js (run|teardown) /)
    }
    const manual = ran(folder, ..."index.js report --format sh --federation federation.yaml".split(" "))
    expect(manual).toContain("oc create configmap greeting -n greetings --from-literal=text=Hello")
  })
})

describe("sites without a hub", () => {
  const files = (roles: string, rest: string) => ({
    "greeting.js": block("What do I write first"),
    "index.js": `${IMPORTS}
import { greeting as plain } from "./greeting.js"
${roles}
const inputs = { ...clusterInputs, project: input.name({ per: "site", default: "default", help: "" }),
  text: input.text({ default: "Hello", help: "" }) }
const greeting = { ...plain, needs: ["login"], on: Object.keys(roles)[0] }
${rest}
if (import.meta.main) void main(import.meta.url)`,
  })
  const program = (steps: string) =>
    `export const program = { version: "1", practiceImages: [],
       notebook: notebook({ name: "sites", title: "", roles, inputs, steps: [${steps}] }) }`

  test("are two clusters with a link", { timeout: 120_000 }, () => {
    const [roles, rest] = block("Two clusters").split("\nconst copy")
    const folder = folderOf("two", files(roles!, `const copy${rest}\n${program("login(), greeting, copy")}`))
    const out = ran(folder, ..."index.js run --practice --yes --delays none --text Servus".split(" "))
    expect(out).toMatch(/standby.*copy.*it says the same/)
    expect(out).toMatch(/4 steps done/)
  })

  test("are equal ones", { timeout: 120_000 }, () => {
    const folder = folderOf("equal", {
      ...files(block("Two clusters", "js", 1), program("login(), greeting")),
      "federation.yaml": block("Two clusters", "yaml"),
    })
    const out = ran(folder, ..."index.js run --practice --yes --delays none --members 3".split(" "))
    expect(out).toMatch(/6 steps done/)
    expect(ran(folder, "index.js", "values", "--federation", "federation.yaml")).toMatch(
      /berlin.*madrid.*warsaw/s,
    )
  })
})

describe("the notebook in TypeScript", () => {
  const section = "How do I write it in TypeScript"
  const source = block(section, "ts")
  /** What stands in the page's notebook for each wrong line of the table. */
  const right = [
    'on: "standby"',
    'inputs: ["project", "replicas"]',
    'needs: ["measure"]',
    'needs: ["measure"]',
    "site.project",
  ]

  test("is taken by the compiler, which refuses what the page says, and runs", { timeout: 180_000 }, () => {
    const table = rows(section)
    expect(table).toHaveLength(right.length)
    const wrong = table.map(([code], n) => {
      const before = n === 4 ? "namespace: site.project }\n" : right[n]!
      expect(source).toContain(before)
      return [`wrong-${n}.ts`, source.replace(before, before.replace(right[n]!, code!))] as const
    })
    const folder = folderOf("typed", {
      "index.ts": source,
      ...Object.fromEntries(wrong),
      "tsconfig.json": block(section, "json"),
      // The checkout in place of the installed package, whose declarations are built.
      "tsconfig.here.json": JSON.stringify({
        extends: "./tsconfig.json",
        compilerOptions: { paths: { "flower-runbook": [join(ROOT, "lib/index.ts")] } },
        include: ["*.ts", join(ROOT, "lib/**/*.d.ts")],
      }),
    })
    symlinkSync(join(ROOT, "node_modules/@types"), join(folder, "node_modules/@types"))
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc")
    const { stdout } = spawnSync(process.execPath, [tsc, "-p", "tsconfig.here.json"], {
      cwd: folder,
      encoding: "utf8",
    })
    const errorsOf = (file: string) =>
      stdout
        .split(/^(?=\S)/m)
        .filter((error) => error.startsWith(`${file}(`))
        .join("")
    for (const [n, [, message]] of table.entries()) expect(errorsOf(`wrong-${n}.ts`)).toContain(message)
    expect(stdout.split("\n").filter((line) => /^\S+\(/.test(line) && !line.startsWith("wrong-"))).toEqual([])
    const out = ran(folder, ..."index.ts run --practice --yes --delays none".split(" "))
    expect(out).toMatch(/4 steps done/)
  })
})

test("the five steps in about 40 lines run", { timeout: 120_000 }, () => {
  const source = block("Five steps in one file")
  expect(source.trimEnd().split("\n").length).toBeLessThan(50)
  const folder = folderOf("pages", { "index.js": source, "pages.test.js": block("How do I test it") })
  const stdout = ran(folder, ..."index.js run --practice --yes --delays none".split(" "))
  expect(stdout).toMatch(/3 sites serve/)
  expect(stdout).toMatch(/13 steps done/)
  expect(ran(folder, "--test")).toMatch(/pass 1$/m)
})

test("practice clusters that stay: the commands are right", () => {
  const members = notebook({
    name: "n",
    title: "",
    roles: { member: "many" },
    inputs: clusterInputs,
    steps: [],
  })
  const names = block("How do I test it", "sh")
    .trim()
    .split("\n")
    .map((line) => {
      const [program, file, ...argv] = line.split(" ")
      expect([program, file]).toEqual(["node", "index.js"])
      return parseCommandLine(members, argv, room, "node index.js").command!.name
    })
  expect(names).toEqual(["practice", "run", "status", "teardown"])
})

test("no block of the page is left out", () => {
  expect(untaken()).toEqual([])
})
