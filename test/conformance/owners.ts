/** Who owns which fields of an object, as its `managedFields` tell. */

/** Fields without the mark of the map itself, which tells an empty map from none; one row keeps it. */
const marksOff = (tree: object): object =>
  Object.fromEntries(
    Object.entries(tree)
      .filter(([key]) => key !== ".")
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, marksOff(inner)]),
  )

// biome-ignore lint/suspicious/noExplicitAny: an entry of managedFields
export const owners = (body: any): string[] =>
  (body.metadata.managedFields ?? [])
    .map(
      // biome-ignore lint/suspicious/noExplicitAny: an entry of managedFields
      (it: any) =>
        `${it.manager} ${it.operation}${it.subresource ? ` ${it.subresource}` : ""} ${JSON.stringify(marksOff(it.fieldsV1))}`,
    )
    // Within a second they stand by their names, else by their age.
    .sort()
