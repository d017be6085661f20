/**
 * The command with `npx` in front where npm started it, because then neither it nor its Node need be on the user's PATH.
 * @param command as it would be typed without npm: `my-notebook`, `node runbooks/my-notebook.js`
 */
export function startedAs(command: string, env: Readonly<Record<string, string | undefined>>): string {
  const { npm_lifecycle_event: event, npm_lifecycle_script: script = "" } = env
  if (event === undefined) return command
  const words = command.split(" ")
  // Programs that npm started may start others, such as this one: then it is not the script.
  const isScript =
    event === "npx" ? unquoted(script.split(" ")[0]!) === words[0] : script.includes(words.at(-1)!)
  return isScript ? `npx ${command}` : command
}

const unquoted = (word: string): string => word.replace(/^["']|["']$/g, "")
