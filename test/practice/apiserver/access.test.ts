/** Who may what: tokens, projects, roles, reviews. */
import { afterAll, beforeAll, expect, test } from "vitest"
import { clientOf, configMap, deployment, namespace, type Setup, setup } from "./harness.ts"

let west: Setup
beforeAll(async () => {
  west = await setup()
})
afterAll(() => west.close())

const PROJECTS = "/apis/project.openshift.io/v1/projects"
const REQUESTS = "/apis/project.openshift.io/v1/projectrequests"
const projectRequest = (name: string) => ({
  kind: "ProjectRequest",
  apiVersion: "project.openshift.io/v1",
  metadata: { name },
  displayName: "Display",
})
const names = (body: { items: { metadata: { name: string } }[] }) => body.items.map((it) => it.metadata.name)

test("a wrong token is 401, none at all the anonymous user; only the version is open", async () => {
  const answers = { wrong: [401, "Unauthorized", 401], none: [403, "Forbidden", 403] } as const
  for (const [name, [code, reason, root]] of Object.entries(answers)) {
    const nobody = clientOf(west.server, name === "none" ? undefined : name)
    const answer = await nobody("GET", "/api/v1/namespaces")
    expect(answer.body).toMatchObject({ kind: "Status", code, reason })
    expect((await nobody("GET", "/version")).body.gitVersion).toMatch(/^v1\.32\./)
    expect((await nobody("HEAD", "/")).status).toBe(root)
  }
})

test("a user makes a project, owns it, and sees no other", async () => {
  const stream = await west.alice.watch(`${PROJECTS}?watch=true`)
  expect((await west.alice("GET", REQUESTS)).body).toMatchObject({ kind: "Status", status: "Success" })
  const made = await west.alice("POST", REQUESTS, projectRequest("alices"))
  expect(made.status).toBe(201)
  expect(made.body).toMatchObject({
    kind: "Project",
    metadata: { annotations: { "openshift.io/requester": "alice", "openshift.io/display-name": "Display" } },
    status: { phase: "Active" },
  })
  expect(await stream.next()).toMatchObject({
    type: "ADDED",
    object: { kind: "Project", metadata: { name: "alices" } },
  })
  const again = await west.bob("POST", REQUESTS, projectRequest("alices"))
  expect(again.body).toMatchObject({
    code: 409,
    message: 'project.project.openshift.io "alices" already exists',
  })
  expect(names((await west.alice("GET", PROJECTS)).body)).toEqual(["alices"])
  expect(names((await west.bob("GET", PROJECTS)).body)).toEqual([])
  expect(names((await west.admin("GET", PROJECTS)).body)).toContain("openshift-operators")
  expect((await west.bob("GET", `${PROJECTS}/alices`)).body).toMatchObject({
    code: 403,
    message:
      'projects.project.openshift.io "alices" is forbidden: User "bob" cannot get resource "projects" in API group "project.openshift.io" in the namespace "alices"',
  })
  expect((await west.admin("GET", `${PROJECTS}/nope`)).status).toBe(404)
  expect((await west.alice("POST", "/api/v1/namespaces/alices/configmaps", configMap("a"))).status).toBe(201)
  expect(
    (await west.alice("POST", "/apis/apps/v1/namespaces/alices/deployments", deployment("d"))).status,
  ).toBe(201)
  const merge = { "content-type": "application/merge-patch+json" }
  const label = { metadata: { labels: { a: "b" } } }
  expect((await west.alice("PATCH", "/api/v1/namespaces/alices", label, merge)).status).toBe(403)
})

test("what is forbidden is said as RBAC says it", async () => {
  await west.admin("POST", "/api/v1/namespaces", namespace("closed"))
  const list = await west.alice("GET", "/api/v1/namespaces/closed/pods")
  expect(list.body).toMatchObject({
    kind: "Status",
    code: 403,
    reason: "Forbidden",
    message:
      'pods is forbidden: User "alice" cannot list resource "pods" in API group "" in the namespace "closed"',
    details: { kind: "pods" },
  })
  const get = await west.alice("GET", "/api/v1/nodes/n")
  expect(get.body.message).toBe(
    'nodes "n" is forbidden: User "alice" cannot get resource "nodes" in API group "" at the cluster scope',
  )
})

