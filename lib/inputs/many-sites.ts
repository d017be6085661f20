/** Many sites in few lines of a federation file: contexts of a kubeconfig by range or glob, and rows of a CSV file. */

/** A context of a kubeconfig and the server that it leads to. */
export interface ContextServer {
  readonly name: string
  readonly server: string
}

/** More than anybody means. */
const MOST = 10_000

/** `hospital-{1..200}`, as a shell writes it: `{01..20}` keeps its zeros. */
const RANGE = /\{(\d+)\.\.(\d+)\}/

/**
 * The contexts that a pattern names, numbers in their order. A range need not be in the kubeconfig to be understood.
 * @returns what is wrong with the pattern
 */
export function contextsNamed(
  pattern: string,
  known: readonly ContextServer[],
): { readonly names: readonly string[] } | { readonly wrong: string } {
  const [whole, from, to] = RANGE.exec(pattern) ?? []
  if (whole !== undefined) {
    const [first, last] = [Number(from), Number(to)]
    if (last < first) return { wrong: `${whole} is empty: it must go upwards` }
    if (last - first >= MOST) return { wrong: `${whole} has more than ${MOST} numbers` }
    const digits = from!.startsWith("0") ? from!.length : 0
    const number = (at: number) => String(first + at).padStart(digits, "0")
    return {
      names: Array.from({ length: last - first + 1 }, (_, at) => pattern.replace(whole, () => number(at))),
    }
  }
  const glob = new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
  )
  const names = known
    .map(({ name }) => name)
    .filter((name) => glob.test(name))
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }))
  return names.length > 0 ? { names } : { wrong: `no context of the kubeconfig is named ${pattern}` }
}

/** The name of the site of a context: the context's, as far as a name may have its letters. */
export const siteNameOf = (context: string): string =>
  context
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 63)
    .replace(/^-+|-+$/g, "")

/** A row of a CSV file and the number of its line. */
export interface CsvRow {
  readonly line: number
  readonly fields: readonly (readonly [column: string, text: string])[]
}

/** Rows under a line of column names (RFC 4180; empty fields and empty lines are skipped). */
export function parseCsv(text: string): { readonly rows: readonly CsvRow[] } | { readonly wrong: string } {
  const [head, ...records] = recordsOf(text.replace(/^\uFEFF/, ""))
  if (head === undefined) return { wrong: "is empty; its first line must name the columns" }
  const columns = head.fields.map((one) => one.trim())
  const rows: CsvRow[] = []
  for (const { line, fields } of records) {
    if (fields.length > columns.length)
      return { wrong: `line ${line} has ${fields.length} fields, and there are ${columns.length} columns` }
    const given = fields.map((one) => one.trim())
    rows.push({
      line,
      fields: columns.flatMap((column, at) => (given[at] ? [[column, given[at]] as const] : [])),
    })
  }
  return { rows: rows.filter(({ fields }) => fields.length > 0) }
}

function recordsOf(text: string): { line: number; fields: string[] }[] {
  const records: { line: number; fields: string[] }[] = []
  let line = 1
  let fields: string[] = []
  let field = ""
  let quoted = false
  let start = 1
  const end = (): void => {
    fields.push(field)
    field = ""
  }
  const endRecord = (): void => {
    end()
    if (fields.some((one) => one !== "")) records.push({ line: start, fields })
    fields = []
    start = line
  }
  for (let at = 0; at < text.length; at++) {
    const letter = text[at]!
    if (letter === "\n") line++
    if (quoted) {
      if (letter !== '"') field += letter
      else if (text[at + 1] === '"') field += text[++at]
      else quoted = false
    } else if (letter === '"' && field === "") quoted = true
    else if (letter === ",") end()
    else if (letter === "\n") endRecord()
    else if (letter !== "\r") field += letter
  }
  if (field !== "" || fields.length > 0) endRecord()
  return records
}
