/**
 * Words of a container's `command` and `args` as its program gets them: the kubelet replaces `$(NAME)` by a value of the
 * container's environment, and `$$(` is a plain `$(`.
 * @param env by name; a name without a value here stays as it is
 */
export function expandVariables(
  words: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): string[] {
  return words.map((word) =>
    word.replaceAll(/\$(\$\([^)]*\))|\$\(([^)]*)\)/g, (all, plain: string | undefined, name: string) =>
      plain === undefined ? (env[name] ?? all) : plain,
    ),
  )
}
