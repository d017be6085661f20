import { afterEach, beforeEach, describe, expect, test } from "vitest"
import type { KubeObject } from "../../lib/cluster/types.ts"
import { actionFor } from "../../lib/notebook/action-for.ts"
import { doctor } from "../../runbooks/doctor-checks.ts"
import { ADOPTED, FEDERATION, labels, MANAGED_BY } from "../../runbooks/shared/labels.ts"
import siteCreate from "../../runbooks/site-create.ts"
import { verify } from "../../runbooks/verify.ts"
import {
  type Clusters,
  conditions,
  endpoints,
  namespace,
  put,
  setStatus,
  skupper,
  startClusters,
} from "./clusters.ts"
import { putRouter, restartRouter } from "./routers.ts"

const NS = "flower-openshift-demo"
const NAME = "superlink-interconnect"
const READY = conditions({ Configured: "True", Ready: "True", Resolved: "True", Running: "True" })
const pendingStatus = (message: string) => ({
  conditions: conditions({ Configured: "True", Ready: ["False", "Pending", message] }),
  status: "Pending",
  message,
})

let clusters: Clusters
beforeEach(async () => {
  clusters = await startClusters()
  for (const one of [clusters.superlink, clusters.supernode]) {
    await one.login()
    await one.admin.create(namespace(String(one.site.project)))
  }
})
afterEach(() => clusters.close())
const check = (more = {}) => clusters.check(siteCreate, clusters.superlink, more)
const site = (more: object = {}, name = NAME): Promise<KubeObject> =>
  put(clusters.superlink.admin, skupper("Site", NS, name, { spec: { linkAccess: "default" }, ...more }))

test("none exists", async () => {
  expect(await check()).toMatchObject({ state: "missing", reason: `project ${NS} has no Skupper site yet` })
})

test("ready, with an address", async () => {
  await site({
    status: { conditions: READY, status: "Ready", message: "OK", endpoints: endpoints("a.example") },
  })
  expect(await check()).toMatchObject({
    state: "ready",
    reason: `Site ${NAME} is ready, reachable for links at a.example:55671`,
    adopted: true,
  })
  expect(await check({ applyInterrupted: true })).toMatchObject({ state: "ready", adopted: false })
})

test("after an interrupted apply, a Site that was created at another time is somebody else's, also for ownership", async () => {
  await site({ status: { conditions: READY, endpoints: endpoints("a.example") } })
  const at = (from: number, to: number) => ({
    applyInterrupted: true,
    applyPeriod: {
      from: new Date(Date.now() + from).toISOString(),
      to: new Date(Date.now() + to).toISOString(),
    },
  })
  const found = () =>
    clusters.superlink.admin.get({
      apiVersion: "skupper.io/v2alpha1",
      kind: "Site",
      name: NAME,
      namespace: NS,
    })
  for (const other of [at(60_000, 90_000), at(-900_000, -600_000)]) {
    expect(await check(other)).toMatchObject({ state: "ready", adopted: true })
    await siteCreate.takeOwnership!(clusters.context(siteCreate, clusters.superlink, other))
    expect((await found())?.metadata.labels ?? {}).not.toHaveProperty("flower-runbook/federation")
  }
  const own = at(-60_000, 0)
  expect(await check(own)).toMatchObject({ state: "ready", adopted: false })
  await siteCreate.takeOwnership!(clusters.context(siteCreate, clusters.superlink, own))
  expect((await found())?.metadata.labels).toHaveProperty("flower-runbook/federation")
})

test("ready without an address is not ready for links", async () => {
  await site({ status: { conditions: READY, status: "Ready", message: "OK" } })
  expect(await check()).toMatchObject({ state: "progressing" })
})

test("one with another name is used, and that is reported", async () => {
  await site({ status: { conditions: READY, endpoints: endpoints("a.example") } }, "west")
  expect(await check({ applyInterrupted: true })).toMatchObject({
    state: "ready",
    adopted: true,
    reason: expect.stringContaining(`the requested name is ${NAME}`),
  })
})

