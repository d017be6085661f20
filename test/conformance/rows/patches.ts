/** Merge and JSON patches. */
import { said } from "../normal.ts"
import { row, type Theme } from "../row.ts"
import type { Scene } from "../scene.ts"
import { configMap, widget } from "../things.ts"

const map = async ({ admin, core }: Scene) =>
  admin.post(`${core}/configmaps`, configMap("a", { x: "1", y: "2" }, { labels: { l: "1" } }))

const data = (patch: unknown) => async (scene: Scene) => {
  await map(scene)
  const { status, body } = await scene.admin.merge(`${scene.core}/configmaps/a`, patch)
  return status === 200
    ? { data: body.data, labels: body.metadata.labels }
    : said({ status, body, text: "", headers: {} })
}

const json = (patch: unknown) => async (scene: Scene) => {
  await map(scene)
  const { status, body } = await scene.admin.json(`${scene.core}/configmaps/a`, patch)
  return status === 200
    ? body.data
    : { status, reason: body.reason, message: body.message, details: body.details }
}

export const patches: Theme = {
  theme: "merge and JSON patches",
  rows: [
    row(
      "merge: fields are set, null removes",
      data({ data: { x: null, z: "3" }, metadata: { labels: null } }),
      { data: { y: "2", z: "3" } },
    ),
    row(
      "merge: a list is replaced whole",
      async ({ admin, own }) => {
        await admin.post(
          `${own}/widgets`,
          widget("a", { words: ["a", "b"], parts: [{ name: "p", count: 1 }] }),
        )
        const { body } = await admin.merge(`${own}/widgets/a`, {
          spec: { words: ["c"], parts: [{ name: "q" }] },
        })
        return body.spec
      },
      { on: false, parts: [{ name: "q" }], words: ["c"] },
    ),
    row(
      "merge: a name in the patch that is another",
      data({ metadata: { name: "b" } }),
      "400 BadRequest the name of the object (b) does not match the name on the URL (a)",
    ),
    row(
      "merge: another kind",
      async (scene) => {
        await map(scene)
        return said(await scene.admin.merge(`${scene.core}/configmaps/a`, { kind: "Secret" })).split(
          ": Invalid value",
        )[0]
      },
      '422 Invalid  "" is invalid: patch',
    ),
    row(
      "merge: no object",
      data([1]),
      "400 BadRequest error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}",
    ),
    row(
      "merge: a stale resourceVersion in the patch is a conflict",
      data({ metadata: { resourceVersion: "1" }, data: { x: "2" } }),
      '409 Conflict Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again',
    ),
    row(
      "merge: another uid in the patch is a conflict",
      data({ metadata: { uid: "00000000-0000-4000-8000-000000000000" } }),
      '422 Invalid ConfigMap "a" is invalid: metadata.uid: Invalid value: "UID": field is immutable',
    ),
    row(
      "merge: of a missing object",
      async ({ admin, core }) => said(await admin.merge(`${core}/configmaps/a`, {})),
      '404 NotFound configmaps "a" not found',
    ),
    row(
      "merge: an invalid result, the cause named",
      async ({ admin, own }) => {
        await admin.post(`${own}/widgets`, widget("a"))
        return said(await admin.merge(`${own}/widgets/a`, { spec: { size: 99 } }))
      },
      '422 Invalid Widget.conformance.example "a" is invalid: spec.size: Invalid value: 99: spec.size in body should be less than or equal to 9',
    ),
    row(
      "JSON: add, replace, remove",
      json([
        { op: "add", path: "/data/z", value: "3" },
        { op: "replace", path: "/data/x", value: "9" },
        { op: "remove", path: "/data/y" },
      ]),
      { x: "9", z: "3" },
    ),
    row(
      "JSON: move and copy",
      json([
        { op: "move", from: "/data/x", path: "/data/m" },
        { op: "copy", from: "/data/y", path: "/data/c" },
      ]),
      { c: "2", m: "1", y: "2" },
    ),
    row(
      "JSON: a test that holds",
      json([
        { op: "test", path: "/data/x", value: "1" },
        { op: "replace", path: "/data/x", value: "2" },
      ]),
      { x: "2", y: "2" },
    ),
    row("JSON: a test that fails", json([{ op: "test", path: "/data/x", value: "7" }]), {
      status: 422,
      reason: "Invalid",
      message: "the server rejected our request due to an error in our request",
      details: {},
    }),
    row("JSON: remove of what is not there", json([{ op: "remove", path: "/data/nope" }]), {
      status: 422,
      reason: "Invalid",
      message: "the server rejected our request due to an error in our request",
      details: {},
    }),
    row("JSON: replace of what is not there", json([{ op: "replace", path: "/data/nope", value: "1" }]), {
      nope: "1",
      x: "1",
      y: "2",
    }),
    row("JSON: add below what is not there", json([{ op: "add", path: "/nope/deep", value: "1" }]), {
      status: 422,
      reason: "Invalid",
      message: "the server rejected our request due to an error in our request",
      details: {},
    }),
    row("JSON: an operation that nobody knows", json([{ op: "mend", path: "/data/x" }]), {
      status: 422,
      reason: "Invalid",
      message: "the server rejected our request due to an error in our request",
      details: {},
    }),
    row("JSON: no list", json({ op: "add" }), {
      status: 400,
      reason: "BadRequest",
      message:
        "error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp",
    }),
    row(
      "JSON: escapes in paths",
      json([
        { op: "add", path: "/metadata/annotations", value: { "a/b": "1" } },
        { op: "replace", path: "/metadata/annotations/a~1b", value: "2" },
      ]),
      { x: "1", y: "2" },
    ),
  ],
}
