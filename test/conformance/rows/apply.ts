/** Server-side apply: who owns what, and what becomes of it. */
import { said } from "../normal.ts"
import { owners } from "../owners.ts"
import { row, type Theme } from "../row.ts"
import type { Scene } from "../scene.ts"
import { configMap, pod } from "../things.ts"

const applied =
  ({ admin, core }: Scene) =>
  (manager: string, data: object, more = "") =>
    admin.apply(`${core}/configmaps/a?fieldManager=${manager}${more}`, configMap("a", data))

export const apply: Theme = {
  theme: "server-side apply",
  rows: [
    row(
      "creates what is not there: 201",
      async (scene) => {
        const { status, body } = await applied(scene)("one", { x: "1" })
        return { status, data: body.data, managed: body.metadata.managedFields }
      },
      {
        status: 201,
        data: { x: "1" },
        managed: [
          {
            manager: "one",
            operation: "Apply",
            apiVersion: "v1",
            time: "TIME",
            fieldsType: "FieldsV1",
            fieldsV1: { "f:data": { "f:x": {} } },
          },
        ],
      },
    ),
    row(
      "the same again changes nothing: 200, same version",
      async (scene) => {
        const first = await applied(scene)("one", { x: "1" })
        const second = await applied(scene)("one", { x: "1" })
        return {
          status: second.status,
          same: first.body.metadata.resourceVersion === second.body.metadata.resourceVersion,
        }
      },
      { status: 200, same: true },
    ),
    row(
      "what a manager stops applying goes",
      async (scene) => {
        await applied(scene)("one", { x: "1", y: "2" })
        return (await applied(scene)("one", { y: "2" })).body.data
      },
      { y: "2" },
    ),
    row(
      "what another owns too stays",
      async (scene) => {
        await applied(scene)("one", { x: "1", y: "2" })
        await applied(scene)("two", { x: "1" })
        const { body } = await applied(scene)("one", { y: "2" })
        return { data: body.data, owners: owners(body) }
      },
      {
        data: { x: "1", y: "2" },
        owners: ['one Apply {"f:data":{"f:y":{}}}', 'two Apply {"f:data":{"f:x":{}}}'],
      },
    ),
    row(
      "another's differing value is a conflict, the whole Status",
      async (scene) => {
        await applied(scene)("one", { x: "1", y: "2" })
        return (await applied(scene)("two", { x: "9" })).body
      },
      {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        message: 'Apply failed with 1 conflict: conflict with "one": .data.x',
        reason: "Conflict",
        details: {
          causes: [{ reason: "FieldManagerConflict", message: 'conflict with "one"', field: ".data.x" }],
        },
        code: 409,
      },
    ),
    row(
      "several conflicts are listed",
      async (scene) => {
        await applied(scene)("one", { x: "1", y: "2" })
        return said(await applied(scene)("two", { x: "9", y: "9" }))
      },
      '409 Conflict Apply failed with 2 conflicts: conflicts with "one":\n- .data.x\n- .data.y',
    ),
    row(
      "conflicts with two managers",
      async (scene) => {
        await applied(scene)("one", { x: "1" })
        await applied(scene)("two", { y: "2" })
        return said(await applied(scene)("three", { x: "9", y: "9" }))
      },
      '409 Conflict Apply failed with 2 conflicts: conflicts with "one":\n- .data.x\nconflicts with "two":\n- .data.y',
    ),
    row(
      "a conflict with who updated names the version",
      async (scene) => {
        await scene.admin.post(`${scene.core}/configmaps?fieldManager=other`, configMap("a", { x: "1" }))
        const { body } = await applied(scene)("one", { x: "9" })
        return { message: body.message.replace(/at \S+/, "at TIME"), causes: body.details.causes }
      },
      {
        message: 'Apply failed with 1 conflict: conflict with "other" using v1: .data.x',
        causes: [
          { reason: "FieldManagerConflict", message: 'conflict with "other" using v1', field: ".data.x" },
        ],
      },
    ),
    row(
      "force takes what conflicts",
      async (scene) => {
        await applied(scene)("one", { x: "1", y: "2" })
        const { body } = await applied(scene)("two", { x: "9" }, "&force=true")
        return { data: body.data, owners: owners(body) }
      },
      {
        data: { x: "9", y: "2" },
        owners: ['one Apply {"f:data":{"f:y":{}}}', 'two Apply {"f:data":{"f:x":{}}}'],
      },
    ),
    row(
      "an update takes what it changes",
      async (scene) => {
        await applied(scene)("one", { x: "1", y: "2" })
        const { body } = await scene.admin.merge(`${scene.core}/configmaps/a?fieldManager=two`, {
          data: { x: "9" },
        })
        return owners(body)
      },
      ['one Apply {"f:data":{"f:y":{}}}', 'two Update {"f:data":{"f:x":{}}}'],
    ),
    row(
      "an update that removes leaves nobody",
      async (scene) => {
        await applied(scene)("one", { x: "1", y: "2" })
        const { body } = await scene.admin.merge(`${scene.core}/configmaps/a?fieldManager=two`, {
          data: { x: null },
        })
        return { data: body.data, owners: owners(body) }
      },
      { data: { y: "2" }, owners: ['one Apply {"f:data":{"f:y":{}}}'] },
    ),
    row(
      "without a fieldManager",
      async ({ admin, core }) => (await admin.apply(`${core}/configmaps/a`, configMap("a"))).body,
      {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        message:
          'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
        reason: "Invalid",
        details: {
          group: "meta.k8s.io",
          kind: "PatchOptions",
          causes: [
            {
              reason: "FieldValueRequired",
              message: "Required value: is required for apply patch",
              field: "fieldManager",
            },
          ],
        },
        code: 422,
      },
    ),
    row(
      "without a kind",
      async ({ admin, core }) =>
        said(await admin.apply(`${core}/configmaps/a?fieldManager=one`, { metadata: { name: "a" } })),
      "400 BadRequest invalid object type: /, Kind=",
    ),
    row(
      "of another kind",
      async ({ admin, core }) => said(await admin.apply(`${core}/configmaps/a?fieldManager=one`, pod("a"))),
      "400 BadRequest invalid object type: /v1, Kind=Pod",
    ),
    row(
      "of another name",
      async ({ admin, core }) =>
        said(await admin.apply(`${core}/configmaps/a?fieldManager=one`, configMap("b"))),
      "400 BadRequest the name of the object (b) does not match the name on the URL (a)",
    ),
    row(
      "with managedFields",
      async ({ admin, core }) => {
        return said(
          await admin.apply(
            `${core}/configmaps/a?fieldManager=one`,
            configMap("a", {}, { managedFields: [{ manager: "x" }] }),
          ),
        )
      },
      "400 BadRequest metadata.managedFields must be nil",
    ),
    row(
      "with another uid creates nothing",
      async ({ admin, core }) => {
        return said(
          await admin.apply(
            `${core}/configmaps/a?fieldManager=one`,
            configMap("a", {}, { uid: "00000000-0000-4000-8000-000000000000" }),
          ),
        )
      },
      '409 Conflict Operation cannot be fulfilled on configmaps "a": uid mismatch: the provided object specified uid UID, and no existing object was found',
    ),
    row(
      "into a namespace that is not there",
      async ({ admin }) => {
        return said(
          await admin.apply("/api/v1/namespaces/nowhere/configmaps/a?fieldManager=one", configMap("a")),
        )
      },
      '404 NotFound namespaces "nowhere" not found',
    ),
    row(
      "a field that the kind has not",
      async ({ admin, core }) => {
        return said(
          await admin.apply(`${core}/configmaps/a?fieldManager=one`, { ...configMap("a"), dtaa: {} }),
        )
      },
      "500 Failure failed to create typed patch object (/a; /v1, Kind=ConfigMap): .dtaa: field not declared in schema",
    ),
    row(
      "takes YAML",
      async ({ admin, core }) => {
        const answer = await admin.apply(
          `${core}/configmaps/a?fieldManager=one`,
          "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata: { x: '1' }\n",
        )
        return answer.body.data
      },
      { x: "1" },
    ),
  ],
}
