/** What a played SuperLink knows of its nodes: in memory, or with `--database` in a file, which lies where the pod has mounted it. */
import { readFileSync, writeFileSync } from "node:fs"
import type { PracticeContainer } from "../lib/index.ts"

export class NodeMemory {
  readonly #ids = new Set<string>()
  #file: string | undefined

  /** Reads what an earlier process has left. Without a path, or with Flower's name for a database in memory, nothing is kept. */
  async open(container: Pick<PracticeContainer, "path">, database: string | undefined): Promise<void> {
    if (database === undefined || database.startsWith(":")) return
    this.#file = await container.path(database.startsWith("/") ? database : `/app/${database}`)
    try {
      for (const id of JSON.parse(readFileSync(this.#file, "utf8")) as string[]) this.#ids.add(id)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error
    }
  }

  has(id: string): boolean {
    return this.#ids.has(id)
  }

  add(id: string): void {
    this.#ids.add(id)
    this.#keep()
  }

  delete(id: string): boolean {
    const known = this.#ids.delete(id)
    if (known) this.#keep()
    return known
  }

  #keep(): void {
    if (this.#file !== undefined) writeFileSync(this.#file, JSON.stringify([...this.#ids]), { mode: 0o600 })
  }
}
