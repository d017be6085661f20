/** Streaming lists, watches of definitions that come and go, and of tables. */
import { ownKind } from "../definitions.ts"
import { events, said } from "../normal.ts"
import { row, type Theme } from "../row.ts"
import { secret } from "../things.ts"

/** So long is silence, in milliseconds. */
const SILENCE = 300

export const streaming: Theme = {
  theme: "streaming lists and watches in other forms",
  rows: [
    row(
      "streaming lists: initial events, then their bookmark",
      async ({ admin, core }) => {
        await admin.post(`${core}/secrets`, secret("a"))
        const stream = await admin.watch(
          `${core}/secrets?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true`,
        )
        const [added, bookmark] = await stream.take(2)
        stream.close()
        return { seen: events([added!, bookmark!]), bookmark: bookmark!.object }
      },
      {
        seen: ["ADDED a", "BOOKMARK of the initial events' end"],
        bookmark: {
          kind: "Secret",
          apiVersion: "v1",
          metadata: { resourceVersion: "RV", annotations: { "k8s.io/initial-events-end": "true" } },
        },
      },
    ),
    row(
      "streaming lists: sendInitialEvents wants resourceVersionMatch",
      async ({ admin, core }) => {
        return (await admin.get(`${core}/secrets?watch=true&sendInitialEvents=true&allowWatchBookmarks=true`))
          .body
      },
      {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        message:
          'ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
        reason: "Invalid",
        details: {
          group: "meta.k8s.io",
          kind: "ListOptions",
          causes: [
            {
              reason: "FieldValueForbidden",
              message: "Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
              field: "resourceVersionMatch",
            },
          ],
        },
        code: 422,
      },
    ),
    row(
      "resourceVersionMatch is for streaming lists alone",
      async ({ admin, core }) => {
        return said(
          await admin.get(`${core}/secrets?watch=true&resourceVersion=0&resourceVersionMatch=NotOlderThan`),
        )
      },
      '422 Invalid ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
    ),
    row(
      "sendInitialEvents=false begins now",
      async ({ admin, core }) => {
        await admin.post(`${core}/secrets`, secret("a"))
        const stream = await admin.watch(
          `${core}/secrets?watch=true&sendInitialEvents=false&resourceVersionMatch=NotOlderThan`,
        )
        await admin.post(`${core}/secrets`, secret("b"))
        const seen = events(await stream.take(2, SILENCE))
        stream.close()
        return seen
      },
      ["ADDED b"],
    ),
    row(
      "where bookmarks are allowed, a watch of nothing says nothing else",
      async ({ admin, core }) => {
        const stream = await admin.watch(
          `${core}/secrets?watch=true&allowWatchBookmarks=true&timeoutSeconds=1`,
        )
        const seen = events(await stream.rest())
        return seen.every((it) => it.startsWith("BOOKMARK"))
      },
      true,
    ),
    row(
      "a kind just established can be watched, its objects seen",
      async (scene) => {
        const { admin } = scene
        const { path, definition, object } = await ownKind(scene)
        const stream = await admin.watch(`${path}?watch=true`)
        await admin.post(path, object)
        const seen = events(await stream.take(1))
        stream.close()
        await admin.delete(definition)
        return seen
      },
      ["ADDED a"],
    ),
    row(
      "a watch of a kind whose definition goes: its objects go",
      async (scene) => {
        const { admin } = scene
        const { path, definition, object } = await ownKind(scene)
        await admin.post(path, object)
        const stream = await admin.watch(`${path}?watch=true`)
        const first = events(await stream.take(1))
        await admin.delete(definition)
        const after = events(await stream.take(1))
        stream.close()
        return { first, after }
      },
      { first: ["ADDED a"], after: ["DELETED a"] },
    ),
    row(
      "a watch as tables: the columns come with the first",
      async ({ admin, core }) => {
        const stream = await admin.watch(`${core}/secrets?watch=true`, {
          accept: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json",
        })
        await admin.post(`${core}/secrets`, secret("a"))
        await admin.post(`${core}/secrets`, secret("b"))
        const seen = await stream.take(2)
        stream.close()
        return seen.map(({ type, object }) => ({
          type,
          kind: object.kind,
          columns: object.columnDefinitions?.length ?? 0,
          name: object.rows[0].cells[0],
        }))
      },
      [
        { type: "ADDED", kind: "Table", columns: 4, name: "a" },
        { type: "ADDED", kind: "Table", columns: 0, name: "b" },
      ],
    ),
    row(
      "a watch of metadata alone",
      async ({ admin, core }) => {
        const stream = await admin.watch(`${core}/secrets?watch=true`, {
          accept: "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io",
        })
        await admin.post(`${core}/secrets`, secret("a"))
        const [event] = await stream.take(1)
        stream.close()
        return { type: event!.type, kind: event!.object.kind, fields: Object.keys(event!.object).sort() }
      },
      { type: "ADDED", kind: "PartialObjectMetadata", fields: ["apiVersion", "kind", "metadata"] },
    ),
  ],
}
