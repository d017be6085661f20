import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
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
  ])
  expect(schema.properties.mirrors!.items!.additionalProperties).toBe(false)
})
