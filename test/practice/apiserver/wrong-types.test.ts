/** No body, whatever it holds, is answered with the server's own trouble. The words are held to a real server by test:cluster. */
import { afterAll, beforeAll, expect, test } from "vitest"
import { openPractice } from "../../conformance/practice-world.ts"
import { openScene, type World } from "../../conformance/scene.ts"
import { pathOfBody, wrongBodies } from "../../conformance/wrong-types.ts"

let world: World
beforeAll(async () => {
  world = await openPractice()
})
afterAll(() => world.close())

/** Words that only a program that failed says. */
const OWN_TROUBLE = /Internal error|is not a function|Cannot read|not iterable|undefined/

test("each field of each built-in kind with a value of each wrong type", async () => {
  const { admin, ns } = await openScene(world)
  const failed: string[] = []
  const codes = new Set<number>()
  // A third: of each field at least two values, of seven.
  for (const one of wrongBodies().filter((_, index) => index % 3 === 0)) {
    const path = pathOfBody(one, ns)
    const created = await admin.post(`${path}?dryRun=All`, one.body)
    const applied = await admin.apply(`${path}/a?fieldManager=test&dryRun=All`, one.body)
    codes.add(created.status)
    // What a real server says of them is a 500 too.
    const known = /^resourceVersion should not be set|^failed to (create typed patch|convert new) object/
    for (const { status, body } of [created, applied])
      if (OWN_TROUBLE.test(body.message ?? "") || (status === 500 && !known.test(body.message)))
        failed.push(`${one.name}: ${body.message}`)
  }
  expect(failed).toEqual([])
  expect([...codes].sort()).toEqual([201, 400, 422])
})

test("bodies that are no objects, for every verb that reads one", async () => {
  const { admin, core, apps } = await openScene(world)
  await admin.post(`${core}/pods`, {
    metadata: { name: "a" },
    spec: { containers: [{ name: "c", image: "i" }] },
  })
  const paths: readonly [method: string, path: string][] = [
    ["POST", `${core}/pods`],
    ["PUT", `${core}/pods/a`],
    ["POST", `${core}/pods/a/binding`],
    ["POST", `${core}/pods/a/eviction`],
    ["DELETE", `${core}/pods/b`],
    ["POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"],
    ["POST", "/apis/project.openshift.io/v1/projectrequests"],
    ["PUT", `${apps}/deployments/a/scale`],
  ]
  const types = ["merge-patch+json", "json-patch+json", "strategic-merge-patch+json", "apply-patch+yaml"]
  for (const body of [
    "5",
    '"x"',
    "true",
    "null",
    "[]",
    "[5]",
    '{"kind":5}',
    '{"metadata":5}',
    '{"spec":5}',
  ]) {
    for (const [method, path] of paths) {
      const { status, text } = await admin.send(method, path, body)
      expect(`${method} ${path} ${body}: ${status} ${text}`).not.toMatch(OWN_TROUBLE)
    }
    for (const type of types) {
      const { status, text } = await admin.send("PATCH", `${core}/pods/a?fieldManager=t`, body, {
        "content-type": `application/${type}`,
      })
      expect(`${type} ${body}: ${status} ${text}`).not.toMatch(OWN_TROUBLE)
    }
  }
})
