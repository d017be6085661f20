import { type Client, type Json, orNothing, pathOf, StatusError } from "../client.ts"

/** Who a session is: by SelfSubjectReview, by OpenShift's `users/~` where that fails in any way. */
export async function whoIs(client: Client): Promise<string> {
  const review = { kind: "SelfSubjectReview", apiVersion: "authentication.k8s.io/v1", metadata: {} }
  try {
    const path = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
    const answer = await client.json("POST", path, review)
    return answer.status.userInfo.username
  } catch (error) {
    if (!(error instanceof StatusError)) throw error
    const user = await client.json("GET", "/apis/user.openshift.io/v1/users/~")
    return user.metadata.name
  }
}

/** The projects one sees, by name; nothing where the server has none or does not tell. @throws StatusError else */
export async function projectsOf(client: Client): Promise<Json[] | undefined> {
  try {
    const { items } = await client.json("GET", "/apis/project.openshift.io/v1/projects")
    return items.sort((a: Json, b: Json) => (a.metadata.name < b.metadata.name ? -1 : 1))
  } catch (error) {
    if (error instanceof StatusError && [403, 404].includes(error.code)) return undefined
    throw error
  }
}

/** As `projectsOf`, or the namespaces of a server without projects. */
export async function projectsOrNamespaces(client: Client): Promise<Json[]> {
  const projects = await projectsOf(client)
  if (projects !== undefined) return projects
  return (await client.json("GET", "/api/v1/namespaces")).items
}

/** A project, or the namespace of a server without projects. @throws StatusError the first answer's, where neither is */
export async function projectOf(client: Client, name: string): Promise<Json> {
  try {
    return await client.json("GET", pathOf("project.openshift.io/v1", "projects", undefined, name))
  } catch (error) {
    if (!(error instanceof StatusError) || ![403, 404].includes(error.code)) throw error
    const found = await client.json("GET", pathOf("v1", "namespaces", undefined, name)).catch((other) => {
      if (other instanceof StatusError && other.code === 403) return undefined
      return orNothing(other)
    })
    if (found === undefined) throw error
    return found
  }
}
