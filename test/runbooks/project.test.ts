import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { setNamespace } from "../../lib/cluster/kubeconfig.ts"
import project from "../../runbooks/project.ts"
import { projectDescription, projectIsOurs } from "../../runbooks/shared/labels.ts"
import { type Clusters, namespace, type PlayedSite, setStatus, startClusters } from "./clusters.ts"

const NAME = "flower-openshift-demo"
const roleBinding = (user: string) => ({
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "RoleBinding",
  metadata: { name: "view-it", namespace: NAME },
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "view" },
  subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: user }],
})

describe.each([true, false])("with openshift %s", (openshift) => {
  let clusters: Clusters
  let at: PlayedSite
  const word = openshift ? "project" : "namespace"
  beforeAll(async () => {
    clusters = await startClusters({ openshift })
    at = clusters.superlink
    await at.login()
  })
  afterAll(() => clusters.close())
  const check = () => clusters.look(project, at)
  const kubeconfig = () => clusters.context(project, at).kubeconfig

  test("not there: made with consent", async () => {
    expect(await check()).toMatchObject({
      state: "missing",
      reason: expect.stringMatching(new RegExp(`^${word} ${NAME} is not on .*yours are default`)),
      consent: `creates ${word} ${NAME} on ${at.server.url}`,
    })
  })

  test("there, but not the current one", async () => {
    await at.admin.create(namespace(NAME))
    await setNamespace(kubeconfig(), "default")
    expect(await check()).toMatchObject({
      state: "drifted",
      fields: [{ field: "current project", found: "default", asked: NAME }],
    })
  })

  test("there, and the current one", async () => {
    await setNamespace(kubeconfig(), NAME)
    expect(await check()).toMatchObject({ state: "ready", object: { name: NAME } })
  })

  test("an ordinary user who may only look", async () => {
    await at.login("alice")
    await at.admin.create(roleBinding("alice"))
    expect(await check()).toMatchObject(
      openshift
        ? { state: "blocked", code: "forbidden", fix: expect.stringContaining("add-role-to-user edit alice") }
        : { state: "blocked" },
    )
  })

  test("going away", async () => {
    await at.login()
    const made = (await at.admin.get({ apiVersion: "v1", kind: "Namespace", name: NAME }))!
    await setStatus(at.admin, made, { phase: "Terminating" })
    expect(await check()).toMatchObject({
      state: "progressing",
      reason: expect.stringContaining("is being deleted"),
    })
  })
})

test("the rights in a project that was just made are waited for", async () => {
  const clusters = await startClusters()
  try {
    const { admin, login } = clusters.superlink
    const annotations = { "openshift.io/description": projectDescription("trial") }
    await admin.create({ ...namespace(NAME), metadata: { name: NAME, annotations } })
    await login("alice")
    await admin.create(roleBinding("alice"))
    expect(await clusters.look(project, clusters.superlink)).toMatchObject({
      state: "progressing",
      reason: `project ${NAME} is new: your rights in it are not there yet`,
    })
  } finally {
    await clusters.close()
  }
})

test("whoever may not make projects gets the list of theirs", async () => {
  const clusters = await startClusters({ openshift: false })
  try {
    await clusters.superlink.login("alice")
    expect(await clusters.look(project, clusters.superlink)).toMatchObject({
      state: "blocked",
      code: "no project",
      next: "oc projects",
    })
  } finally {
    await clusters.close()
  }
})

test("a project tells in its description that it is ours", () => {
  const made = (description: string) => ({
    ...namespace(NAME),
    metadata: { name: NAME, annotations: { "openshift.io/description": description } },
  })
  expect(projectIsOurs(made(projectDescription("trial")), "trial")).toBe(true)
  expect(projectIsOurs(made(projectDescription("other")), "trial")).toBe(false)
  expect(projectIsOurs(namespace(NAME), "trial")).toBe(false)
})
