/** What the server knows of a kind. */

export interface Subresource {
  name: string
  kind: string
  verbs: readonly string[]
  group?: string
  version?: string
}

/** One served kind in one version. */
export interface Kind {
  group: string
  version: string
  kind: string
  listKind: string
  plural: string
  singular: string
  shortNames: readonly string[]
  categories: readonly string[]
  namespaced: boolean
  verbs: readonly string[]
  /** Has a status subresource: main writes drop status, `/status` writes take nothing else. */
  status: boolean
  /** Has a generation that a changed spec bumps. */
  generation: boolean
  subresources: readonly Subresource[]
  /** Compiled in: strategic merge patches work, list keys are known. False for custom resources. */
  builtin: boolean
  /** Made by a CustomResourceDefinition that is stored here (OLM's own are not: they are simply there). */
  defined: boolean
  /** Answered by code, not from storage. */
  virtual: boolean
  /** Storage key, the same for all versions of a kind. */
  key: string
  /** The `spec.versions[].schema.openAPIV3Schema` of a custom resource. */
  schema?: Record<string, unknown>
  /** The `additionalPrinterColumns` of a custom resource. */
  columns?: readonly { name: string; jsonPath: string; type?: string }[]
}

export const ALL_VERBS = [
  "create",
  "delete",
  "deletecollection",
  "get",
  "list",
  "patch",
  "update",
  "watch",
] as const

export const apiVersionOf = ({ group, version }: Pick<Kind, "group" | "version">): string =>
  group === "" ? version : `${group}/${version}`
