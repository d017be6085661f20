/** Objects as `-o` asks for them. */
import type { Json } from "../client.ts"
import { print, say } from "../exit.ts"
import { sorted, toYaml } from "../yaml.ts"
import { fail } from "./call.ts"
import { render } from "./jsonpath.ts"

function withoutManaged(object: Json): Json {
  if (Array.isArray(object.items)) return { ...object, items: object.items.map(withoutManaged) }
  const { managedFields, ...metadata } = object.metadata ?? {}
  return { ...object, metadata }
}

/** `json`, `yaml`, `jsonpath=…` */
export const isPrinted = (output: string): boolean =>
  /^(json|yaml|jsonpath=.*|jsonpath-as-json=.*)$/s.test(output)

/** @throws Exit for an output that is not known */
export async function printAs(output: string, object: Json): Promise<void> {
  if (output === "json") return say(JSON.stringify(sorted(withoutManaged(object)), undefined, 4))
  if (output === "yaml") {
    print(await toYaml(withoutManaged(object)))
    return
  }
  const path = /^jsonpath=([\s\S]*)$/.exec(output)?.[1]
  if (path === undefined) {
    throw fail(
      `unable to match a printer suitable for the output format ${JSON.stringify(output)}, allowed formats are: json,jsonpath,name,wide,yaml`,
    )
  }
  print(render(path, object))
}
