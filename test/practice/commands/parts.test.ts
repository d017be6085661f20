/** Flags, durations, columns, paths: what needs no server. */
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, test } from "vitest"
import { age } from "../../../lib/practice/apiserver/age.ts"
import { type Flag, parseFlags } from "../../../lib/practice/commands/flags.ts"
import { goError } from "../../../lib/practice/commands/go-error.ts"
import { writeCommands } from "../../../lib/practice/commands/index.ts"
import { loadKubeconfig } from "../../../lib/practice/commands/kubeconfig.ts"
import { render } from "../../../lib/practice/commands/oc/jsonpath.ts"
import { columns, KUBECTL, SKUPPER } from "../../../lib/practice/commands/tabwriter.ts"
import { formatDuration, parseDuration } from "../../../lib/practice/go-duration.ts"

const folder = mkdtempSync(join(tmpdir(), "o'c parts "))
afterAll(() => rmSync(folder, { recursive: true }))

describe("flags", () => {
  const table: Flag[] = [
    { name: "namespace", short: "n" },
    { name: "wait", type: "bool", default: "true" },
    { name: "all", short: "a", type: "bool" },
    { name: "filename", short: "f", type: "strings" },
    { name: "timeout", type: "duration", default: "1m" },
    { name: "port", short: "c", type: "int" },
  ]
  const read = (...argv: string[]) => parseFlags(argv, table)

  test("every spelling", () => {
    for (const argv of [
      ["-n", "x"],
      ["-nx"],
      ["-n=x"],
      ["--namespace", "x"],
      ["--namespace=x"],
      ["-an", "x"],
    ]) {
      expect(read(...argv).flags.text("namespace")).toBe("x")
    }
    const { flags, rest } = read("a", "--wait=false", "-f", "1", "--filename=2", "b", "--", "--nope")
    expect(rest).toEqual(["a", "b", "--nope"])
    expect(flags.on("wait")).toBe(false)
    expect(flags.all("filename")).toEqual(["1", "2"])
    expect(flags.duration("timeout")).toBe(60_000)
    expect(flags.given("timeout")).toBe(false)
    expect(read("--namespace=a=b").flags.text("namespace")).toBe("a=b")
  })

  test.each([
    [["--nope"], "unknown flag: --nope"],
    [["-x"], "unknown shorthand flag: 'x' in -x"],
    [["-ax"], "unknown shorthand flag: 'x' in -x"],
    [["--namespace"], "flag needs an argument: --namespace"],
    [["-n"], "flag needs an argument: 'n' in -n"],
    [["--=x"], "bad flag syntax: --=x"],
    [
      ["--wait=maybe"],
      'invalid argument "maybe" for "--wait" flag: strconv.ParseBool: parsing "maybe": invalid syntax',
    ],
    [
      ["-c", "x"],
      'invalid argument "x" for "-c, --port" flag: strconv.ParseInt: parsing "x": invalid syntax',
    ],
    [["--timeout=5"], 'invalid argument "5" for "--timeout" flag: time: missing unit in duration "5"'],
  ] as const)("%j", (argv, text) => {
    expect(() => read(...argv)).toThrow(expect.objectContaining({ message: text }))
  })
})

describe("durations", () => {
  test.each([
    ["15m", 900_000, "15m0s"],
    ["1h2m3.5s", 3_723_500, "1h2m3.5s"],
    ["90s", 90_000, "1m30s"],
    ["1.5h", 5_400_000, "1h30m0s"],
    ["10ms", 10, "10ms"],
    ["0", 0, "0s"],
    ["-5s", -5000, "-5s"],
  ])("%s", (text, milliseconds, said) => {
    expect(parseDuration(text)).toBe(milliseconds)
    expect(formatDuration(milliseconds)).toBe(said)
  })
  test.each([
    ["", 'time: invalid duration ""'],
    ["x", 'time: invalid duration "x"'],
    ["60", 'time: missing unit in duration "60"'],
    ["5d", 'time: unknown unit "d" in duration "5d"'],
  ])("%j is none", (text, why) => {
    expect(() => parseDuration(text)).toThrow(why)
  })
})

describe("columns", () => {
  test("a text of a tab stop's width has a tab of its own", () => {
    expect(
      columns(
        [
          ["NAME", "X"],
          ["12345678", "y"],
        ],
        SKUPPER,
      ),
    ).toEqual(["NAME\t\tX", "12345678\ty"])
  })
  test("a line without the cell ends the column", () => {
    const lines = [["a", "1"], ["a-long-name", "2"], ["no cell"], ["b", "3"]]
    expect(columns(lines, SKUPPER)).toEqual(["a\t\t1", "a-long-name\t2", "no cell", "b\t3"])
  })
  test("kubectl's: three blanks, at least six wide", () => {
    expect(
      columns(
        [
          ["N", "B", "C"],
          ["äöü", "", "z"],
        ],
        KUBECTL,
      ),
    ).toEqual(["N     B     C", "äöü         z"])
  })
})

