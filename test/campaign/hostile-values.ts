/** Texts that a cluster, a file or a colleague may hold, made to be obeyed where they should be shown. */
import type { Random } from "./random.ts"

/** Whatever runs this has run a command of theirs. */
export const PWNED = "pwned"

const PIECES = [
  `\n${PWNED}\n#`,
  `\r\n${PWNED}\r\n`,
  `;${PWNED};`,
  `&&${PWNED}||`,
  `|${PWNED}`,
  `$(${PWNED})`,
  `\`${PWNED}\``,
  `'$(${PWNED})'`,
  `'\n${PWNED}\n'`,
  `"\n${PWNED}\n"`,
  `"$(${PWNED})"`,
  `\nEOF\n${PWNED}\n`,
  `\nEOF_\n${PWNED}\n`,
  `\nEND\n${PWNED}\n`,
  "\nEOF",
  "EOF",
  " <<EOF",
  "<<'END'",
  "\\",
  "\\\n",
  "'",
  '"',
  "`",
  "$",
  `\${HOME}`,
  "$'\\n'",
  "%s%n",
  "\\0012",
  "#",
  " #",
  "~",
  "*",
  "!",
  "-f",
  "--kubeconfig=x",
  "\u0000",
  "\u0007",
  "\u001b]0;title\u0007",
  "\u001b[2J\u001b[1;1H",
  "\u001b[31m",
  "\u009b31m",
  "\u009d0;title\u009c",
  "\u2028",
  "\u2029",
  `\u2028${PWNED}`,
  "\u202egnp.exe\u202c",
  "\u2066\u2069",
  "\u200f\u061c",
  "\u0085",
  `<script>${PWNED}()</script>`,
  `<img src=x onerror=${PWNED}()>`,
  `"><svg onload=${PWNED}()>`,
  "</pre></td>",
  "<!-- ",
  "-->",
  "]]>",
  `[x](javascript:${PWNED}())`,
  "```\n",
  "|",
  "\t",
  "{{ 1 }}",
  "&lt;",
  "\ud800",
  "👩‍👩‍👧‍👦",
  "e\u0301",
  "word",
  "a b",
] as const

/** A text of a few pieces. */
export const hostileText = (random: Random): string =>
  random.list(random.int(1, 4), () => random.pick(PIECES)).join(random.pick(["", "", "x", " "]))

/** Shorter texts of the same pieces. */
export function* shorterText(text: string): Iterable<string> {
  const middle = Math.ceil(text.length / 2)
  if (text.length > 1) yield* [text.slice(0, middle), text.slice(middle)]
  if (text.length <= 24) for (let at = 0; at < text.length; at++) yield text.slice(0, at) + text.slice(at + 1)
}