test("two are refused", async () => {
  await site({ status: { conditions: READY } })
  await site(
    {
      status: { conditions: conditions({ Configured: ["False", "Error", "An active site already exists"] }) },
    },
    "b",
  )
  expect(await check()).toMatchObject({
    state: "blocked",
    code: "two sites",
    next: "oc get sites.skupper.io -n flower-openshift-demo",
  })
})

describe("link access", () => {
  test.each([
    [{}, {}, "none", "default"],
    [{ linkAccess: "none" }, {}, "none", "default"],
    [{ linkAccess: "default" }, { linkAccessType: "loadbalancer" }, "default", "loadbalancer"],
  ])("%j with %j", async (spec, asked, was, is) => {
    await site({ spec, status: { conditions: READY } })
    expect(await check({ site: asked })).toMatchObject({
      state: "drifted",
      fields: [{ field: "link access", found: was, wanted: is }],
    })
  })

  test("any link access fits if none is given", async () => {
    await site({ spec: { linkAccess: "route" }, status: { conditions: READY, endpoints: endpoints("a") } })
    expect(await check()).toMatchObject({ state: "ready" })
  })

  test("a SuperNode's site needs none", async () => {
    await put(
      clusters.supernode.admin,
      skupper("Site", "flower-supernode-1", "x", { status: { conditions: READY } }),
    )
    expect(await clusters.check(siteCreate, clusters.supernode)).toMatchObject({ state: "ready" })
  })

  test("it is patched, and the rest of the Site stays; an adopted Site stays adopted", async () => {
    await site({ spec: { defaultIssuer: "mine" } })
    const context = clusters.context(siteCreate, clusters.superlink, { applyInterrupted: true })
    await actionFor(siteCreate, "drifted")!.run(context)
    await siteCreate.takeOwnership!(context)
    const found = (await clusters.superlink.admin.get({
      apiVersion: "skupper.io/v2alpha1",
      kind: "Site",
      name: NAME,
      namespace: NS,
    }))!
    expect(found.spec).toEqual({ defaultIssuer: "mine", linkAccess: "default" })
    expect(found.metadata.annotations?.[ADOPTED]).toBe("trial")
    expect(found.metadata.labels).toBeUndefined()
  })

  test("a Site of this federation is patched without a mark, and labelled", async () => {
    await site({ spec: {} })
    const context = clusters.context(siteCreate, clusters.superlink, { applyInterrupted: true })
    await siteCreate.takeOwnership!(context)
    await actionFor(siteCreate, "drifted")!.run(context)
    const found = await clusters.superlink.admin.get({
      apiVersion: "skupper.io/v2alpha1",
      kind: "Site",
      name: NAME,
      namespace: NS,
    })
    expect(found!.metadata.labels).toEqual({ [MANAGED_BY]: "flower-runbook", [FEDERATION]: "trial" })
    expect(found!.metadata.annotations).toBeUndefined()
  })
})

test("another federation's label stays", async () => {
  await site({
    metadata: { name: NAME, namespace: NS, labels: labels("other") },
    status: { conditions: READY },
  })
  await siteCreate.takeOwnership!(clusters.context(siteCreate, clusters.superlink))
  const found = await clusters.superlink.admin.list({
    apiVersion: "skupper.io/v2alpha1",
    kind: "Site",
    namespace: NS,
  })
  expect(found[0]!.metadata.labels).toEqual(labels("other"))
})

