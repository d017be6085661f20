/** Where a played SuperLink with `--database` keeps its nodes: a file where the pod has mounted it. */
import { readFileSync, writeFileSync } from "node:fs"
import type { PracticeContainer } from "../../lib/index.ts"

export class NodeDatabase<Node> {
  readonly #file: string
  constructor(file: string) {
    this.#file = file
  }

  /** Nothing without a path, or with Flower's name for a database in memory. */
  static async open<Node>(
    container: Pick<PracticeContainer, "path">,
    database: string | undefined,
  ): Promise<NodeDatabase<Node> | undefined> {
    if (database === undefined || database.startsWith(":")) return undefined
    return new NodeDatabase(await container.path(database.startsWith("/") ? database : `/app/${database}`))
  }

  /** What an earlier process has left. */
  read(): readonly Node[] {
    try {
      return JSON.parse(readFileSync(this.#file, "utf8")) as Node[]
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error
      this.write([])
      return []
    }
  }

  write(nodes: readonly Node[]): void {
    writeFileSync(this.#file, JSON.stringify(nodes), { mode: 0o600 })
  }
}
