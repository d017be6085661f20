/** LimitRanges and ResourceQuotas: what pods are given, and what is refused. */
import { said } from "../normal.ts"
import { row, type Theme } from "../row.ts"
import type { Scene } from "../scene.ts"
import { pod } from "../things.ts"

/** A pod with two containers, of which only the first says these resources. */
const sized = (resources: object) =>
  pod("a", {
    containers: [
      { name: "app", image: "app:1", resources },
      { name: "log", image: "log:1" },
    ],
  })

/** What becomes of a pod in a namespace with a LimitRange; the plugin learns of it a moment later. */
const within = (limit: object, resources: object) => async (scene: Scene) => {
  const { admin, core } = scene
  await admin.post(`${core}/limitranges`, {
    metadata: { name: "r" },
    spec: { limits: [{ type: "Container", ...limit }] },
  })
  return admin.post(`${core}/pods`, sized(resources))
}

/** Asks until a quota is known to the plugin that enforces it. */
const underQuota = (hard: object, resources: object) => async (scene: Scene) => {
  const { admin, core } = scene
  const used = Object.fromEntries(Object.keys(hard).map((name) => [name, "0"]))
  await admin.post(`${core}/resourcequotas`, { metadata: { name: "q" }, spec: { hard } })
  await admin.merge(`${core}/resourcequotas/q/status`, { status: { hard, used } })
  const named = (name: string) => {
    const { metadata, ...rest } = sized(resources)
    return { ...rest, metadata: { ...metadata, name } }
  }
  for (let tries = 0; ; tries++) {
    const answer = await admin.post(`${core}/pods?dryRun=All`, named(`a${tries}`))
    if (answer.status !== 201 || tries === 200) return said(answer).replace(/"a\d+"/, '"a"')
  }
}

export const sizing: Theme = {
  theme: "limits and quotas",
  rows: [
    row(
      "limits alone are requests too",
      async ({ admin, core }) => {
        const { body } = await admin.post(`${core}/pods`, sized({ limits: { cpu: "1", memory: "1024Mi" } }))
        return body.spec.containers.map((one: { resources: object }) => one.resources)
      },
      [{ limits: { cpu: "1", memory: "1Gi" }, requests: { cpu: "1", memory: "1Gi" } }, {}],
    ),
    row(
      "a LimitRange gives what containers do not say",
      async (scene) => {
        const limit = { default: { cpu: "500m", memory: "256Mi" }, defaultRequest: { cpu: "100m" } }
        const { body } = await within(limit, { requests: { cpu: "200m" } })(scene)
        return [
          body.metadata.annotations,
          body.spec.containers.map((one: { resources: object }) => one.resources),
        ]
      },
      [
        {
          "kubernetes.io/limit-ranger":
            "LimitRanger plugin set: memory request for container app; cpu, memory limit for container app; cpu, memory request for container log; cpu, memory limit for container log",
        },
        [
          { limits: { cpu: "500m", memory: "256Mi" }, requests: { cpu: "200m", memory: "256Mi" } },
          { limits: { cpu: "500m", memory: "256Mi" }, requests: { cpu: "100m", memory: "256Mi" } },
        ],
      ],
    ),
    row(
      "a LimitRange's maximum is the limit of who says nothing",
      async (scene) => said(await within({ max: { cpu: "1" } }, {})(scene)),
      "201 Pod",
    ),
    row(
      "a LimitRange's maximum, exceeded",
      async (scene) =>
        said(
          await within(
            { max: { memory: "1Gi" }, default: { memory: "1Gi" } },
            { limits: { memory: "2Gi" } },
          )(scene),
        ),
      '403 Forbidden pods "a" is forbidden: maximum memory usage per Container is 1Gi, but limit is 2Gi',
    ),
    row(
      "a LimitRange's minimum",
      async (scene) =>
        said(
          await within({ min: { cpu: "100m" } }, { requests: { cpu: "50m" }, limits: { cpu: "1" } })(scene),
        ),
      '403 Forbidden pods "a" is forbidden: minimum cpu usage per Container is 100m, but request is 50m',
    ),
    row(
      "a LimitRange's ratio",
      async (scene) =>
        said(
          await within(
            { maxLimitRequestRatio: { cpu: "2" }, default: { cpu: "1" }, defaultRequest: { cpu: "500m" } },
            { requests: { cpu: "100m" }, limits: { cpu: "1" } },
          )(scene),
        ),
      '403 Forbidden pods "a" is forbidden: cpu max limit to request ratio per Container is 2, but provided ratio is 10.000000',
    ),
    row(
      "a quota that wants limits to be said",
      underQuota({ "limits.cpu": "4", "limits.memory": "8Gi", pods: "10" }, { limits: { cpu: "1" } }),
      '403 Forbidden pods "a" is forbidden: failed quota: q: must specify limits.cpu for: log; limits.memory for: app,log',
    ),
    row(
      "a quota of pods",
      underQuota({ pods: "0" }, {}),
      '403 Forbidden pods "a" is forbidden: exceeded quota: q, requested: pods=1, used: pods=0, limited: pods=0',
    ),
    row(
      "a quota of what they request",
      async (scene) => {
        const { admin, core } = scene
        await admin.post(`${core}/limitranges`, {
          metadata: { name: "r" },
          spec: { limits: [{ type: "Container", defaultRequest: { memory: "100Mi" } }] },
        })
        return underQuota({ "requests.memory": "1Gi" }, { requests: { memory: "1Gi" } })(scene)
      },
      '403 Forbidden pods "a" is forbidden: exceeded quota: q, requested: requests.memory=1124Mi, used: requests.memory=0, limited: requests.memory=1Gi',
    ),
  ],
}
