import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { input, notebook, ready, step } from "../../lib/index.ts"
import { readFederationFile } from "../../lib/inputs/federation-file.ts"
import { federationSchema } from "../../lib/inputs/schema.ts"
import { room } from "../cli/world.ts"
import { mirrors } from "../example/notebook.ts"

const read = (text: string, folder = room()) => {
  writeFileSync(join(folder, "federation.yaml"), text)
  return readFederationFile(mirrors, join(folder, "federation.yaml"), folder)
}
const mistakes = async (text: string): Promise<string[]> => {
  const error = await read(text).then(
    () => new Error("it was accepted"),
    (thrown: Error) => thrown,
  )
  return error.message.split("\n")
}

describe("what a file says", () => {
  test("sites, defaults, federation-wide values, with where they were found", async () => {
    const folder = room()
    mkdirSync(join(folder, "sub"))
    const layer = await read(
      [
        "version: 1",
        "federation: trial",
        "page: { greeting: 1.40 }",
        "max-age: 2h",
        "loud: true",
        "defaults: &all { footer: sub/footer.txt }",
        "original: { folder: /o }",
        "mirrors:",
        "  - { folder: /m1, mode: link }",
        "  - name: far",
        "    folder: '/m2'",
      ].join("\n"),
      folder,
    )
    expect(layer.federation).toBe("trial")
    expect(layer.values.get("greeting")).toEqual({
      value: "1.40",
      where: "federation.yaml:3:19 (page.greeting)",
    })
    expect(layer.values.get("max-age")?.value).toBe(7200)
    expect(layer.values.get("loud")?.value).toBe(true)
    expect(layer.defaults.get("footer")?.value).toBe(join(folder, "sub/footer.txt"))
    expect(layer.sites).toEqual([
      { name: "original", role: "original" },
      { name: "mirror-1", role: "mirror" },
      { name: "far", role: "mirror" },
    ])
    expect(layer.bySite.get("far")?.get("folder")?.value).toBe("/m2")
    expect(layer.bySite.get("mirror-1")?.get("mode")).toEqual({
      value: "link",
      where: "federation.yaml:9:26 (mirrors[0].mode)",
    })
  })
  test("aliases are resolved", async () => {
    const layer = await read(
      "version: 1\nmirrors:\n  - &m { folder: /a }\npage: { greeting: &g hi }\noriginal: *m\n",
    )
    expect(layer.bySite.get("original")?.get("folder")?.value).toBe("/a")
  })
})