describe("pending", () => {
  test("in the controller's own words", async () => {
    await site()
    expect(await check()).toMatchObject({
      state: "progressing",
      reason: expect.stringContaining("has not processed it yet"),
    })
    const [made] = await clusters.superlink.admin.list({
      apiVersion: "skupper.io/v2alpha1",
      kind: "Site",
      namespace: NS,
    })
    await setStatus(clusters.superlink.admin, made!, pendingStatus("No router pod is ready"))
    expect(await check()).toMatchObject({
      state: "progressing",
      reason: `Site ${NAME}: No router pod is ready`,
    })
  })

  test("an access type that the controller does not support", async () => {
    const message = "Unsupported value for LinkAccess: route"
    await site({
      spec: { linkAccess: "route" },
      status: { conditions: conditions({ Configured: ["False", "Error", message] }) },
    })
    expect(await check()).toMatchObject({ state: "blocked", reason: `Site ${NAME}: ${message}` })
  })

  test("another error is retried by the controller, and blocks when it lasts", async () => {
    const message = 'roles.rbac.authorization.k8s.io "skupper-router" already exists'
    const since = (seconds: number) => ({
      status: "Error",
      message,
      conditions: [
        {
          type: "Configured",
          status: "False",
          reason: "Error",
          message,
          lastTransitionTime: new Date(Date.now() - seconds * 1000).toISOString(),
        },
      ],
    })
    const made = await site({ status: since(5) })
    expect(await check()).toMatchObject({
      state: "progressing",
      reason: expect.stringContaining(`Site ${NAME}: ${message}`),
    })
    await setStatus(clusters.superlink.admin, made, since(65))
    expect(await check()).toMatchObject({ state: "blocked", reason: `Site ${NAME}: ${message}` })
  })

  test("a Route that is not admitted", async () => {
    await site({ status: pendingStatus("Pending") })
    await put(clusters.superlink.admin, {
      apiVersion: "route.openshift.io/v1",
      kind: "Route",
      metadata: { name: "skupper-router-edge", namespace: NS },
      spec: { to: { kind: "Service", name: "skupper-router" } },
      status: {
        ingress: [
          { host: "x", conditions: conditions({ Admitted: ["False", "HostAlreadyClaimed", "taken"] }) },
        ],
      },
    })
    expect(await check()).toMatchObject({
      state: "progressing",
      reason: `Site ${NAME}: Pending; Route skupper-router-edge is not admitted: taken`,
    })
  })

  test("a Route that one router shard refuses and another admits is in order", async () => {
    await site({ status: pendingStatus("Pending") })
    const refused = conditions({ Admitted: ["False", "RouteNotAdmitted", "other shard"] })
    const shard = (routerName: string, found: object[]) => ({ host: "x", routerName, conditions: found })
    const made = await put(clusters.superlink.admin, {
      apiVersion: "route.openshift.io/v1",
      kind: "Route",
      metadata: { name: "skupper-router-edge", namespace: NS },
      spec: { to: { kind: "Service", name: "skupper-router" } },
      status: {
        ingress: [shard("internal", refused), shard("default", conditions({ Admitted: "True" }))],
      },
    })
    expect(await check()).toMatchObject({ state: "progressing", reason: `Site ${NAME}: Pending` })
    await setStatus(clusters.superlink.admin, made, {
      ingress: [
        shard("internal", refused),
        shard("default", conditions({ Admitted: ["False", "HostAlreadyClaimed", "taken"] })),
      ],
    })
    expect(await check()).toMatchObject({
      reason: `Site ${NAME}: Pending; Route skupper-router-edge is not admitted: other shard (router internal); taken (router default)`,
    })
  })

  test("what stands in SecuredAccess: a host that cannot be changed", async () => {
    await site({ status: pendingStatus("Pending") })
    const message =
      'Route.route.openshift.io "skupper-router-inter-router" is invalid: spec.host: field is immutable'
    const made = await put(
      clusters.superlink.admin,
      skupper("SecuredAccess", NS, "skupper-router", {
        spec: {
          selector: {},
          ports: [{ name: "inter-router", port: 55671, targetPort: 55671, protocol: "TCP" }],
        },
        status: {
          status: "Error",
          message,
          conditions: conditions({ Configured: ["False", "Error", message] }),
        },
      }),
    )
    expect(await check()).toMatchObject({
      state: "blocked",
      code: "immutable",
      reason: `Site ${NAME}: SecuredAccess skupper-router: ${message}`,
      fix: expect.stringContaining("delete the Route"),
    })
    // What the controller tries again is only told.
    await setStatus(clusters.superlink.admin, made, {
      status: "Error",
      message: "the server could not find the requested resource",
      conditions: [],
    })
    expect(await check()).toMatchObject({
      state: "progressing",
      reason: expect.stringContaining("could not find the requested resource"),
    })
  })

  const routerDeployment = (replicas: number) =>
    clusters.superlink.admin.create({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "skupper-router", namespace: NS },
      spec: {
        replicas,
        selector: { matchLabels: { "skupper.io/component": "router" } },
        template: {
          metadata: { labels: { "skupper.io/component": "router" } },
          spec: { containers: [{ name: "router", image: "router" }] },
        },
      },
    })

  test("a router that was scaled to 0: the Site itself only waits", async () => {
    await site({ status: pendingStatus("Not Running") })
    await routerDeployment(0)
    expect(await check()).toMatchObject({
      state: "blocked",
      code: "scaled to 0",
      next: `oc scale deployment/skupper-router --replicas=1 -n ${NS}`,
    })
  })

  test("a quota that demands limits: a LimitRange, or the sizing of routers", async () => {
    await site({ status: pendingStatus("Not Running") })
    const made = await routerDeployment(1)
    const message =
      'pods "skupper-router-1" is forbidden: failed quota: q: must specify limits.cpu for: router'
    await setStatus(clusters.superlink.admin, made, {
      conditions: conditions({ ReplicaFailure: ["True", "FailedCreate", message] }),
    })
    const found = await check()
    expect(found).toMatchObject({ state: "blocked", code: "no limits" })
    for (const part of ["kind: LimitRange", "skupper.io/site-sizing", "router-cpu-limit"])
      expect(found).toMatchObject({ fix: expect.stringContaining(part) })
  })

  test("a load balancer that has no address, with its last event", async () => {
    await site({ status: pendingStatus("Pending") })
    const { admin } = clusters.superlink
    await admin.create({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "skupper-router", namespace: NS },
      spec: { type: "LoadBalancer", ports: [{ name: "inter-router", port: 55671 }] },
    })
    const event = (name: string, message: string, lastTimestamp: string) => ({
      apiVersion: "v1",
      kind: "Event",
      metadata: { name, namespace: NS },
      involvedObject: { kind: "Service", name: "skupper-router", namespace: NS },
      reason: "SyncLoadBalancerFailed",
      type: "Warning",
      message,
      lastTimestamp,
    })
    await admin.create(event("late", "no subnet found", "2026-11-22T10:00:05Z"))
    await admin.create(event("early", "ensuring load balancer", "2026-11-22T10:00:00Z"))
    expect(await check()).toMatchObject({
      state: "progressing",
      reason: expect.stringContaining("has no address from a load balancer yet: no subnet found"),
    })
  })

  test("a quota that lets no router start needs a person; seen long ago, it may be cured", async () => {
    await site({ status: pendingStatus("Not Running") })
    const { admin } = clusters.superlink
    const made = await admin.create({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "skupper-router", namespace: NS },
      spec: {
        selector: { matchLabels: { "skupper.io/component": "router" } },
        template: {
          metadata: { labels: { "skupper.io/component": "router" } },
          spec: { containers: [{ name: "router", image: "router" }] },
        },
      },
    })
    const message = 'pods "skupper-router-1" is forbidden: exceeded quota: small, requested: pods=1'
    const failed = conditions({ ReplicaFailure: ["True", "FailedCreate", message] })
    await setStatus(admin, made, { conditions: failed })
    expect(await check()).toMatchObject({
      state: "blocked",
      code: "quota",
      reason: expect.stringContaining("exceeded quota: small"),
      fix: expect.stringContaining("quota"),
    })
    await setStatus(admin, made, {
      conditions: [{ ...failed[0], lastTransitionTime: "2026-01-01T00:00:00Z" }],
    })
    expect(await check()).toMatchObject({
      state: "progressing",
      reason: expect.stringContaining("exceeded quota"),
    })
  })
})