test("a role binding opens a project as far as its role goes", async () => {
  await west.admin("POST", "/api/v1/namespaces", namespace("shared"))
  const bind = (name: string, role: string, kind = "ClusterRole") => ({
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: { name },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind, name: role },
    subjects: [{ kind: "User", name: "bob", apiGroup: "rbac.authorization.k8s.io" }],
  })
  const BINDINGS = "/apis/rbac.authorization.k8s.io/v1/namespaces/shared/rolebindings"
  const MAPS = "/api/v1/namespaces/shared/configmaps"
  await west.admin("POST", BINDINGS, bind("look", "view"))
  expect((await west.bob("GET", MAPS)).status).toBe(200)
  expect((await west.bob("GET", "/api/v1/namespaces/shared/secrets")).status).toBe(403)
  expect((await west.bob("POST", MAPS, configMap("a"))).status).toBe(403)
  await west.admin("POST", BINDINGS, bind("work", "edit"))
  expect((await west.bob("POST", MAPS, configMap("a"))).status).toBe(201)
  const OLM = "/apis/operators.coreos.com"
  const subscription = {
    apiVersion: "operators.coreos.com/v1alpha1",
    kind: "Subscription",
    metadata: { name: "s" },
  }
  expect(
    (await west.bob("POST", `${OLM}/v1alpha1/namespaces/shared/subscriptions`, subscription)).status,
  ).toBe(201)
  const group = { apiVersion: "operators.coreos.com/v1", kind: "OperatorGroup", metadata: { name: "g" } }
  expect((await west.bob("POST", `${OLM}/v1/namespaces/shared/operatorgroups`, group)).status).toBe(403)
  const plan = {
    apiVersion: "operators.coreos.com/v1alpha1",
    kind: "InstallPlan",
    metadata: { name: "p" },
    spec: {},
  }
  const PLANS = `${OLM}/v1alpha1/namespaces/shared/installplans`
  await west.admin("POST", PLANS, plan)
  const merge = { "content-type": "application/merge-patch+json" }
  expect((await west.bob("PATCH", `${PLANS}/p`, { spec: { approved: true } }, merge)).status).toBe(403)
  const ROLES = "/apis/rbac.authorization.k8s.io/v1/namespaces/shared/roles"
  const rules = [{ apiGroups: [""], resources: ["secrets"], resourceNames: ["one"], verbs: ["get"] }]
  const own = { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", metadata: { name: "one" }, rules }
  await west.admin("POST", ROLES, own)
  await west.admin("DELETE", `${BINDINGS}/work`)
  expect((await west.bob("GET", "/api/v1/namespaces/shared/secrets/one")).status).toBe(403)
  await west.admin("POST", BINDINGS, bind("own", "one", "Role"))
  expect((await west.bob("GET", "/api/v1/namespaces/shared/secrets/one")).status).toBe(404)
  expect((await west.bob("GET", "/api/v1/namespaces/shared/secrets/two")).status).toBe(403)
})

