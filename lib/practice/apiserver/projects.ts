/** OpenShift's projects: namespaces as their members see them, and how users ask for new ones. */
import type { KubeObject } from "../../cluster/types.ts"
import type { Access } from "./access.ts"
import { sendList, sendObject } from "./answers.ts"
import { deleteObject } from "./deletion.ts"
import { checkedBody } from "./field-validation.ts"
import type { Kind } from "./kind.ts"
import type { Meta } from "./metadata.ts"
import { type Objects, SERVER } from "./objects.ts"
import { type Call, sendJson } from "./request.ts"
import { objectBody, writerOf } from "./resources.ts"
import { ApiError, methodNotAllowed, success } from "./status.ts"
import type { Watches } from "./watch.ts"

const views = new WeakMap<KubeObject, KubeObject>()

/** A namespace as a project. */
export function projectOf(namespace: KubeObject): KubeObject {
  const known = views.get(namespace)
  if (known !== undefined) return known
  const { managedFields, ...metadata } = namespace.metadata as Meta
  const { finalizers } = namespace.spec ?? {}
  const project: KubeObject = {
    kind: "Project",
    apiVersion: "project.openshift.io/v1",
    metadata,
    spec: finalizers === undefined ? {} : { finalizers },
    status: { phase: namespace.status?.phase },
  }
  views.set(namespace, project)
  return project
}

export interface ProjectParts {
  objects: Objects
  access: Access
  watches: Watches
  namespaces: Kind
  roleBindings: Kind
}

const ABOUT = { group: "project.openshift.io", plural: "projects", kind: "Project" }

/** The namespace that a ProjectRequest asks for. */
export const requestedNamespace = (request: KubeObject, user: string): KubeObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: {
    ...request.metadata,
    annotations: {
      "openshift.io/description": request.description ?? "",
      "openshift.io/display-name": request.displayName ?? "",
      "openshift.io/requester": user,
    },
  },
})

/** Who asked for a project is its administrator. */
export function adminBinding(namespace: string, user: string): KubeObject {
  const apiGroup = "rbac.authorization.k8s.io"
  return {
    apiVersion: `${apiGroup}/v1`,
    kind: "RoleBinding",
    metadata: { name: "admin", namespace },
    roleRef: { apiGroup, kind: "ClusterRole", name: "admin" },
    subjects: [{ apiGroup, kind: "User", name: user }],
  }
}

export const projectExists = (name: string): ApiError =>
  new ApiError(409, "AlreadyExists", `project.project.openshift.io "${name}" already exists`, {
    name,
    group: ABOUT.group,
    kind: "project",
  })

async function request(
  { objects, namespaces, roleBindings }: ProjectParts,
  kind: Kind,
  call: Call,
): Promise<void> {
  if (call.verb === "list") return sendJson(call.response, 200, success(200))
  const body = checkedBody(kind, call, await objectBody(call, kind))
  const by = { ...SERVER, dryRun: writerOf(call).dryRun === true }
  const name = body.metadata?.name
  if (name && objects.store.get(namespaces.key, undefined, name) !== undefined) throw projectExists(name)
  const made = objects.create(namespaces, undefined, requestedNamespace(body, call.user.name), by)
  if (by.dryRun) return sendJson(call.response, 201, projectOf(made))
  objects.create(roleBindings, made.metadata.name, adminBinding(made.metadata.name, call.user.name), SERVER)
  // OpenShift's own controllers write the namespace once more; watchers of projects learn of it as its members then.
  const range = { ...made.metadata.annotations, "openshift.io/sa.scc.uid-range": "1000650000/10000" }
  const next = { ...made, metadata: { ...made.metadata, annotations: range } }
  sendJson(call.response, 201, projectOf(objects.commit(namespaces, made, next, SERVER)))
}

/** Serves `projects` and `projectrequests`. Rights on a named project were checked before. @throws ApiError */
export async function serveProjects(parts: ProjectParts, kind: Kind, call: Call): Promise<void> {
  const { objects, access, watches, namespaces } = parts
  if (kind.kind === "ProjectRequest") return request(parts, kind, call)
  const visible = access.visible(call.user)
  switch (call.verb) {
    case "get":
      return sendObject(call, kind, projectOf(objects.get(namespaces, undefined, call.name!)))
    case "list": {
      const at = (version: number) =>
        objects.list(namespaces, undefined, version).filter(visible).map(projectOf)
      return sendList(call, kind, at, objects.store.resourceVersion)
    }
    case "watch":
      watches.start(call, { key: namespaces.key, kind, namespace: undefined, view: projectOf, visible })
      return
    case "delete": {
      deleteObject(objects, namespaces, undefined, call.name!, {}, writerOf(call))
      return sendJson(
        call.response,
        200,
        success(undefined, { name: call.name!, group: ABOUT.group, kind: "projects" }),
      )
    }
    default:
      throw methodNotAllowed()
  }
}
