/** The words of the product: texts, comments and docs say nothing that a platform engineer has to translate. */
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, test } from "vitest"

const root = fileURLToPath(new URL("..", import.meta.url))

/** Words that have a standard one, and that one. */
const WORDS: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/\banew\b/, "again"],
  [/\bmend(s|ed|ing)?\b/, "fix"],
  [/\bleft out\b/, "skipped"],
  [/\btak(e|es|en|ing) (back|away)\b/, "deleted"],
  [/\blook(s|ed|ing)? whether\b/, "checks whether"],
  [/\bended well\b|\bends well\b/, "succeeded"],
  [/\buntil it is so\b/, "until ready"],
  [/\bis no (terminal|address|text|URL|number|name)\b/, "is not a …"],
  [/\bbelongs? into\b/, "belongs in"],
  [/\b(your|a|no|the) yes\b/, "approval"],
  [/\bagree[ds]? to\b/, "approves"],
  [/\bbegun\b/, "started, interrupted"],
  [/\bcannot look\b/, "unknown"],
  [/\bunder way\b/, "progressing"],
  [/\bcarr(y|ies|ied|ying) (it |them |the notebook )?out\b/, "runs"],
  [/\bwas there before\b/, "existed before"],
  [/\bend was not seen\b/, "interrupted"],
  [/\bnot done after\b/, "timed out after"],
  [/\bmade now\b/, "applied"],
  [/\bnothing of ours\b/, "nothing created by this federation"],
  [/\brehears(e|es|ed|ing)\b/, "preview"],
  [/\bclaim(s|ed)? (it|them|what|the)\b/, "takes ownership"],
  [/\bstep \S+ --again\b/, "--rerun"],
]

const files = (...paths: string[]): string[] =>
  execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", ...paths], {
    cwd: root,
    encoding: "utf8",
  })
    .trim()
    .split("\n")
    // What practice plays speaks as the real programs do.
    .filter((file) => !/^lib\/practice\/(commands|controllers|apiserver)\//.test(file))

test("texts, comments and docs use the standard words", () => {
  const found = files(
    "lib",
    "runbooks",
    "docs",
    "schema",
    "template",
    "snippets",
    "tools",
    "*.md",
    "*.json",
    "*.ts",
  )
    .filter(
      (file) =>
        /\.(ts|js|md|json|ya?ml|txt|sh)$/.test(file) && file !== "package-lock.json" && !/^test\//.test(file),
    )
    .flatMap((file) =>
      readFileSync(join(root, file), "utf8")
        .split("\n")
        .flatMap((line, index) =>
          WORDS.filter(([pattern]) => pattern.test(line)).map(
            ([, instead]) => `${file}:${index + 1}: ${line.trim()} (${instead})`,
          ),
        ),
    )
  expect(found).toEqual([])
})
