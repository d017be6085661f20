/** Registers the public keys of SuperNodes at the SuperLink, and unregisters them: by its Control API, with Flower's `flwr`. */
import { mkdir, rm } from "node:fs/promises"
import { dirname } from "node:path"
import { RunbookError } from "../../lib/index.ts"
import { draftOf, writeWhole } from "../../lib/kit.ts"
import type { Context } from "../context.ts"
import { keepRegistered, type Registered, readRegistry } from "../security/registry.ts"
import { CONNECTION, type ControlApi, withControlApi } from "./flwr.ts"
import type { Running } from "./running.ts"

/** `[code: 23] Public key already in use.`: it is registered, or was unregistered, which Flower does not say. */
const IN_USE = /\[code: 23\]/
/** `[code: 24] Node ID not found for account.`: never known, or unregistered before. */
const NOT_FOUND = /\[code: 24\]/
/** Of a `flwr` that is older than the option. */
const NO_NAME = /No such option:? '?--name/

const saysOf = (error: unknown): string => (error instanceof RunbookError ? (error.why ?? "") : "")

/** The keys of this step's site that were registered, the newest last. */
export async function registeredHere(context: Context): Promise<readonly Registered[]> {
  return (await readRegistry(context)).get(context.site.name) ?? []
}

/** Registers a key of this step's site under the site's name, and keeps its id beside the SuperLink. */
export async function registerKey(
  context: Context,
  superlink: Running,
  flwr: string,
  key: string,
): Promise<Registered> {
  const { site, note } = context
  const path = draftOf(context.privateFile("node-key.pub"))
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await writeWhole(path, `${key} ${site.name}\n`)
  try {
    const id = await withControlApi(context, superlink, flwr, (api) => register(api, path, site.name))
    const entry: Registered = id === undefined ? { key } : { id, key }
    if (id === undefined)
      note("its key was registered before by somebody else; its id is learned from the SuperNode's log")
    const others = (await registeredHere(context)).filter((one) => one.key !== key)
    await keepRegistered(context, site.name, [...others, entry])
    return entry
  } finally {
    await rm(path, { force: true })
  }
}

/** @returns undefined if the key was registered before */
async function register(api: ControlApi, path: string, name: string): Promise<string | undefined> {
  const call = async (more: readonly string[]): Promise<string> => {
    const answer = await api.query<{ "node-id": string }>([
      "supernode",
      "register",
      path,
      CONNECTION,
      ...more,
    ])
    return answer["node-id"]
  }
  try {
    return await call(["--name", name]).catch((error) => {
      if (NO_NAME.test(saysOf(error))) return call([])
      throw error
    })
  } catch (error) {
    if (IN_USE.test(saysOf(error))) return undefined
    throw error
  }
}

/** Unregisters nodes: this is final for their keys. Nodes that the SuperLink does not know are done already. */
export async function unregister(
  context: Context,
  superlink: Running,
  flwr: string,
  ids: readonly string[],
): Promise<void> {
  await withControlApi(context, superlink, flwr, async (api) => {
    for (const id of ids) {
      try {
        await api.query(["supernode", "unregister", id, CONNECTION])
      } catch (error) {
        if (!NOT_FOUND.test(saysOf(error))) throw error
      }
    }
  })
}
