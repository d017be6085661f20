import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { beforeEach, describe, expect, test } from "vitest"
import type { Call } from "../../lib/cli/call.ts"
import { draftText, readDraft, type Section } from "../../lib/cli/walk/draft.ts"
import { refusedEdit } from "../../lib/cli/walk/edited-command.ts"
import { editText } from "../../lib/cli/walk/editor.ts"
import { plainWords } from "../../lib/cli/walk/plain-words.ts"
import { createShell } from "../../lib/shell/index.ts"
import { room } from "./world.ts"

let at: string
beforeEach(() => {
  at = room()
})

describe("the words of a plain command", () => {
  const shell = () => {
    const { signal } = new AbortController()
    return createShell({ env: { PATH: process.env.PATH! }, emit: () => {}, redact: (text) => text, signal })
  }
  test.each([
    "oc apply -f x.yaml",
    `a 'b c' "d e" f\\ g h'i'"j" '' ""`,
    `'it'\\''s' "a \\"quoted\\" \\$word" 'no $x \`y\`'`,
    "  blanks\t between  ",
    "ключ=значение 'déjà vu'",
  ])("%s: as bash splits it", async (line) => {
    const raw = Object.assign([`printf '%s\\0' ${line}`], { raw: [""] })
    const { stdout } = await shell()(raw as unknown as TemplateStringsArray)
    expect(plainWords(line)).toEqual(stdout.split("\0").slice(0, -1))
  })
  test.each([
    "a; b",
    "a | b",
    "a && b",
    "a > b",
    "a < b",
    "a `b`",
    "a $(b)",
    "a $B",
    'a "$B"',
    'a "`b`"',
    "a *",
    "a ~",
    "a {b,c}",
    "a # b",
    "a 'b",
    'a "b',
    "a \\",
    "(a)",
    "a !b",
    "a ?",
    "a [b]",
  ])("%s is more than a command", (line) => {
    expect(() => plainWords(line)).toThrow(/shell|closed|backslash/)
  })
})

describe("an edited command", () => {
  const apply = "oc apply --server-side --field-manager=flower-runbook -n a -f /m/x.yaml"
  const site = "skupper site create x --wait none -n a"
  test.each([
    [apply, apply],
    [apply, "oc apply --server-side --field-manager=flower-runbook --dry-run=server -n a -f /m/x.yaml"],
    [apply, "oc apply -n=a --filename '/m/x.yaml'"],
    [site, "skupper site create x --enable-ha --wait none --namespace a"],
    [site, "skupper site create y -na --timeout 2m"],
    ["a | b", "a | b"],
  ])("%s → %s is accepted", (before, after) => {
    expect(refusedEdit(before, after)).toBeUndefined()
  })
  test.each([
    [apply, "kubectl apply -n a -f /m/x.yaml", /the program must stay oc, but is kubectl/],
    [apply, "oc delete -n a -f /m/x.yaml", /must stay oc apply/],
    [site, "skupper site delete x -n a", /must stay skupper site create/],
    [site, "skupper site create x -n b", /--namespace must stay: it says where/],
    [site, "skupper site create x", /--namespace must stay: it says where/],
    [site, "skupper site create x -n a -n b", /--namespace must stay: it says where/],
    [site, "skupper site create x -n a --kubeconfig /other", /--kubeconfig must stay: it says where/],
    [apply, "oc apply -n a -f /m/x.yaml --context other", /--context must stay: it says where/],
    [apply, "oc apply -n a -f /m/other.yaml", /--filename must stay: it says where/],
    [apply, "oc apply -n a -f /m/x.yaml --token abc", /--token must stay: it says where/],
    [apply, "oc --user=x apply -n a -f /m/x.yaml", /must stay oc apply/],
    [apply, "KUBECONFIG=/other oc apply -n a -f /m/x.yaml", /the program must stay/],
    [apply, "oc apply -n a -f /m/x.yaml; rm -rf /", /only one plain command is allowed: ";"/],
    [apply, "oc apply -n a -f /m/x.yaml > /etc/passwd", /only one plain command is allowed: ">"/],
    [apply, 'oc apply -n "$(whoami)" -f /m/x.yaml', /only one plain command is allowed: "\$"/],
    ["a | b", "a | c", /cannot be edited/],
  ])("%s → %s is refused", (before, after, why) => {
    expect(refusedEdit(before, after)).toMatch(why)
  })
})