describe("mistakes: every one, with line, column and key", () => {
  test("in the order of the file", async () => {
    expect(
      await mistakes(
        [
          "version: 2",
          "federation: My Trial",
          "max-agee: 3",
          "page: { greetin: a }",
          "folder: /x",
          "defaults: { greeting: a, moode: copy }",
          "original: { folder: rel, mode: copy, greeting: a }",
          "mirrors:",
          "  - { name: one, folder: }",
          "  - { name: one, folder: [a], mode: cop }",
          "  - 7",
        ].join("\n"),
      ),
    ).toMatchInlineSnapshot(`
      [
        "federation.yaml:1:1: version 2 is not supported; this program reads version 1",
        "federation.yaml:2:13: federation: "My Trial" is not a name: use lower-case letters, digits and dashes, with no dash at either end",
        "federation.yaml:3:1: max-agee: unknown key; did you mean max-age?",
        "federation.yaml:4:9: page.greetin: unknown key; did you mean page.greeting?",
        "federation.yaml:5:1: folder: unknown key; it belongs under a site, or under defaults:",
        "federation.yaml:6:13: defaults.greeting: unknown key; it belongs at the top level: page.greeting",
        "federation.yaml:6:26: defaults.moode: unknown key; did you mean mode?",
        "federation.yaml:7:21: original.folder: rel is not an absolute path",
        "federation.yaml:7:26: original.mode: applies only to sites with the role mirror",
        "federation.yaml:7:38: original.greeting: applies to the whole federation; it belongs at the top level: page.greeting",
        "federation.yaml:9:26: mirrors[0].folder: has no value",
        "federation.yaml:10:5: mirrors[1]: another site is also named one",
        "federation.yaml:10:26: mirrors[1].folder: must be a text, not a list",
        "federation.yaml:10:37: mirrors[1].mode: "cop" is not one of copy, link; did you mean copy?",
        "federation.yaml:11:5: mirrors[2]: must contain keys and values",
      ]
    `)
  })
  test.each([
    ["", "federation.yaml:1:1: the file contains no keys; it must start with version: 1"],
    [
      "original: { folder: /a }",
      "federation.yaml:1:1: version: missing; the file must start with version: 1",
    ],
    [
      "version: 1\nmirrors: { name: a }",
      "federation.yaml:2:10: mirrors: must be a list with one entry per site: - { name: mirror-1, … }",
    ],
    ["version: 1\nversion: 1", "federation.yaml:2:1: Map keys must be unique"],
  ])("%j", async (text, message) => {
    expect(await mistakes(text)).toEqual([message])
  })
  test("broken YAML names the place", async () => {
    expect((await mistakes("version: 1\noriginal: { folder: /a"))[0]).toMatch(/^federation\.yaml:2:\d+: /)
  })
  test("names of every object's own properties are unknown keys", async () => {
    const text = `version: 1
constructor: x
defaults: { toString: x }
original: { toString: x, __proto__: { a: b } }
mirrors:
  - { name: one, constructor: y }
`
    expect((await mistakes(text)).map((line) => line.split("; ")[0])).toEqual([
      "federation.yaml:2:1: constructor: unknown key",
      "federation.yaml:3:13: defaults.toString: unknown key",
      "federation.yaml:4:13: original.toString: unknown key",
      "federation.yaml:4:26: original.__proto__: unknown key",
      "federation.yaml:6:18: mirrors[0].constructor: unknown key",
    ])
  })

  test("a file that does not exist", async () => {
    await expect(readFederationFile(mirrors, "/nowhere/f.yaml", "/")).rejects.toThrow("f.yaml does not exist")
  })
})

test("the schema has the same keys as the reader, and is closed", () => {
  const schema = federationSchema(mirrors) as unknown as {
    additionalProperties: boolean
    properties: Record<
      string,
      { properties?: object; items?: { properties: object; additionalProperties: boolean } }
    >
  }
  expect(schema.additionalProperties).toBe(false)
  expect(Object.keys(schema.properties).sort()).toEqual(
    ["defaults", "federation", "loud", "max-age", "mirrors", "original", "page", "version"].sort(),
  )
  expect(Object.keys(schema.properties.page!.properties!)).toEqual(["greeting"])
  expect(Object.keys(schema.properties.original!.properties!)).toEqual(["name", "folder", "footer"])
  expect(Object.keys(schema.properties.mirrors!.items!.properties)).toEqual([
    "name",
    "folder",
    "footer",
    "mode",
    "contexts",
    "csv",
  ])
  expect(schema.properties.mirrors!.items!.additionalProperties).toBe(false)
})

