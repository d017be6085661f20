/** Custom resources by their schema. */
import { row, type Theme } from "../row.ts"
import type { Scene } from "../scene.ts"
import { widget } from "../things.ts"

const refused =
  (spec: unknown) =>
  async ({ admin, own }: Scene) => {
    const { status, body } = await admin.post(`${own}/widgets`, { ...widget("a"), spec })
    return status === 201 ? body.spec : { message: body.message, causes: body.details?.causes }
  }

export const schemas: Theme = {
  theme: "schemas of custom resources",
  rows: [
    row("a word where a number is wanted", refused({ size: "1" }), {
      message:
        'Widget.conformance.example "a" is invalid: spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"',
      causes: [
        {
          reason: "FieldValueTypeInvalid",
          message: 'Invalid value: "string": spec.size in body must be of type integer: "string"',
          field: "spec.size",
        },
      ],
    }),
    row("a number where a word is wanted", refused({ host: 1 }), {
      message:
        'Widget.conformance.example "a" is invalid: spec.host: Invalid value: "integer": spec.host in body must be of type string: "integer"',
      causes: [
        {
          reason: "FieldValueTypeInvalid",
          message: 'Invalid value: "integer": spec.host in body must be of type string: "integer"',
          field: "spec.host",
        },
      ],
    }),
    row("a word where a map is wanted", refused("x"), {
      message:
        'Widget.conformance.example "a" is invalid: spec: Invalid value: "string": spec in body must be of type object: "string"',
      causes: [
        {
          reason: "FieldValueTypeInvalid",
          message: 'Invalid value: "string": spec in body must be of type object: "string"',
          field: "spec",
        },
      ],
    }),
    row("a map where a list is wanted", refused({ words: {} }), {
      message:
        'Widget.conformance.example "a" is invalid: spec.words: Invalid value: "object": spec.words in body must be of type array: "object"',
      causes: [
        {
          reason: "FieldValueTypeInvalid",
          message: 'Invalid value: "object": spec.words in body must be of type array: "object"',
          field: "spec.words",
        },
      ],
    }),
    row("a fraction where a whole number is wanted", refused({ size: 1.5 }), {
      message:
        'Widget.conformance.example "a" is invalid: spec.size: Invalid value: "number": spec.size in body must be of type integer: "number"',
      causes: [
        {
          reason: "FieldValueTypeInvalid",
          message: 'Invalid value: "number": spec.size in body must be of type integer: "number"',
          field: "spec.size",
        },
      ],
    }),
    row("a whole number where any is wanted", refused({ ratio: 1 }), { on: false, ratio: 1 }),
    row("nothing where something is wanted", refused({ host: null }), { on: false }),
    row(
      "too small and too large",
      async (scene) => [await refused({ size: 0 })(scene), await refused({ size: 10 })(scene)],
      [
        {
          message:
            'Widget.conformance.example "a" is invalid: spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1',
          causes: [
            {
              reason: "FieldValueInvalid",
              message: "Invalid value: 0: spec.size in body should be greater than or equal to 1",
              field: "spec.size",
            },
          ],
        },
        {
          message:
            'Widget.conformance.example "a" is invalid: spec.size: Invalid value: 10: spec.size in body should be less than or equal to 9',
          causes: [
            {
              reason: "FieldValueInvalid",
              message: "Invalid value: 10: spec.size in body should be less than or equal to 9",
              field: "spec.size",
            },
          ],
        },
      ],
    ),
    row("none of the words", refused({ colour: "blue" }), {
      message:
        'Widget.conformance.example "a" is invalid: spec.colour: Unsupported value: "blue": supported values: "red", "green"',
      causes: [
        {
          reason: "FieldValueNotSupported",
          message: 'Unsupported value: "blue": supported values: "red", "green"',
          field: "spec.colour",
        },
      ],
    }),
    row(
      "a pattern, a length",
      async (scene) => [
        await refused({ code: "A1" })(scene),
        await refused({ code: "a" })(scene),
        await refused({ code: "abcdef" })(scene),
      ],
      [
        {
          message:
            'Widget.conformance.example "a" is invalid: spec.code: Invalid value: "A1": spec.code in body should match \'^[a-z]+$\'',
          causes: [
            {
              reason: "FieldValueInvalid",
              message: "Invalid value: \"A1\": spec.code in body should match '^[a-z]+$'",
              field: "spec.code",
            },
          ],
        },
        {
          message:
            'Widget.conformance.example "a" is invalid: spec.code: Invalid value: "a": spec.code in body should be at least 2 chars long',
          causes: [
            {
              reason: "FieldValueInvalid",
              message: 'Invalid value: "a": spec.code in body should be at least 2 chars long',
              field: "spec.code",
            },
          ],
        },
        {
          message:
            'Widget.conformance.example "a" is invalid: spec.code: Too long: may not be more than 5 bytes',
          causes: [
            {
              reason: "FieldValueTooLong",
              message: "Too long: may not be more than 5 bytes",
              field: "spec.code",
            },
          ],
        },
      ],
    ),
    row("too many items", refused({ words: ["a", "b", "c"] }), {
      message:
        'Widget.conformance.example "a" is invalid: spec.words: Too many: 3: must have at most 2 items',
      causes: [
        {
          reason: "FieldValueTooMany",
          message: "Too many: 3: must have at most 2 items",
          field: "spec.words",
        },
      ],
    }),
    row("an item of the wrong type", refused({ words: ["a", 1] }), {
      message:
        'Widget.conformance.example "a" is invalid: spec.words[1]: Invalid value: "integer": spec.words[1] in body must be of type string: "integer"',
      causes: [
        {
          reason: "FieldValueTypeInvalid",
          message: 'Invalid value: "integer": spec.words[1] in body must be of type string: "integer"',
          field: "spec.words[1]",
        },
      ],
    }),
    row("a missing field of an item", refused({ parts: [{ count: 1 }] }), {
      message: 'Widget.conformance.example "a" is invalid: spec.parts[0].name: Required value',
      causes: [{ reason: "FieldValueRequired", message: "Required value", field: "spec.parts[0].name" }],
    }),
    row("two items of one key", refused({ parts: [{ name: "a" }, { name: "a" }] }), {
      message: 'Widget.conformance.example "a" is invalid: spec.parts[1]: Duplicate value: {"name":"a"}',
      causes: [
        { reason: "FieldValueDuplicate", message: 'Duplicate value: {"name":"a"}', field: "spec.parts[1]" },
      ],
    }),
    row("a map's values", refused({ labels: { a: 1 } }), {
      message:
        'Widget.conformance.example "a" is invalid: spec.labels.a: Invalid value: "integer": spec.labels.a in body must be of type string: "integer"',
      causes: [
        {
          reason: "FieldValueTypeInvalid",
          message: 'Invalid value: "integer": spec.labels.a in body must be of type string: "integer"',
          field: "spec.labels.a",
        },
      ],
    }),
    row(
      "several causes, in any order",
      async ({ admin, own }) => {
        const { body } = await admin.post(
          `${own}/widgets`,
          widget("a", { size: "x", colour: "blue", words: 1 }),
        )
        return body.details.causes
          .map((it: { field: string; message: string }) => `${it.field}: ${it.message}`)
          .sort()
      },
      [
        'spec.colour: Unsupported value: "blue": supported values: "red", "green"',
        'spec.size: Invalid value: "string": spec.size in body must be of type integer: "string"',
        'spec.words: Invalid value: "integer": spec.words in body must be of type array: "integer"',
      ],
    ),
    row(
      "unknown fields go, open ones stay",
      refused({ sizze: 1, open: { anything: { at: 1 } }, parts: [{ name: "p", x: 1 }] }),
      { on: false, open: { anything: { at: 1 } }, parts: [{ name: "p" }] },
    ),
    row(
      "unknown fields at the top go",
      async ({ admin, own }) => {
        const { body } = await admin.post(`${own}/widgets`, { ...widget("a"), other: 1 })
        return Object.keys(body).sort()
      },
      ["apiVersion", "kind", "metadata", "spec"],
    ),
  ],
}
