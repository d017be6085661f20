/** Manifests as `-f` names them: files, folders, stdin; several documents, Lists taken apart. */
import { readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { type Json, pathOf, type Thing } from "../client.ts"
import { Exit } from "../exit.ts"
import { goFileError } from "../go-file-error.ts"
import { invocation, located } from "../invocation.ts"
import { type Call, fail } from "./call.ts"
import { discover, findKind, type Served } from "./discovery.ts"

export interface Manifest {
  readonly object: Thing
  /** What messages call its source: the path, or `STDIN`. */
  readonly source: string
  readonly served: Served
  readonly namespace: string | undefined
  /** Of the object, and of the collection it is in. */
  readonly path: string
  readonly collection: string
}

async function read(name: string): Promise<{ text: string; source: string }[]> {
  if (name === "-") return [{ text: await invocation().input(), source: "STDIN" }]
  const path = located(name)
  try {
    if (!statSync(path).isDirectory()) return [{ text: readFileSync(path, "utf8"), source: name }]
    return readdirSync(path)
      .filter((one) => /\.(json|ya?ml)$/.test(one))
      .sort()
      .map((one) => ({ text: readFileSync(join(path, one), "utf8"), source: join(name, one) }))
  } catch (error) {
    const words = goFileError(error)
    throw fail(
      words === "no such file or directory"
        ? `the path "${name}" does not exist`
        : `the path "${name}" cannot be accessed: ${words}`,
    )
  }
}

async function objectsIn(text: string, source: string): Promise<Json[]> {
  const { parseAllDocuments } = await import("yaml")
  const found: Json[] = []
  for (const document of parseAllDocuments(text)) {
    const [wrong] = "errors" in document ? document.errors : []
    if (wrong !== undefined) {
      throw fail(
        `error parsing ${source}: error converting YAML to JSON: yaml: ${wrong.message.split("\n")[0]}`,
      )
    }
    const object = "toJS" in document ? document.toJS() : undefined
    if (object === null || object === undefined) continue
    if (typeof object !== "object" || Array.isArray(object)) {
      throw fail(`error parsing ${source}: the document is no object`)
    }
    const isList = String(object.kind ?? "").endsWith("List") && Array.isArray(object.items)
    found.push(...(isList ? object.items : [object]))
  }
  return found
}

/** @throws Exit for what cannot be read, parsed or placed on the server */
export async function readManifests(call: Call): Promise<Manifest[]> {
  const files = call.flags.all("filename")
  if (files.length === 0) throw fail("must specify one of -f and -k")
  const sources = (await Promise.all(files.map(read))).flat()
  const objects = (
    await Promise.all(
      sources.map(async ({ text, source }) =>
        (await objectsIn(text, source)).map((object) => ({ object, source })),
      ),
    )
  ).flat()
  if (objects.length === 0) throw fail("no objects passed to apply")
  const served = await discover(call, 1).catch((error: Error) => {
    throw error instanceof Exit
      ? error
      : fail(`unable to recognize "${sources[0]!.source}": ${error.message}`)
  })
  const asked = call.flags.text("namespace")
  const namespace = await call.namespace()
  return objects.map(({ object, source }) => place(object, source, served, namespace, asked))
}

const place = (
  object: Json,
  source: string,
  served: readonly Served[],
  namespace: string,
  asked: string,
): Manifest => {
  for (const field of ["apiVersion", "kind"]) {
    if (!object[field]) throw fail(`error validating "${source}": error validating data: ${field} not set`)
  }
  const name: string = object.metadata?.name ?? ""
  const own: string = object.metadata?.namespace ?? ""
  const kind = findKind(served, object)
  if (kind === undefined) {
    throw fail(
      `resource mapping not found for name: "${name}" namespace: "${own}" from "${source}": no matches for kind "${object.kind}" in version "${object.apiVersion}"`,
      "ensure CRDs are installed first",
    )
  }
  if (kind.namespaced && asked !== "" && own !== "" && own !== asked) {
    throw fail(
      `the namespace from the provided object "${own}" does not match the namespace "${asked}". You must pass '--namespace=${own}' to perform this operation.`,
    )
  }
  const inside = kind.namespaced ? own || namespace : undefined
  const placed = { ...object, metadata: { ...object.metadata, ...(inside && { namespace: inside }) } }
  return {
    object: placed,
    source,
    served: kind,
    namespace: inside,
    path: pathOf(kind.apiVersion, kind.plural, inside, name),
    collection: pathOf(kind.apiVersion, kind.plural, inside),
  }
}
