import type { Federation } from "./federation.ts"
import type { Notebook } from "./notebook.ts"
import { linkRoles, type Site } from "./roles.ts"
import type { ManualContext, Step } from "./step.ts"

/** How the shell lines of a manual step name the site's files. */
export type ManualFiles = Pick<ManualContext, "on" | "kubeconfig" | "privateFile">

/** The context of a step's `manual` at a site; `here` and `federation` steps have no site. */
export function manualContext(
  { name, roles }: Pick<Notebook, "name" | "roles">,
  federation: Federation,
  step: Step,
  site: Site | undefined,
  files: ManualFiles,
): ManualContext {
  const { sites, origins } = federation
  const context: Omit<ManualContext, keyof ManualFiles> = {
    get site() {
      return present(site, `step ${step.id} is on ${JSON.stringify(step.on)}, so it has no site`)
    },
    get peer() {
      const linked = linkRoles(roles)?.to
      const peer = step.on === "link" ? sites.find(({ role }) => role === linked) : undefined
      return present(peer, `step ${step.id} is not on "link", so it has no peer`)
    },
    sites,
    the: (role) =>
      present(
        sites.find((one) => one.role === role),
        `the federation has no ${role}`,
      ),
    all: (role) => sites.filter((one) => one.role === role),
    inputs: federation.values,
    notebook: name,
    federation: federation.name,
    given(input, at) {
      const origin = origins[at === undefined ? input : `${at}.${input}`]
      return origin !== undefined && origin !== "default"
    },
  }
  return Object.defineProperties(context, Object.getOwnPropertyDescriptors(files)) as ManualContext
}

function present<T>(value: T | undefined, otherwise: string): T {
  if (value === undefined) throw new Error(otherwise)
  return value
}