describe("a project whose name is too long for Routes", () => {
  const long = "a-project-with-a-name-of-thirty-six-x"
  test("is refused beforehand", async () => {
    await clusters.superlink.admin.create(namespace(long))
    expect(await check({ site: { project: long } })).toMatchObject({
      state: "blocked",
      code: "project name",
      reason: expect.stringContaining("at most 35"),
    })
    expect(await check({ site: { project: long, linkAccessType: "loadbalancer" } })).toMatchObject({
      state: "missing",
    })
  })
})

describe("a router that was restarted in its pod", () => {
  const restarted = async (config = true) => {
    await site({ status: { conditions: READY, status: "Ready", endpoints: endpoints("a.example") } })
    const { admin } = clusters.superlink
    if (config)
      await admin.create({
        apiVersion: "v1",
        kind: "ConfigMap",
        metadata: CONFIG,
        data: { "skrouterd.json": "[]" },
      })
    return putRouter(admin, NS, { router: 0, adaptor: 200, restarts: 1 })
  }
  const CONFIG = { name: "skupper-router", namespace: NS }
  const LOST = {
    state: "drifted",
    fields: [{ field: "router configuration", found: "lost with a restart", wanted: "complete" }],
    reason: expect.stringMatching(
      /^Site superlink-interconnect: the router in flower-openshift-demo \(pod skupper-router-1-a, 1 restart\) was restarted at \S+Z, and lacks what was configured/,
    ),
    approval: `replaces the router's pod skupper-router-1-a in ${NS}, which passes nothing on as it is`,
  }
  const update = async () => {
    const result = await check()
    await actionFor(siteCreate, result.state as "drifted")!.run(
      clusters.context(siteCreate, clusters.superlink),
    )
  }

  test("lacks its configuration, is replaced, and verify and doctor name it", async () => {
    await restarted()
    expect(await check()).toMatchObject(LOST)
    const BROKEN = { next: "flower-runbook step site-create --site superlink --yes" }
    expect(await clusters.check(verify, clusters.supernode)).toMatchObject({
      state: "blocked",
      code: "router",
      reason: expect.stringMatching(/^router: the router in flower-openshift-demo/),
      ...BROKEN,
    })
    const examined = () =>
      doctor.find(({ id }) => id === "router")!.run(clusters.context(siteCreate, clusters.superlink))
    expect(await examined()).toMatchObject({ ok: false, ...BROKEN })
    await update()
    expect(clusters.notes).toContain(
      "pod skupper-router-1-a is deleted: the next one starts with the router's whole configuration",
    )
    expect(await check()).toMatchObject({ state: "ready" })
    expect(await examined()).toMatchObject({ ok: true })
  })

  test("has it again after any write on its ConfigMap, or five minutes of its kube-adaptor's life", async () => {
    const pod = await restarted()
    const { admin } = clusters.superlink
    await restartRouter(admin, pod, { router: 60, adaptor: 200, restarts: 1 })
    expect(await check()).toMatchObject({ state: "ready" })
    await admin.remove({ apiVersion: "v1", kind: "ConfigMap", ...CONFIG })
    expect(await check()).toMatchObject(LOST)
    await restartRouter(admin, pod, { router: 60, adaptor: 350, restarts: 1 })
    expect(await check()).toMatchObject({ state: "ready" })
    // Its kube-adaptor was restarted as well, and configures it when it starts.
    await restartRouter(admin, pod, { router: 60, adaptor: 50, restarts: 1 })
    expect(await check()).toMatchObject({ state: "ready" })
  })
})
