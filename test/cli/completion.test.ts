import { execFileSync } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { commandsOf, SHELLS } from "../../lib/cli/commands-table.ts"
import { mirrors } from "../example/notebook.ts"
import { call, room } from "./world.ts"

const script = async (shell: string) => (await call(room(), ["completion", shell])).stdout
const has = (shell: string): boolean => {
  try {
    execFileSync(shell, ["-c", "true"])
    return true
  } catch {
    return false
  }
}

describe("bash completes", async () => {
  const at = room()
  writeFileSync(join(at, "completion"), await script("bash"))
  mkdirSync(join(at, "folder"))
  writeFileSync(join(at, "federation.yaml"), "")
  /** What bash offers for the last of the words. */
  const offered = (...words: string[]): string[] => {
    const list = ["mirror-pages", ...words].map((word) => `'${word}'`).join(" ")
    const program = `source ./completion
COMP_WORDS=(${list}) COMP_CWORD=${words.length}
_mirror_pages 2>/dev/null
printf '%s\\n' "\${COMPREPLY[@]}"`
    return execFileSync("bash", ["--norc", "-c", program], { cwd: at, encoding: "utf8" }).trim().split("\n")
  }
  test("commands", () => {
    expect(offered("")).toEqual([...commandsOf(mirrors).map(({ name }) => name), "--help", "--version"])
    expect(offered("st")).toEqual(["step", "status"])
  })
  test("steps, as argument and after flags", () => {
    expect(offered("step", "co")).toEqual(["copy", "compare"])
    expect(offered("run", "--only", "pa")).toEqual(["page"])
    expect(offered("teardown", "--only", "")).toEqual(["remove"])
    expect(offered("completion", "")).toEqual([...SHELLS])
  })
  test("flags of the command, the notebook's too", () => {
    expect(offered("run", "--gr")).toEqual(["--greeting"])
    expect(offered("plan", "--ex")).toEqual(["--exit-code"])
    expect(offered("practice", "--gr")).toEqual([""])
  })
  test("choices, keys of a site, files and folders", () => {
    expect(offered("run", "--mode", "")).toEqual(["copy", "link"])
    expect(offered("run", "--mirror", "")).toEqual(["name=", "folder=", "footer=", "mode="])
    expect(offered("run", "--federation", "f")).toEqual(["federation.yaml", "folder"].toSorted())
    expect(offered("run", "--state", "f")).toEqual(["folder"])
    expect(offered("run", "--greeting", "")).toEqual([""])
  })
})

test.each(["zsh", "fish"])("%s reads its script", async (shell) => {
  const text = await script(shell)
  for (const { name } of commandsOf(mirrors)) expect(text).toContain(name)
  if (!has(shell)) return
  const at = room()
  writeFileSync(join(at, "completion"), text)
  execFileSync(shell, ["-n", join(at, "completion")])
})