describe("a draft", () => {
  const text =
    "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: x\n  namespace: a\nspec:\n  replicas: 1\n"
  const path = () => join(at, "my manifests", "x.yaml")
  const line = () => `oc apply -n a -f '${path()}'`
  const sections = (): Section[] => [
    {
      place: "one/deploy",
      commands: [
        { line: line(), files: [path()] },
        { line: "oc get pods", files: [] },
      ],
      manifests: new Map([[path(), text]]),
    },
    {
      place: "two/deploy",
      commands: [
        { line: "oc get 'a\nb'", files: [] },
        { line: "oc label x a=1", files: [] },
      ],
      manifests: new Map(),
    },
  ]
  const draft = () => draftText("Deploy", sections())
  const read = (update: (text: string) => string) => readDraft(update(draft()), sections())

  test("holds every command of one line with its manifest, by place", () => {
    expect(draft().split("\n").slice(5)).toEqual([
      "",
      "# --- one/deploy ---",
      line(),
      "# >>> x.yaml, which the command above applies",
      ...text.trimEnd().split("\n"),
      "# <<< x.yaml",
      "oc get pods",
      "",
      "# --- two/deploy ---",
      "oc label x a=1",
      "",
    ])
  })
  test("unchanged, or with other comments, edits nothing", async () => {
    expect((await read((same) => same)).size).toBe(0)
    expect((await read((same) => `# mine\r\n${same}\n\n# more\n`)).size).toBe(0)
  })
  test("gives each edited command by its line", async () => {
    const edits = await read((same) => same.replace("oc label x a=1", "  oc label x a=1 b=2 "))
    expect([...edits].map(([place, lines]) => [place, [...lines]])).toEqual([
      [
        "two/deploy",
        [
          [
            "oc label x a=1",
            { line: "oc label x a=1 b=2", said: "edited: the command was oc label x a=1", applied: [] },
          ],
        ],
      ],
    ])
  })
  test("writes an edited manifest beside its original, and the command names it", async () => {
    const edits = await read((same) => same.replace("replicas: 1", "replicas: 2 # more"))
    const copy = join(at, "my manifests", "x.edited.yaml")
    expect(edits.get("one/deploy")?.get(line())).toEqual({
      line: `oc apply -n a -f '${copy}'`,
      said: "edited: x.yaml: - replicas: 1 + replicas: 2 # more",
      applied: [{ what: "manifests/x.edited.yaml", sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }],
    })
    expect(readFileSync(copy, "utf8")).toBe(text.replace("replicas: 1", "replicas: 2 # more"))
    expect(statSync(copy).mode & 0o777).toBe(0o600)
  })
  test.each<[string, (same: string) => string, RegExp]>([
    ["a command removed", (same) => same.replace("oc get pods\n", ""), /a command of one\/deploy is missing/],
    ["a command added", (same) => `${same}oc get nodes\n`, /two\/deploy has one more command/],
    [
      "one moved to another place",
      (same) => same.replace("oc get pods\n", "").replace("oc label", "oc get pods\noc label"),
      /one\/deploy is missing/,
    ],
    ["a mark removed", (same) => same.replace("# <<< x.yaml\n", ""), /"# <<< x\.yaml" is missing/],
    ["a place removed", (same) => same.replace("# --- two/deploy ---\n", ""), /one more command|is missing/],
    [
      "another namespace",
      (same) => same.replace("-n a", "-n b"),
      /line 8: --namespace must stay: it says where/,
    ],
    ["not YAML", (same) => same.replace("spec:\n", "spec: [\n"), /x\.yaml is not YAML/],
    ["another name", (same) => same.replace("name: x", "name: y"), /apps\/v1 Deployment x a/],
    [
      "another kind",
      (same) => same.replace("kind: Deployment", "kind: Pod"),
      /kind, name and namespace must stay/,
    ],
    [
      "another namespace in the manifest",
      (same) => same.replace("namespace: a", "namespace: b"),
      /namespace must stay/,
    ],
    [
      "one object more",
      (same) => same.replace("# <<< x.yaml", "---\nkind: Secret\n# <<< x.yaml"),
      /namespace must stay/,
    ],
    [
      "the same object twice",
      (same) => same.replace("# <<< x.yaml", `---\n${text}# <<< x.yaml`),
      /namespace must stay/,
    ],
    ["nothing at all", () => "", /is missing/],
  ])("%s is refused, and nothing is written", async (_, updateStep, why) => {
    await expect(read(updateStep)).rejects.toThrow(why)
    expect(existsSync(join(at, "my manifests", "x.edited.yaml"))).toBe(false)
  })
})

describe("the editor", () => {
  const callWith = (env: Record<string, string>) =>
    ({
      io: { env: { PATH: process.env.PATH, ...env } },
      interruptible: (work: (signal: AbortSignal) => unknown) => work(new AbortController().signal),
    }) as unknown as Call
  const script = (body: string): string => {
    mkdirSync(join(at, "my bin"), { recursive: true })
    const file = join(at, "my bin", "edit.sh")
    writeFileSync(file, `#!/bin/sh\n${body}\n`)
    chmodSync(file, 0o755)
    return file
  }
  test("is VISUAL, else EDITOR, with its arguments; the file is the owner's alone", async () => {
    const path = join(at, "edit", "x.txt")
    const editor = script(`[ "$1" = --wait ] || exit 3; stat -c %a "$2" >> "$2"`)
    const env = { VISUAL: `'${editor}' --wait`, EDITOR: "false" }
    expect(await editText(callWith(env), path, "text\n")).toBe("text\n600\n")
    expect(await editText(callWith({ EDITOR: `'${editor}' --wait` }), path, "text\n")).toBe("text\n600\n")
  })
  test.each([
    ["exit 1", /ended with exit code 1; nothing was changed/],
    ["kill -9 $$", /ended with exit code 137|was stopped by SIGKILL/],
  ])("that fails changes nothing: %s", async (body, why) => {
    const editor = script(body)
    await expect(editText(callWith({ EDITOR: `'${editor}'` }), join(at, "x.txt"), "text\n")).rejects.toThrow(
      why,
    )
  })
  test("that does not exist: the error says what to do", async () => {
    await expect(
      editText(callWith({ EDITOR: "no-such-editor" }), join(at, "x.txt"), ""),
    ).rejects.toMatchObject({
      fix: "set EDITOR to an installed editor",
    })
  })
})
