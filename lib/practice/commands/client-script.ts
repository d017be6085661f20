/** The commands as files on PATH: scripts that hand the call to a practice process, or start the program themselves. */
import { accessSync, constants } from "node:fs"
import { delimiter, join } from "node:path"
import { shellWord } from "../../notebook/shell-word.ts"

export interface Script {
  /** `oc` */
  readonly name: string
  /** What runs it without anybody's help, in shell words. */
  readonly alone: string
  /** Where compiled code is kept. */
  readonly cache: string
  /** The file by which a process that answers is found: {@link ./server.ts}. */
  readonly server: string
}

/** Variables that the commands read. */
const VARIABLES = [
  "HOME",
  "KUBECONFIG",
  "SKUPPER_PLATFORM",
  "HTTPS_PROXY",
  "https_proxy",
  "HTTP_PROXY",
  "http_proxy",
  "NO_PROXY",
  "no_proxy",
  "NODE_OPTIONS",
  "NODE_EXTRA_CA_CERTS",
]

/** Node starts in 0.1 s, bash in 0.003 s; sockets are what bash can and other shells cannot. */
const bash = (): string | undefined =>
  (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, "bash"))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK)
        return /^\/[\w./+-]{1,100}$/.test(path)
      } catch {
        return false
      }
    })

export function commandScript({ name, alone, cache, server }: Script): string {
  const start = `NODE_COMPILE_CACHE=${shellWord(cache)} exec ${alone} "$@"`
  const shell = bash()
  if (shell === undefined) return `#!/bin/sh\n${start}\n`
  return `#!${shell}
# The stand-in ${name}. The practice process answers, which takes a twentieth of the time that a start of Node takes.
# Where it does not run, or cannot do what is asked for, the program is started here.
alone() {
  trap - PIPE
  exec 3>&-
  ${start}
}
server=${shellWord(server)}
[[ -O $server ]] && cd -P . 2>/dev/null || alone "$@"
{ { read -r port; read -r ours; read -r theirs; } <"$server" && exec 3<>"/dev/tcp/127.0.0.1/$port"; } 2>/dev/null || alone "$@"
trap '' PIPE
# Each side proves that it can read the file, before anything is told that is not meant for others.
{ echo "$ours"; umask; } 2>/dev/null >&3
read -r -t 20 -u 3 found && [[ $found == "$theirs" ]] || alone "$@"
[[ -t 0 ]] && stdin=terminal || stdin=
call=(${name} "$PWD" "$stdin" "$#" "$@")
for name in ${VARIABLES.join(" ")}; do
  [[ -n \${!name+given} ]] && call+=("$name=\${!name}")
done
printf '%s\\0' "\${call[@]}" '' 2>/dev/null >&3
while IFS= read -r -u 3 told; do
  case $told in
    o*) printf %b "\${told#o}" 2>/dev/null || exit 1 ;;
    e*) printf %b "\${told#e}" >&2 2>/dev/null || exit 1 ;;
    # A line of stdin is asked for.
    l) IFS= read -r line; printf '%s\\0' "$?" "$line" 2>/dev/null >&3 ;;
    x*) exit "\${told#x}" ;;
    a) break ;;
  esac
done
alone "$@"
`
}