test("ages", () => {
  const now = Date.parse("2026-11-22T12:00:00Z")
  const ago = (seconds: number) => age(new Date(now - seconds * 1000).toISOString(), now)
  const said = [5, 119, 125, 180, 3000, 3600 * 4 + 60, 3600 * 30, 3600 * 60, 86_400 * 20, 86_400 * 800].map(
    ago,
  )
  expect(said).toEqual(["5s", "119s", "2m5s", "3m", "50m", "4h1m", "30h", "2d12h", "20d", "2y70d"])
  expect(age(undefined)).toBe("<unknown>")
})

test("JSONPath", () => {
  const object = {
    metadata: { name: "x", annotations: { "a.b/c": "deep" } },
    items: [{ n: 1 }, { n: 2, t: "q" }],
    none: null,
  }
  const said = (template: string) => render(template, object)
  expect(said("{.metadata.name}")).toBe("x")
  expect(said(".metadata.name")).toBe(".metadata.name")
  expect(said("{.items[*].n} {.items[-1].n}!")).toBe("1 2 2!")
  expect(said('{.items[?(@.t=="q")].n}')).toBe("2")
  expect(said("{.metadata.annotations.a\\.b/c}")).toBe("deep")
  expect(said("{.metadata['name']}{'\\t'}{.missing.way}")).toBe("x\t")
  expect(said('{range .items[*]}{.n}{"\\n"}{end}end')).toBe("1\n2\nend")
  expect(said("{.items}")).toBe('[{"n":1},{"n":2,"t":"q"}]')
  expect(() => said("{range .items[*]}{.n}")).toThrow("unclosed range")
})

test("network errors in Go's words", () => {
  const said = (error: object) => goError(error as Error & { code?: string }, "h.test:6443")
  expect(said({ code: "ENOTFOUND", hostname: "h.test" })).toBe("dial tcp: lookup h.test: no such host")
  expect(said({ code: "ECONNRESET", message: "socket hang up" })).toBe("EOF")
  expect(said({ code: "ECONNREFUSED", address: "::1", port: 6443 })).toBe(
    "dial tcp [::1]:6443: connect: connection refused",
  )
  expect(
    said({ code: "ERR_TLS_CERT_ALTNAME_INVALID", cert: { subjectaltname: "DNS:a, IP Address:1.2.3.4" } }),
  ).toBe("tls: failed to verify certificate: x509: certificate is valid for a, 1.2.3.4, not h.test")
})

test("KUBECONFIG may list several files: the first wins, changes go into the first that is there", async () => {
  const one = join(folder, "one.yaml")
  const two = join(folder, "two.yaml")
  writeFileSync(one, "current-context: b\ncontexts: [{name: a, context: {cluster: c, namespace: first}}]\n")
  writeFileSync(
    two,
    "current-context: a\ncontexts: [{name: a, context: {cluster: c, namespace: second}}, {name: b, context: {cluster: c}}]\nclusters: [{name: c, cluster: {server: 'https://h', certificate-authority: ca.crt}}]\n",
  )
  process.env.KUBECONFIG = `${join(folder, "missing.yaml")}:${one}:${two}`
  try {
    const { session, file } = await loadKubeconfig("")
    expect(file).toBe(one)
    expect(session?.context).toBe("b")
    expect(session?.cluster).toEqual({ server: "https://h", "certificate-authority": join(folder, "ca.crt") })
    expect((await loadKubeconfig("", "a")).session?.namespace).toBe("first")
    expect((await loadKubeconfig(two)).session?.namespace).toBe("second")
  } finally {
    delete process.env.KUBECONFIG
  }
})

test("the commands run from a folder with blanks and quotes, and start from compiled code", async () => {
  const commands = join(folder, "a 'quoted' \"folder\" $x")
  await writeCommands(commands)
  await writeCommands(commands)
  for (const name of ["oc", "skupper"]) expect(statSync(join(commands, name)).mode & 0o777).toBe(0o755)
  expect(execFileSync(join(commands, "skupper"), ["version"], { encoding: "utf8" })).toBe("2.2.1\n")
  expect(statSync(join(commands, ".cache")).isDirectory()).toBe(true)
})
