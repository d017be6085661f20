/** Watches: what comes first, what follows, and how they end. */
import { events, said } from "../normal.ts"
import { row, type Theme } from "../row.ts"
import { configMap, secret } from "../things.ts"

/** So long is silence, in milliseconds. */
const SILENCE = 300

export const watches: Theme = {
  theme: "watches",
  rows: [
    row(
      "without a version: what is there, then what happens",
      async ({ admin, core }) => {
        for (const name of ["b", "a"]) await admin.post(`${core}/secrets`, secret(name))
        const stream = await admin.watch(`${core}/secrets?watch=true`)
        const first = events(await stream.take(2)).sort()
        await admin.post(`${core}/secrets`, secret("c"))
        await admin.merge(`${core}/secrets/c`, { metadata: { labels: { x: "1" } } })
        await admin.delete(`${core}/secrets/c`)
        const after = events(await stream.take(3))
        stream.close()
        return { first, after }
      },
      { first: ["ADDED a", "ADDED b"], after: ["ADDED c", "MODIFIED c", "DELETED c"] },
    ),
    row(
      "version 0: what is there, too",
      async ({ admin, core }) => {
        await admin.post(`${core}/secrets`, secret("a"))
        // Version 0 may show an older state; with one object made before, a later watch of the same cache has it.
        await admin.get(`${core}/secrets`)
        const stream = await admin.watch(`${core}/secrets?watch=true&resourceVersion=0`)
        const first = events(await stream.take(1))
        stream.close()
        return first
      },
      ["ADDED a"],
    ),
    row(
      "a version: only what happened since",
      async ({ admin, core }) => {
        const { body } = await admin.post(`${core}/secrets`, secret("a"))
        await admin.post(`${core}/secrets`, secret("b"))
        await admin.delete(`${core}/secrets/a`)
        const stream = await admin.watch(
          `${core}/secrets?watch=true&resourceVersion=${body.metadata.resourceVersion}`,
        )
        const seen = events(await stream.take(2))
        stream.close()
        return seen
      },
      ["ADDED b", "DELETED a"],
    ),
    row(
      "an event carries the whole object with kind and version",
      async ({ admin, core }) => {
        const stream = await admin.watch(`${core}/secrets?watch=1`)
        await admin.post(`${core}/secrets`, secret("a"))
        const [event] = await stream.take(1)
        stream.close()
        return Object.keys(event!.object).sort()
      },
      ["apiVersion", "kind", "metadata", "type"],
    ),
    row(
      "DELETED carries the last state and the version of its end",
      async ({ admin, core }) => {
        const { body } = await admin.post(`${core}/configmaps`, configMap("a", { x: "1" }))
        const rv = Number(body.metadata.resourceVersion)
        const stream = await admin.watch(
          `${core}/configmaps?watch=1&resourceVersion=${rv}&fieldSelector=metadata.name%3Da`,
        )
        await admin.delete(`${core}/configmaps/a`)
        const [event] = await stream.take(1)
        stream.close()
        return {
          type: event!.type,
          data: event!.object.data,
          later: Number(event!.object.metadata.resourceVersion) > rv,
        }
      },
      { type: "DELETED", data: { x: "1" }, later: true },
    ),
    row(
      "too old a version is an ERROR event in the stream, then its end",
      async ({ admin, own }) => {
        const stream = await admin.watch(`${own}/widgets?watch=true&resourceVersion=1`)
        return { status: stream.status, seen: await stream.rest() }
      },
      {
        status: 200,
        seen: [
          {
            type: "ERROR",
            object: {
              kind: "Status",
              apiVersion: "v1",
              metadata: {},
              status: "Failure",
              message: "too old resource version: N (N)",
              reason: "Expired",
              code: 410,
            },
          },
        ],
      },
    ),
    row(
      "a version of the future: nothing comes but what has a later one",
      async ({ admin, core }) => {
        const stream = await admin.watch(
          `${core}/secrets?watch=true&resourceVersion=999999999&timeoutSeconds=1`,
        )
        await admin.post(`${core}/secrets`, secret("a"))
        const seen = await stream.rest()
        return { status: stream.status, seen: events(seen).map((it) => it.replace(/\d+/g, "N")) }
      },
      { status: 200, seen: [] },
      {
        why: "left out, because clusters brought back from a file go back in time, and a watcher must learn of it",
        gives: { status: 200, seen: ["ERROR N Expired unknown resource version: N (N)"] },
      },
    ),
    row(
      "a version that is no number",
      async ({ admin, core }) => said(await admin.get(`${core}/secrets?watch=true&resourceVersion=x`)),
      '500 Failure resourceVersion: Invalid value: "x": strconv.ParseUint: parsing "x": invalid syntax',
    ),
    row(
      "timeoutSeconds ends it",
      async ({ admin, core }) => {
        const began = Date.now()
        const stream = await admin.watch(`${core}/secrets?watch=true&timeoutSeconds=1`)
        const seen = await stream.rest()
        return { seen, afterASecond: Date.now() - began >= 900 }
      },
      { seen: [], afterASecond: true },
    ),
    row(
      "timeoutSeconds that is no number",
      async ({ admin, core }) => said(await admin.get(`${core}/secrets?watch=true&timeoutSeconds=x`)),
      '400 BadRequest strconv.ParseInt: parsing "x": invalid syntax',
    ),
    row(
      "a watch of one namespace sees no other",
      async ({ admin, core, id }) => {
        const other = `conformance-other-${id}`
        await admin.post("/api/v1/namespaces", { metadata: { name: other } })
        const stream = await admin.watch(`${core}/secrets?watch=true`)
        await admin.post(`/api/v1/namespaces/${other}/secrets`, secret("other"))
        await admin.post(`${core}/secrets`, secret("own"))
        const seen = events(await stream.take(1))
        stream.close()
        return seen
      },
      ["ADDED own"],
    ),
    row(
      "an object that begins to match is ADDED, one that ceases DELETED",
      async ({ admin, core }) => {
        const stream = await admin.watch(`${core}/secrets?watch=true&labelSelector=on%3Dyes`)
        await admin.post(`${core}/secrets`, secret("a"))
        for (const on of ["yes", "yes", "no"])
          await admin.merge(`${core}/secrets/a`, {
            metadata: { labels: { on, n: `${Math.random()}`.slice(2) } },
          })
        await admin.delete(`${core}/secrets/a`)
        await admin.post(`${core}/secrets`, secret("last", { on: "yes" }))
        const seen = await stream.take(4)
        stream.close()
        return seen.map(({ type, object }) => `${type} ${object.metadata.name} ${object.metadata.labels?.on}`)
      },
      ["ADDED a yes", "MODIFIED a yes", "DELETED a yes", "ADDED last yes"],
    ),
    row(
      "a replay tells the same of what began and ceased to match",
      async ({ admin, core }) => {
        const { body } = await admin.post(`${core}/secrets`, secret("a"))
        for (const on of ["yes", "no"])
          await admin.merge(`${core}/secrets/a`, { metadata: { labels: { on } } })
        const stream = await admin.watch(
          `${core}/secrets?watch=true&labelSelector=on%3Dyes&resourceVersion=${body.metadata.resourceVersion}`,
        )
        const seen = events(await stream.take(2))
        stream.close()
        return seen
      },
      ["ADDED a", "DELETED a"],
    ),
    row(
      "one object by its name, which is not there yet",
      async ({ admin, core }) => {
        const stream = await admin.watch(`${core}/secrets?watch=true&fieldSelector=metadata.name%3Db`)
        for (const name of ["a", "b", "c"]) await admin.post(`${core}/secrets`, secret(name))
        await admin.delete(`${core}/secrets/b`)
        const seen = events(await stream.take(3, SILENCE))
        stream.close()
        return seen
      },
      ["ADDED b", "DELETED b"],
    ),
    row(
      "an unknown field's selector is refused before the stream",
      async ({ admin, core }) => {
        return said(await admin.get(`${core}/secrets?watch=true&fieldSelector=data.x%3D1`))
      },
      "400 BadRequest field label not supported: data.x",
    ),
  ],
}
