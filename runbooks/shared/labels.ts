/** How the guide marks what it creates. */
import { type KubeObject, labelValue, ownership } from "../../lib/index.ts"

export { MANAGED_BY } from "../../lib/index.ts"

export const PROGRAM = "flower-runbook"
export const FEDERATION = `${PROGRAM}/federation`
/** Annotation of what existed before and was updated since: it stays adopted. */
export const ADOPTED = `${PROGRAM}/adopted`

export const { labels, selector, owns, adopted, adoptedMark, take: takeObject } = ownership(PROGRAM)

/** The description that marks a project of a federation, because ordinary users cannot label projects. */
export const projectDescription = (federation: string): string =>
  `Created by ${PROGRAM} for the federation ${labelValue(federation)}`

/** Whether the federation created a project (by its description) or, on plain Kubernetes, a namespace (by its labels). */
export const ownsProject = (project: KubeObject, federation: string): boolean =>
  owns(project, federation) ||
  project.metadata.annotations?.["openshift.io/description"] === projectDescription(federation)
