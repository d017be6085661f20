/** Jupyter's own check of a notebook file: nbformat of this machine's Python, or one installed once into the user's cache. */
import { execFile } from "node:child_process"
import { mkdir, rename, rm } from "node:fs/promises"
import { homedir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"

const VERSION = "5.10.4"
const run = promisify(execFile)
const imports = ["-c", "import nbformat"]

/** A Python that knows nbformat, or why there is none. */
export async function findNbformat(): Promise<{ python: string } | { why: string }> {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "flower-runbook")
  const place = join(cache, `nbformat-${VERSION}`)
  for (const python of ["python3", join(place, "bin", "python")]) {
    if (
      await run(python, imports).then(
        () => true,
        () => false,
      )
    )
      return { python }
  }
  // Made under a name of its own: a second maker, or a killed one, breaks nothing.
  const draft = `${place}.${process.pid}`
  try {
    await mkdir(cache, { recursive: true, mode: 0o700 })
    await run("python3", ["-m", "venv", draft])
    const pip = ["-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    const impatient = ["--retries", "0", "--timeout", "10"]
    await run(join(draft, "bin", "python"), [...pip, ...impatient, `nbformat==${VERSION}`])
    await rename(draft, place).catch(() => rm(draft, { recursive: true, force: true }))
    const python = join(place, "bin", "python")
    await run(python, imports)
    return { python }
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    return { why: (error as Error).message.trim().split("\n").at(-1)! }
  }
}

/** @throws what nbformat says of it; a warning (a missing id) counts */
export async function validate(python: string, file: string): Promise<void> {
  const program = "import nbformat, sys; nbformat.validate(nbformat.read(sys.argv[1], as_version=4))"
  await run(python, ["-W", "error", "-c", program, file])
}
