/** Lists: versions and pages. */
import { five, listed } from "../five.ts"
import { names, said } from "../normal.ts"
import { row, type Theme } from "../row.ts"
import type { Scene } from "../scene.ts"
import { secret, widget } from "../things.ts"

const version = async ({ admin, core }: Scene): Promise<string> =>
  (await admin.get(`${core}/secrets`)).body.metadata.resourceVersion

export const lists: Theme = {
  theme: "lists",
  rows: [
    row(
      "items are sorted by name, whatever their age",
      async (scene) => {
        for (const name of ["c", "a", "b-1", "b"])
          await scene.admin.post(`${scene.core}/secrets`, secret(name))
        return names(await scene.admin.get(`${scene.core}/secrets`))
      },
      ["a", "b", "b-1", "c"],
    ),
    row(
      "resourceVersion 0 may be any",
      async (scene) => {
        await five(scene)
        const { status, body } = await scene.admin.get(`${scene.core}/secrets?resourceVersion=0`)
        return { status, kind: body.kind }
      },
      { status: 200, kind: "SecretList" },
    ),
    row(
      "resourceVersion N is at least N",
      async (scene) => {
        await five(scene)
        return names(
          await scene.admin.get(`${scene.core}/secrets?resourceVersion=${await version(scene)}`),
        ).join("")
      },
      "abcde",
    ),
    row(
      "an exact resourceVersion shows the list as it was",
      async (scene) => {
        const { admin, core } = scene
        await five(scene)
        const after = await version(scene)
        await admin.delete(`${core}/secrets/a`)
        await admin.post(`${core}/secrets`, secret("f"))
        await admin.merge(`${core}/secrets/b`, { metadata: { labels: { letter: "z" } } })
        const { body } = await admin.get(
          `${core}/secrets?resourceVersion=${after}&resourceVersionMatch=Exact`,
        )
        return {
          names: body.items.map((it: { metadata: { name: string } }) => it.metadata.name).join(""),
          letter: body.items[1].metadata.labels.letter,
          sameVersion: body.metadata.resourceVersion === after,
        }
      },
      { names: "abcde", letter: "b", sameVersion: true },
    ),
    row(
      "an exact resourceVersion that was forgotten is 410",
      async (scene) => {
        await scene.compact()
        return said(
          await scene.admin.get(`${scene.own}/widgets?resourceVersion=1&resourceVersionMatch=Exact`),
        )
      },
      "410 Expired The resourceVersion for the provided list is too old.",
    ),
    row(
      "a resourceVersion of the future is 504",
      async ({ admin, core }) => {
        const { body } = await admin.get(`${core}/secrets?resourceVersion=999999999`)
        return { ...body, message: body.message.replace(/\d+/g, "N") }
      },
      {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        message: "Timeout: Too large resource version: N, current: N",
        reason: "Timeout",
        details: {
          causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
          retryAfterSeconds: 1,
        },
        code: 504,
      },
    ),
    row(
      "a resourceVersion that is no number",
      async ({ admin, core }) => said(await admin.get(`${core}/secrets?resourceVersion=x`)),
      '400 BadRequest invalid resource version: resourceVersion: Invalid value: "x": strconv.ParseUint: parsing "x": invalid syntax',
    ),
    row(
      "resourceVersionMatch without resourceVersion",
      async ({ admin, core }) => {
        return said(await admin.get(`${core}/secrets?resourceVersionMatch=Exact`))
      },
      '422 Invalid ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
    ),
    row(
      "resourceVersionMatch Exact with 0",
      async ({ admin, core }) => {
        return said(await admin.get(`${core}/secrets?resourceVersionMatch=Exact&resourceVersion=0`))
      },
      '422 Invalid ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
    ),
    row(
      "resourceVersionMatch that nobody knows",
      async ({ admin, core }) => {
        return said(await admin.get(`${core}/secrets?resourceVersionMatch=Some&resourceVersion=1`))
      },
      '422 Invalid ListOptions.meta.k8s.io "" is invalid: resourceVersionMatch: Unsupported value: "Some": supported values: "Exact", "NotOlderThan", ""',
    ),
    row(
      "an object of a resourceVersion of the future is 504",
      async (scene) => {
        await five(scene)
        const { body } = await scene.admin.get(`${scene.core}/secrets/a?resourceVersion=999999999`)
        return [body.code, body.reason, body.message.replace(/\d+/g, "N")]
      },
      [504, "Timeout", "Timeout: Too large resource version: N, current: N"],
    ),
    row(
      "pages: limit, what remains, continue",
      async (scene) => {
        const { admin, core } = scene
        await five(scene)
        const first = await admin.get(`${core}/secrets?limit=2`)
        const token = encodeURIComponent(first.body.metadata.continue)
        const second = await admin.get(`${core}/secrets?limit=2&continue=${token}`)
        const rest = await admin.get(
          `${core}/secrets?continue=${encodeURIComponent(second.body.metadata.continue)}`,
        )
        return [first, second, rest].map((it) => ({
          names: names(it).join(""),
          remains: it.body.metadata.remainingItemCount,
          more: it.body.metadata.continue !== undefined,
        }))
      },
      [
        { names: "ab", remains: 3, more: true },
        { names: "cd", remains: 1, more: true },
        { names: "e", more: false },
      ],
    ),
    row(
      "pages: with a selector nothing is said of what remains",
      async (scene) => {
        await five(scene)
        const { body } = await scene.admin.get(`${scene.core}/secrets?limit=1&labelSelector=parity%3Dodd`)
        return { count: body.items.length, metadata: body.metadata }
      },
      { count: 1, metadata: { resourceVersion: "RV", continue: "CONTINUE" } },
    ),
    row(
      "pages show the list as it was at the first",
      async (scene) => {
        const { admin, core } = scene
        await five(scene)
        const first = await admin.get(`${core}/secrets?limit=2`)
        await admin.delete(`${core}/secrets/d`)
        await admin.post(`${core}/secrets`, secret("f"))
        const rest = await admin.get(
          `${core}/secrets?continue=${encodeURIComponent(first.body.metadata.continue)}`,
        )
        return {
          names: names(rest).join(""),
          sameVersion: rest.body.metadata.resourceVersion === first.body.metadata.resourceVersion,
        }
      },
      { names: "cde", sameVersion: true },
    ),
    row(
      "pages: a forgotten first page is 410, with a token to go on with",
      async (scene) => {
        const { admin, own } = scene
        for (const name of ["a", "b", "c", "d"]) await admin.post(`${own}/widgets`, widget(name))
        await scene.compact()
        // As a page of long ago gave it: after `b`, of version 1.
        const old = Buffer.from(JSON.stringify({ v: "meta.k8s.io/v1", rv: 1, start: "b\u0000" })).toString(
          "base64url",
        )
        const { body } = await admin.get(`${own}/widgets?limit=2&continue=${old}`)
        const rest = await admin.get(
          `${own}/widgets?continue=${encodeURIComponent(body.metadata.continue ?? "")}`,
        )
        return { said: body, rest: names(rest).join("") }
      },
      {
        said: {
          kind: "Status",
          apiVersion: "v1",
          metadata: { continue: "CONTINUE" },
          status: "Failure",
          message:
            "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.",
          reason: "Expired",
          code: 410,
        },
        rest: "cd",
      },
    ),
    row(
      "pages: a token that is none",
      async ({ admin, core }) => said(await admin.get(`${core}/secrets?limit=1&continue=x`)),
      "400 BadRequest invalid continue token: continue key is not valid: illegal base64 data at input byte 0",
    ),
    row(
      "pages: continue and resourceVersion together",
      async (scene) => {
        await five(scene)
        const first = await scene.admin.get(`${scene.core}/secrets?limit=2`)
        const token = encodeURIComponent(first.body.metadata.continue)
        return said(
          await scene.admin.get(`${scene.core}/secrets?limit=2&resourceVersion=5&continue=${token}`),
        )
      },
      "400 BadRequest specifying resource version is not allowed when using continue",
    ),
    row(
      "pages: a limit that is as long as the list",
      async (scene) => {
        await five(scene)
        const { body } = await scene.admin.get(`${scene.core}/secrets?limit=5`)
        return { count: body.items.length, metadata: body.metadata }
      },
      { count: 5, metadata: { resourceVersion: "RV" } },
    ),
    row(
      "pages: a limit that is no number",
      listed("limit=x"),
      '400 BadRequest strconv.ParseInt: parsing "x": invalid syntax',
    ),
  ],
}