describe("many sites in one entry", () => {
  const clustered = notebook({
    name: "clustered",
    title: "",
    roles: { hub: "one", ward: "many" },
    inputs: {
      server: input.url({ per: "site", required: true, identity: true, help: "" }),
      context: input.text({ per: "site", help: "" }),
      kubeconfig: input.path({ per: "site", help: "" }),
      project: input.text({ per: "site", help: "" }),
      password: input.text({ per: "site", help: "", secret: true }),
    },
    steps: [step({ id: "a", title: "", on: "every site", prose: "", check: () => ready("there") })],
  })
  const contexts = ["hospital-10", "hospital-2", "clinic", "Team A/api.b:6443"].map((name) => ({
    name,
    server: `https://${name.length}.example:6443`,
  }))
  const asked: (string | undefined)[] = []
  const readMany = (lines: readonly string[], folder = room()) => {
    asked.length = 0
    writeFileSync(join(folder, "federation.yaml"), ["version: 1", ...lines].join("\n"))
    return readFederationFile(clustered, join(folder, "federation.yaml"), folder, async (kubeconfig) => {
      asked.push(kubeconfig)
      return contexts
    })
  }

  test("contexts by a glob, in the order of their numbers, each with its server and a name of its own", async () => {
    const folder = room()
    const layer = await readMany(
      [
        "defaults: { kubeconfig: all.yaml }",
        "wards:",
        "  - { contexts: 'hospital-*', project: trial }",
        "  - { contexts: 'Team*' }",
        "  - { server: https://x.example:6443 }",
      ],
      folder,
    )
    expect(asked).toEqual([join(folder, "all.yaml")])
    expect(layer.sites.map(({ name }) => name)).toEqual([
      "hospital-2",
      "hospital-10",
      "team-a-api-b-6443",
      "ward-4",
    ])
    const values = (site: string) =>
      Object.fromEntries([...layer.bySite.get(site)!].map(([name, { value }]) => [name, value]))
    expect(values("hospital-10")).toEqual({
      context: "hospital-10",
      server: "https://11.example:6443",
      project: "trial",
    })
    expect(layer.bySite.get("hospital-2")?.get("context")?.where).toMatch(
      /^federation.yaml:4:17 \(wards\[0\]\.contexts: hospital-2\)/,
    )
  })

  test("contexts by a range, which the kubeconfig need not have yet", async () => {
    const layer = await readMany(["wards:", "  - { contexts: 'w-{08..11}', server: https://a.example:6443 }"])
    expect(layer.sites.map(({ name }) => name)).toEqual(["w-08", "w-09", "w-10", "w-11"])
  })

  test("rows of a CSV file, whose text is part of what is trusted", async () => {
    const folder = room()
    writeFileSync(
      join(folder, "wards.csv"),
      'name,server,project\r\nalpha,https://a.example:6443,"one, ""two"""\r\n\r\n,https://b.example:6443,\n',
    )
    const layer = await readMany(["wards:", "  - { csv: wards.csv, project: trial }"], folder)
    expect(layer.sites.map(({ name }) => name)).toEqual(["alpha", "ward-2"])
    expect(layer.bySite.get("alpha")?.get("project")).toEqual({
      value: 'one, "two"',
      where: "wards.csv:2 (project)",
    })
    expect(layer.bySite.get("ward-2")?.get("project")?.value).toBe("trial")
    expect(layer.text).toContain("a.example")
  })

  test("what is wrong with them, with its place", async () => {
    const folder = room()
    writeFileSync(join(folder, "wards.csv"), "name,servr,password\nAlpha,https://a.example:6443,secret\n")
    const error = await readMany(
      [
        "wards:",
        "  - { contexts: 'ward-*' }",
        "  - { contexts: 'w-{3..1}' }",
        "  - { csv: none.csv }",
        "  - { csv: wards.csv, name: x }",
      ],
      folder,
    ).catch((thrown: Error) => thrown.message)
    expect(String(error).split("\n")).toEqual([
      "federation.yaml:3:17: wards[0].contexts: no context of the kubeconfig is named ward-*",
      "federation.yaml:4:17: wards[1].contexts: {3..1} is empty: it must go upwards",
      "federation.yaml:5:12: wards[2].csv: none.csv cannot be read (ENOENT)",
      expect.stringMatching(/^federation.yaml:6:5: wards\.csv:2: name: "Alpha" is not a name/),
      expect.stringMatching(/wards\.csv:2: servr: not a key of a site; did you mean server\?/),
      expect.stringMatching(/wards\.csv:2: password: is secret/),
      "federation.yaml:6:23: wards[3].name: an entry with many sites has no name of its own",
    ])
  })
})
