import { lstatSync, mkdirSync, readdirSync, type Stats } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { writerOf } from "../notebook/draft-name.ts"
import { UsageError } from "../notebook/errors.ts"
import { shellWord } from "../notebook/shell-word.ts"
import { kindOf } from "../regular-file.ts"

/** Our own folders in a federation's folder. */
export const PARTS = ["kubeconfigs", "private", "manifests"]
/** What a run makes there before its journal has a line. */
const EARLY = /^(?:kubeconfigs|private|manifests|practice|journal\.jsonl|lock(?:\.dead-[0-9a-f]{16})*)$/

/** What others can read or write. */
const LOOSE = 0o077

/**
 * Creates a folder (0700), or checks that an existing one is ours. What is in the way is refused and stays as it is: a folder of
 * the user's that was named by mistake, one of another user, one that others can read.
 * @param isOurs whether a folder that is not empty is ours
 * @throws UsageError before anything is written
 */
export function ownFolder(
  folder: string,
  isOurs: (root: string, names: readonly string[]) => boolean,
): string {
  const root = resolve(folder)
  const found = infoOf(root)
  if (found === undefined) {
    makeEach(root)
    return root
  }
  if (!found.isDirectory()) {
    throw new UsageError(`${root} is ${kindOf(found)}, not a folder`, {
      fix: "name a folder, or a path where one can be created",
    })
  }
  assertPrivate(root, found)
  const names = namesIn(root)
  if (names.length > 0 && !isOurs(root, names)) {
    const [first = "", ...more] = names
    throw new UsageError(`${root} is not a folder of this program, and it is not empty`, {
      why: `it has ${first}${more.length > 0 ? ` and ${more.length} more` : ""}, and no journal; nothing was changed`,
      fix: "name an empty folder, or a path where one can be created",
    })
  }
  return root
}

/** Whether a folder without a journal is one of ours: its journal was moved away, or its first run was killed early. */
export const isEarly = (names: readonly string[]): boolean =>
  PARTS.every((part) => names.includes(part)) ||
  names.every((name) => EARLY.test(name) || writerOf(name) !== undefined)

/**
 * The parts of our folder are what we made them: private folders with private files, of this user. A link would lead elsewhere.
 * @throws UsageError naming the first that is not
 */
export function assertParts(root: string): void {
  for (const part of PARTS) {
    const path = join(root, part)
    const info = infoOf(path)
    if (info === undefined) continue
    if (!info.isDirectory()) throw strange(path, info, "a folder of our own")
    assertPrivate(path, info)
    for (const name of namesIn(path)) {
      const file = join(path, name)
      const found = infoOf(file)
      if (found === undefined || found.isDirectory()) continue
      if (!found.isFile()) throw strange(file, found, "a file of our own")
      assertPrivate(file, found)
    }
  }
  for (const name of ["journal.jsonl", "lock"]) {
    const path = join(root, name)
    const info = infoOf(path)
    if (info === undefined) continue
    if (!info.isFile()) throw strange(path, info, "a file of our own")
    assertPrivate(path, info)
  }
}

/** @throws UsageError where another user owns it, or others have rights: they are said, not changed */
export function assertPrivate(path: string, info: Stats): void {
  const user = process.getuid?.()
  if (user === undefined) return
  if (info.uid !== user) {
    throw new UsageError(`${path} belongs to another user (uid ${info.uid}; you are uid ${user})`, {
      why: "what it holds decides what is run and where credentials are sent",
      fix: "use a folder of your own (--state DIR)",
    })
  }
  if ((info.mode & LOOSE) !== 0) {
    const mode = (info.mode & 0o777).toString(8).padStart(3, "0")
    throw new UsageError(`${path} can be used by other users (mode ${mode})`, {
      why: "it holds credentials, so it has to be for you alone; its mode was not changed",
      fix: "remove the permissions of group and others, or use another folder (--state DIR)",
      next: `chmod -R go= ${shellWord(path)}`,
    })
  }
}

const strange = (path: string, info: Stats, wanted: string): UsageError =>
  new UsageError(`${path} is ${kindOf(info)}, not ${wanted}`, {
    why: "this program did not make it, and does not write through it",
    fix: "move it away, or use another folder (--state DIR)",
  })

function infoOf(path: string): Stats | undefined {
  try {
    return lstatSync(path)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === "ENOENT") return undefined
    throw new UsageError(`${path} cannot be read`, {
      why: message,
      fix: "name a folder that you can write to",
    })
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort()
  } catch (error) {
    throw new UsageError(`the folder ${folder} cannot be read`, {
      why: (error as Error).message,
      fix: "name a folder that you can write to",
    })
  }
}

/** Folder by folder: Node's own `recursive` never ends where the system says ENOENT below an existing folder (/proc). */
function makeEach(folder: string, wanted = folder): void {
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === "EEXIST") return
    if (code === "ENOENT" && dirname(folder) !== folder && infoOf(dirname(folder)) === undefined) {
      makeEach(dirname(folder), wanted)
      makeEach(folder, wanted)
      return
    }
    throw new UsageError(`the folder ${wanted} cannot be created`, {
      why: message,
      fix: "name a folder that you can write to",
    })
  }
}
