/** Label and field selectors. */
import { five, listed } from "../five.ts"
import { names, said } from "../normal.ts"
import { row, type Theme } from "../row.ts"
import { pod, widget } from "../things.ts"

const labelled = (selector: string) => listed(`labelSelector=${encodeURIComponent(selector)}`)

const chosen = (selector: string) => listed(`fieldSelector=${encodeURIComponent(selector)}`)

export const selectors: Theme = {
  theme: "selectors",
  rows: [
    row("labels: equal", labelled("parity=odd"), "ace"),
    row("labels: equal, doubled", labelled("parity==odd"), "ace"),
    row("labels: unequal matches what has no such label", labelled("letter!=a,other!=b"), "bcde"),
    row("labels: in", labelled("letter in (a, b,c)"), "abc"),
    row("labels: notin", labelled("letter notin (a,b),parity"), "cde"),
    row("labels: exists", labelled("letter"), "abcde"),
    row("labels: does not exist", labelled("!letter"), ""),
    row("labels: an empty value", labelled("letter="), ""),
    row("labels: greater than", labelled("letter>1"), ""),
    row(
      "labels: a selector that is none",
      labelled("a b"),
      "400 BadRequest unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt",
    ),
    row(
      "labels: a value that is none",
      labelled("letter=-x-"),
      "400 BadRequest unable to parse requirement: values[0][letter]: Invalid value: \"-x-\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
    ),
    row(
      "labels: in without values",
      labelled("letter in"),
      "400 BadRequest unable to parse requirement: found '' expected: '('",
    ),
    row("fields: by name", chosen("metadata.name=b"), "b"),
    row("fields: by another name", chosen("metadata.name!=b"), "acde"),
    row(
      "fields: by namespace",
      async (scene) => {
        await five(scene)
        const answer = await scene.admin.get(`/api/v1/secrets?fieldSelector=metadata.namespace%3D${scene.ns}`)
        return names(answer).join("")
      },
      "abcde",
    ),
    row("fields: a Secret's type", chosen("type=Opaque,metadata.name=a"), "a"),
    row(
      "fields: one that a kind cannot be chosen by",
      chosen("data.x=1"),
      "400 BadRequest field label not supported: data.x",
    ),
    row(
      "fields: a selector that is none",
      chosen("metadata.name"),
      "400 BadRequest invalid selector: 'metadata.name'; can't understand 'metadata.name'",
    ),
    row(
      "fields: a pod's phase and node",
      async ({ admin, core }) => {
        await admin.post(`${core}/pods`, pod("a"))
        await admin.post(`${core}/pods`, pod("b", { nodeName: "n" }))
        const by = async (it: string) =>
          names(await admin.get(`${core}/pods?fieldSelector=${encodeURIComponent(it)}`)).join("")
        return [
          await by("status.phase=Pending"),
          await by("spec.nodeName=n"),
          await by("spec.nodeName="),
          await by("status.phase!=Pending"),
        ]
      },
      ["ab", "b", "a", ""],
    ),
    row(
      "fields: a custom resource by name only",
      async ({ admin, own }) => {
        for (const name of ["a", "b"]) await admin.post(`${own}/widgets`, widget(name))
        const by = (it: string) => admin.get(`${own}/widgets?fieldSelector=${encodeURIComponent(it)}`)
        return [names(await by("metadata.name=a")), said(await by("spec.size=1"))]
      },
      [["a"], "400 BadRequest field label not supported: spec.size"],
    ),
    row(
      "both selectors at once",
      listed(`labelSelector=parity%3Dodd&fieldSelector=metadata.name%21%3Da`),
      "ce",
    ),
  ],
}
