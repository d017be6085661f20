import type { Input } from "../notebook/inputs.ts"
import type { Notebook } from "../notebook/notebook.ts"
import { fileKey } from "../notebook/roles.ts"
import { siteInputs } from "./layers.ts"

type Schema = Record<string, unknown>
type Group = Schema & { properties: Record<string, Schema> }

const NAME = { type: "string", pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", maxLength: 63 }
const DURATION = /^\d+(\.\d+)?(ms|s|m|h|d)?(\d+(\.\d+)?(ms|s|m|h|d))*$/.source
const SCALAR = ["string", "number", "boolean"]

/** Keys of an entry that stands for many sites. */
const MANY = {
  contexts: {
    type: "string",
    description: "One site for each of these contexts of the kubeconfig: hospital-* or hospital-{1..200}",
  },
  csv: {
    type: "string",
    description: "One site for each row of this CSV file; its columns are the keys here",
  },
}

/** The JSON schema (draft 2020-12) of the notebook's federation file: it is shipped as schema/federation.schema.json. */
export function federationSchema(notebook: Notebook): Schema {
  const properties: Record<string, Schema> = {
    version: { const: 1, description: "The version of the format of this file" },
    federation: { ...NAME, description: "The name of the federation, and of its state folder" },
  }
  for (const [name, input] of Object.entries(notebook.inputs)) {
    if (input.per !== "federation" || input.secret === true) continue
    const [group, key] = (input.file ?? name).split(".") as [string, string | undefined]
    if (key === undefined) properties[group] = inputSchema(input)
    else {
      const held = (properties[group] as Group | undefined) ?? { ...closed({}), properties: {} }
      held.properties[key] = inputSchema(input)
      properties[group] = held
    }
  }
  properties.defaults = {
    ...closed(sitesProperties(notebook, perSite(notebook))),
    description: "Values for all sites that have the input",
  }
  for (const [role, cardinality] of Object.entries(notebook.roles)) {
    const site = closed({
      name: { ...NAME, description: "The name of the site" },
      ...(notebook.parties && {
        party: {
          ...NAME,
          description:
            "The party that the site belongs to, if that is another one: nobody here logs in to it",
        },
      }),
      ...sitesProperties(notebook, siteInputs(notebook, role)),
    })
    properties[fileKey(role, cardinality)] =
      cardinality === "one"
        ? { ...site, description: `The ${role} site` }
        : {
            type: "array",
            minItems: 1,
            items: { ...site, properties: { ...(site as Group).properties, ...MANY } },
            description: `One entry per ${role}, or one for many: contexts or csv`,
          }
  }
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: `Federation file of ${notebook.name}`,
    ...closed(properties),
    required: ["version"],
  }
}

/** The schema as it is shipped. */
export const schemaText = (notebook: Notebook): string =>
  `${JSON.stringify(federationSchema(notebook), undefined, 2)}\n`

const perSite = (notebook: Notebook): string[] =>
  Object.keys(notebook.inputs).filter((name) => notebook.inputs[name]!.per === "site")

const sitesProperties = (notebook: Notebook, names: readonly string[]): Record<string, Schema> =>
  Object.fromEntries(
    names
      .filter((name) => notebook.inputs[name]!.secret !== true)
      .map((name) => [name, inputSchema(notebook.inputs[name]!)]),
  )

const closed = (properties: Record<string, Schema>): Schema => ({
  type: "object",
  properties,
  additionalProperties: false,
})

function inputSchema(input: Input): Schema {
  const fallback = typeof input.default === "function" ? undefined : input.default
  return {
    description: input.help,
    ...typeSchema(input),
    ...(fallback !== undefined && { default: fallback }),
  }
}

function typeSchema(input: Input): Schema {
  switch (input.type) {
    case "text":
      return { type: SCALAR }
    case "name":
      return NAME
    case "url":
      return { type: "string", pattern: "^https?://" }
    case "path":
      return { type: "string", minLength: 1 }
    case "number":
      return { type: "number" }
    case "duration":
      return { type: ["string", "number"], pattern: DURATION, minimum: 0 }
    case "choice":
      return { enum: input.choices }
    case "flag":
      return { type: "boolean" }
    case "list":
      return { type: ["array", "string"], items: { type: SCALAR } }
    case "map":
      return { type: ["object", "string"], additionalProperties: { type: SCALAR } }
  }
}
