/** Which names federations and sites may have; inputs of type `name` follow the first rule. */

/** A name, without blanks around it, or a sentence that says what is wrong with the text. */
export type ReadName = { readonly value: string } | { readonly wrong: string }

/** A DNS label: federations become folders, sites become labels of objects. */
const LABEL = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/
const LONGEST = 63

/** Lanes of steps without a site have these names. */
const RESERVED_SITES = ["here", "federation"]

export function readName(text: string): ReadName {
  const name = text.trim()
  if (name === "") return { wrong: "is empty" }
  const quoted = JSON.stringify(name)
  if (name.length > LONGEST) {
    return { wrong: `${quoted} has ${name.length} characters; a name has at most ${LONGEST}` }
  }
  if (LABEL.test(name)) return { value: name }
  return {
    wrong: `${quoted} is not a name: use lower-case letters, digits and dashes, with no dash at either end`,
  }
}

/** A site's name: as {@link readName}, and not one that the program uses itself. */
export function readSiteName(text: string): ReadName {
  return RESERVED_SITES.includes(text) ? { wrong: "this name is reserved; choose another" } : readName(text)
}