test("reviews say who one is and what one may", async () => {
  const SSR = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
  const who = await west.alice("POST", SSR, {})
  expect(who.body.status.userInfo).toMatchObject({ username: "alice" })
  expect(who.body.status.userInfo.groups).toContain("system:authenticated")
  expect((await west.alice("GET", "/apis/user.openshift.io/v1/users/~")).body.metadata.name).toBe("alice")
  // As `oc whoami` sends it: "k8s\0", Unknown{TypeMeta{apiVersion, kind}, raw}.
  const field = (tag: number, bytes: Buffer) => Buffer.concat([Buffer.from([tag, bytes.length]), bytes])
  const type = Buffer.concat([
    field(0x0a, Buffer.from("authentication.k8s.io/v1")),
    field(0x12, Buffer.from("SelfSubjectReview")),
  ])
  const body = Buffer.concat([Buffer.from("k8s\0"), field(0x0a, type), field(0x12, Buffer.alloc(0))])
  const proto = await west.bob("POST", SSR, body, { "content-type": "application/vnd.kubernetes.protobuf" })
  expect(proto.status).toBe(201)
  expect(proto.body.status.userInfo.username).toBe("bob")

  const may = async (resourceAttributes: object) => {
    const review = { spec: { resourceAttributes } }
    const answer = await west.alice("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review)
    return answer.body.status.allowed
  }
  expect(await may({ verb: "create", group: "apps", resource: "deployments", namespace: "alices" })).toBe(
    true,
  )
  expect(await may({ verb: "create", group: "apps", resource: "deployments", namespace: "closed" })).toBe(
    false,
  )
  const operatorGroups = { group: "operators.coreos.com", resource: "operatorgroups", namespace: "alices" }
  expect(await may({ verb: "create", ...operatorGroups })).toBe(false)
  expect(await may({ verb: "list", ...operatorGroups })).toBe(true)
  const create = {
    group: "operators.coreos.com",
    resource: "subscriptions",
    namespace: "alices",
    verb: "create",
  }
  expect(await may(create)).toBe(true)
  west.faults.set([{ where: "api", what: "forbidden", match: "^POST .*/subscriptions" }])
  expect(await may(create)).toBe(false)
  west.faults.set([])

  const others = async (user: string) => {
    const spec = { user, resourceAttributes: { verb: "list", resource: "pods", namespace: "alices" } }
    const review = { kind: "SubjectAccessReview", apiVersion: "authorization.k8s.io/v1", spec }
    return west.admin("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", review)
  }
  expect((await others("alice")).body.status.allowed).toBe(true)
  expect((await others("bob")).body.status.allowed).toBe(false)
  expect((await others("nobody")).body.status.allowed).toBe(false)

  const rules = await west.alice("POST", "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", {
    spec: { namespace: "alices" },
  })
  expect(rules.body.status.resourceRules.length).toBeGreaterThan(5)
  const oc = {
    kind: "SubjectAccessReview",
    apiVersion: "authorization.openshift.io/v1",
    verb: "create",
    resource: "projectrequests",
    resourceAPIGroup: "project.openshift.io",
  }
  const old = await west.alice("POST", "/apis/authorization.openshift.io/v1/subjectaccessreviews", oc)
  expect(old.body).toMatchObject({ kind: "SubjectAccessReviewResponse", allowed: true })
})

test("package manifests are made by the system, shown everywhere, and not watched", async () => {
  const MANIFESTS = "/apis/packages.operators.coreos.com/v1"
  const manifest = {
    apiVersion: "packages.operators.coreos.com/v1",
    kind: "PackageManifest",
    metadata: { name: "skupper-operator", labels: { catalog: "redhat-operators" } },
    status: { defaultChannel: "stable-2" },
  }
  const path = `${MANIFESTS}/namespaces/openshift-marketplace/packagemanifests`
  expect((await west.admin("POST", path, manifest)).status).toBe(405)
  expect((await west.system("POST", path, manifest)).status).toBe(201)
  const shown = await west.alice(
    "GET",
    `${MANIFESTS}/namespaces/alices/packagemanifests?fieldSelector=metadata.name%3Dskupper-operator`,
  )
  expect(shown.body.items).toMatchObject([
    { metadata: { namespace: "alices" }, status: { defaultChannel: "stable-2" } },
  ])
  const one = await west.alice("GET", `${MANIFESTS}/namespaces/alices/packagemanifests/skupper-operator`)
  expect(one.body.status.defaultChannel).toBe("stable-2")
  expect((await west.admin("GET", `${path}?watch=true`)).status).toBe(405)
})

test("a deleted project takes its namespace along", async () => {
  await west.bob("POST", REQUESTS, projectRequest("bobs"))
  const stream = await west.bob.watch(
    `${PROJECTS}?watch=true&resourceVersion=${west.server.snapshot().resourceVersion}`,
  )
  expect((await west.alice("DELETE", `${PROJECTS}/bobs`)).status).toBe(403)
  expect((await west.bob("DELETE", `${PROJECTS}/bobs`)).status).toBe(200)
  expect(await stream.next()).toMatchObject({
    type: "MODIFIED",
    object: { status: { phase: "Terminating" } },
  })
  for (;;) {
    const event = await stream.next()
    if (event?.type === "DELETED" && event.object.metadata.name === "bobs") break
  }
  expect((await west.admin("GET", "/api/v1/namespaces/bobs")).status).toBe(404)
})

test("plain Kubernetes has no projects, no OLM, no OAuth", async () => {
  const plain = await setup({ openshift: false })
  try {
    for (const path of [
      PROJECTS,
      "/apis/operators.coreos.com/v1alpha1/subscriptions",
      "/.well-known/oauth-authorization-server",
    ]) {
      expect((await plain.admin("GET", path)).status).toBe(404)
    }
    expect(names((await plain.admin("GET", "/api/v1/namespaces")).body)).toEqual([
      "default",
      "kube-node-lease",
      "kube-public",
      "kube-system",
    ])
  } finally {
    await plain.server.close()
  }
})
