import { afterAll, beforeAll, expect, test } from "vitest"
import { versionOrder } from "../../../lib/practice/apiserver/version-order.ts"
import { skupperCrds } from "../../../lib/practice/skupper-crds.ts"
import { type Setup, setup } from "./harness.ts"

let west: Setup
beforeAll(async () => {
  west = await setup()
})
afterAll(() => west.close())

const AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"

test("both forms of discovery tell the same kinds", async () => {
  const aggregated = await west.alice("GET", "/apis", undefined, { accept: AGGREGATED })
  expect(aggregated.headers["content-type"]).toBe(
    "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
  )
  const kinds: string[] = []
  for (const group of aggregated.body.items) {
    for (const version of group.versions) {
      for (const it of version.resources)
        kinds.push(`${group.metadata.name}/${version.version}/${it.resource}`)
    }
  }
  const old: string[] = []
  for (const group of (await west.alice("GET", "/apis")).body.groups) {
    expect((await west.alice("GET", `/apis/${group.name}`)).body.preferredVersion).toEqual(
      group.preferredVersion,
    )
    for (const { groupVersion } of group.versions) {
      const list = await west.alice("GET", `/apis/${groupVersion}`)
      expect(list.body.groupVersion).toBe(groupVersion)
      for (const it of list.body.resources) if (!it.name.includes("/")) old.push(`${groupVersion}/${it.name}`)
    }
  }
  expect(old.sort()).toEqual(kinds.sort())
  expect(old).toContain("project.openshift.io/v1/projectrequests")
  const core = await west.alice("GET", "/api/v1")
  expect(core.body.resources).toContainEqual(
    expect.objectContaining({ name: "pods", kind: "Pod", shortNames: ["po"], namespaced: true }),
  )
  expect(core.body.resources).toContainEqual(expect.objectContaining({ name: "pods/log", verbs: ["get"] }))
  const stable = old.filter((it) => it.startsWith("operators.coreos.com"))
  expect(stable).toContain("operators.coreos.com/v1/operatorgroups")
})

test("Skupper's kinds are there once their definitions are", async () => {
  expect((await west.admin("GET", "/apis/skupper.io/v2alpha1")).status).toBe(404)
  expect((await west.admin("GET", "/apis/skupper.io/v2alpha1/sites")).status).toBe(404)
  for (const crd of skupperCrds()) {
    const made = await west.system("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", crd)
    expect(made.status).toBe(201)
  }
  const { body } = await west.admin("GET", "/apis/skupper.io/v2alpha1")
  const names: string[] = body.resources.map((it: { name: string }) => it.name)
  expect(names.filter((it) => !it.includes("/"))).toHaveLength(12)
  expect(body.resources[0]).toMatchObject({
    name: "sites",
    kind: "Site",
    shortNames: ["st"],
    namespaced: true,
  })
  expect((await west.admin("GET", "/apis/skupper.io/v2alpha1/sites")).body).toMatchObject({
    kind: "SiteList",
    items: [],
  })
})

test("OpenAPI names a PATCH for each kind, and a new address when kinds come", async () => {
  const index = await west.admin("GET", "/openapi/v3")
  const where = index.body.paths["apis/apps/v1"].serverRelativeURL
  const document = await west.admin("GET", where)
  const patch = document.body.paths["/apis/apps/v1/namespaces/{namespace}/deployments/{name}"].patch
  expect(patch["x-kubernetes-group-version-kind"]).toEqual({
    group: "apps",
    version: "v1",
    kind: "Deployment",
  })
  expect(patch.parameters.map((it: { name: string }) => it.name)).toContain("fieldValidation")
  expect((await west.admin("GET", "/openapi/v3/apis/nope/v1")).status).toBe(404)
})

test("the preferred version comes first", () => {
  const versions = ["v1alpha1", "v1", "v2beta1", "v2", "v1beta2", "v10"]
  expect(versions.sort(versionOrder)).toEqual(["v10", "v2", "v1", "v2beta1", "v1beta2", "v1alpha1"])
})
