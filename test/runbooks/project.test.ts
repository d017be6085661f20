import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { setNamespace } from "../../lib/cluster/kubeconfig.ts"
import project from "../../runbooks/project.ts"
import { ownsProject, projectDescription } from "../../runbooks/shared/labels.ts"
import { type Clusters, namespace, type ServedSite, setStatus, startClusters } from "./clusters.ts"

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
  let at: ServedSite
  const word = openshift ? "project" : "namespace"
  beforeAll(async () => {
    clusters = await startClusters({ openshift })
    at = clusters.superlink
    await at.login()
  })
  afterAll(() => clusters.close())
  const check = () => clusters.check(project, at)
  const kubeconfig = () => clusters.context(project, at).kubeconfig

  test("missing: created after approval", async () => {
    expect(await check()).toMatchObject({
      state: "missing",
      reason: expect.stringMatching(
        new RegExp(`^${word} ${NAME} does not exist on .*your ${word}s: default`),
      ),
      approval: `creates ${word} ${NAME} on ${at.server.url}`,
    })
  })

  test("exists, but is not the current one", async () => {
    await at.admin.create(namespace(NAME))
    await setNamespace(kubeconfig(), "default")
    expect(await check()).toMatchObject({
      state: "drifted",
      fields: [{ field: "current project", found: "default", wanted: NAME }],
    })
  })

  test("exists, and is the current one", async () => {
    await setNamespace(kubeconfig(), NAME)
    expect(await check()).toMatchObject({ state: "ready", object: { name: NAME } })
  })

  test("an ordinary user who may only read", async () => {
    await at.login("alice")
    await at.admin.create(roleBinding("alice"))
    expect(await check()).toMatchObject(
      openshift
        ? { state: "blocked", code: "forbidden", fix: expect.stringContaining("add-role-to-user edit alice") }
        : { state: "blocked" },
    )
  })

  test("being deleted", async () => {
    await at.login()
    const made = (await at.admin.get({ apiVersion: "v1", kind: "Namespace", name: NAME }))!
    await setStatus(at.admin, made, { phase: "Terminating" })
    expect(await check()).toMatchObject({
      state: "progressing",
      reason: expect.stringContaining("is being deleted"),
    })
    const message =
      "Some content in the namespace has finalizers remaining: skupper.io/x in 1 resource instances"
    await setStatus(at.admin, (await at.admin.get({ apiVersion: "v1", kind: "Namespace", name: NAME }))!, {
      phase: "Terminating",
      conditions: [
        { type: "NamespaceDeletionDiscoveryFailure", status: "False", message: "All resources discovered" },
        { type: "NamespaceFinalizersRemaining", status: "True", reason: "SomeFinalizersRemain", message },
      ],
    })
    expect(await check()).toMatchObject({
      state: "progressing",
      reason: expect.stringMatching(new RegExp(`waiting until it is gone: ${message}$`)),
    })
  })
})

test("the rights in a new project are waited for", async () => {
  const clusters = await startClusters()
  try {
    const { admin, login } = clusters.superlink
    const annotations = { "openshift.io/description": projectDescription("trial") }
    await admin.create({ ...namespace(NAME), metadata: { name: NAME, annotations } })
    await login("alice")
    await admin.create(roleBinding("alice"))
    expect(await clusters.check(project, clusters.superlink)).toMatchObject({
      state: "progressing",
      reason: `project ${NAME} is new: your rights in it are not effective yet`,
    })
  } finally {
    await clusters.close()
  }
})

test("a user who is not allowed to create projects gets the list of their projects", async () => {
  const clusters = await startClusters({ openshift: false })
  try {
    await clusters.superlink.login("alice")
    expect(await clusters.check(project, clusters.superlink)).toMatchObject({
      state: "blocked",
      code: "no project",
      next: "oc projects",
    })
  } finally {
    await clusters.close()
  }
})

test("the description of a project shows that this federation created it", () => {
  const made = (description: string) => ({
    ...namespace(NAME),
    metadata: { name: NAME, annotations: { "openshift.io/description": description } },
  })
  expect(ownsProject(made(projectDescription("trial")), "trial")).toBe(true)
  expect(ownsProject(made(projectDescription("other")), "trial")).toBe(false)
  expect(ownsProject(namespace(NAME), "trial")).toBe(false)
})
