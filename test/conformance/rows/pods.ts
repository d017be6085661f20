/** What only pods have, and what stands beside them: binding, eviction, logs, events. */
import { events, said } from "../normal.ts"
import { row, type Theme } from "../row.ts"
import { configMap, pod } from "../things.ts"

const binding = (name: string, node = "somewhere") => ({
  apiVersion: "v1",
  kind: "Binding",
  metadata: { name },
  target: { kind: "Node", name: node },
})

const event = (name: string, namespace: string, more: object = {}) => ({
  apiVersion: "v1",
  kind: "Event",
  metadata: { name },
  involvedObject: { apiVersion: "v1", kind: "Pod", name: "a", namespace },
  reason: "Tried",
  message: "as a test",
  type: "Warning",
  ...more,
})

export const pods: Theme = {
  theme: "pods and what stands beside them",
  rows: [
    row(
      "binding: the pod has a node and is scheduled",
      async ({ admin, core }) => {
        await admin.post(`${core}/pods`, pod("a"))
        const { status, body: said } = await admin.post(`${core}/pods/a/binding`, binding("a"))
        const { body } = await admin.get(`${core}/pods/a`)
        const conditions = body.status.conditions.map(
          ({ lastTransitionTime, ...it }: { lastTransitionTime: string }) => it,
        )
        return { status, said, node: body.spec.nodeName, conditions }
      },
      {
        status: 201,
        said: { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 },
        node: "somewhere",
        conditions: [{ type: "PodScheduled", status: "True", lastProbeTime: null }],
      },
    ),
    row(
      "binding: a second one is a conflict",
      async ({ admin, core }) => {
        await admin.post(`${core}/pods`, pod("a"))
        await admin.post(`${core}/pods/a/binding`, binding("a"))
        return said(await admin.post(`${core}/pods/a/binding`, binding("a", "other")))
      },
      '409 Conflict Operation cannot be fulfilled on pods/binding "a": pod a is already assigned to node "somewhere"',
    ),
    row(
      "binding: of a pod that is not there",
      async ({ admin, core }) => said(await admin.post(`${core}/pods/a/binding`, binding("a"))),
      '404 NotFound pods "a" not found',
    ),
    row(
      "logs: of a pod that is not there",
      async ({ admin, core }) => (await admin.get(`${core}/pods/a/log`)).body,
      {
        kind: "Status",
        apiVersion: "v1",
        metadata: {},
        status: "Failure",
        message: 'pods "a" not found',
        reason: "NotFound",
        details: { name: "a", kind: "pods" },
        code: 404,
      },
    ),
    row(
      "logs: of a pod without a node",
      async ({ admin, core }) => {
        await admin.post(`${core}/pods`, pod("a"))
        const { status, text } = await admin.get(`${core}/pods/a/log`)
        return { status, text }
      },
      { status: 204, text: "" },
    ),
    row(
      "logs: of a container that is none",
      async ({ admin, core }) => {
        await admin.post(`${core}/pods`, pod("a", { nodeName: "nowhere" }))
        return said(await admin.get(`${core}/pods/a/log?container=b`))
      },
      "400 BadRequest container b is not valid for pod a",
    ),
    row(
      "logs: of one of two containers",
      async ({ admin, core }) => {
        await admin.post(
          `${core}/pods`,
          pod("a", {
            nodeName: "nowhere",
            containers: [
              { name: "x", image: "x" },
              { name: "y", image: "y" },
            ],
          }),
        )
        return said(await admin.get(`${core}/pods/a/log`))
      },
      "400 BadRequest a container name must be specified for pod a, choose one of: [x y]",
    ),
    row(
      "logs: of a node that is not there",
      async ({ admin, core }) => {
        await admin.post(`${core}/pods`, pod("a", { nodeName: "nowhere" }))
        return said(await admin.get(`${core}/pods/a/log`))
      },
      '404 NotFound pods "nowhere" not found',
    ),
    row(
      "logs: a number of lines that is none",
      async ({ admin, core }) => {
        await admin.post(`${core}/pods`, pod("a", { nodeName: "nowhere" }))
        return [
          said(await admin.get(`${core}/pods/a/log?tailLines=x`)),
          said(await admin.get(`${core}/pods/a/log?tailLines=-1`)),
        ]
      },
      [
        '400 BadRequest strconv.ParseInt: parsing "x": invalid syntax',
        '422 Invalid PodLogOptions "a" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0',
      ],
    ),
    row(
      "eviction deletes a pod",
      async ({ admin, core }) => {
        await admin.post(`${core}/pods`, pod("a"))
        const answer = await admin.post(`${core}/pods/a/eviction`, {
          apiVersion: "policy/v1",
          kind: "Eviction",
          metadata: { name: "a" },
        })
        return [said(answer), (await admin.get(`${core}/pods/a`)).status]
      },
      ["201 Success", 404],
    ),
    row(
      "a token of a ServiceAccount",
      async ({ admin, core }) => {
        await admin.post(`${core}/serviceaccounts`, { metadata: { name: "a" } })
        const { status, body } = await admin.post(`${core}/serviceaccounts/a/token`, {
          apiVersion: "authentication.k8s.io/v1",
          kind: "TokenRequest",
          spec: { expirationSeconds: 600 },
        })
        return { status, kind: body.kind, token: typeof body.status?.token }
      },
      { status: 201, kind: "TokenRequest", token: "string" },
    ),
    row(
      "an event is kept, chosen by its object",
      async ({ admin, core, ns }) => {
        const made = await admin.post(`${core}/events`, event("a.1", ns))
        await admin.post(
          `${core}/events`,
          event("b.1", ns, { involvedObject: { kind: "Pod", name: "b", namespace: ns } }),
        )
        const { body } = await admin.get(
          `${core}/events?fieldSelector=involvedObject.name%3Da%2Ctype%3DWarning`,
        )
        const { metadata, ...rest } = made.body
        return {
          status: made.status,
          rest,
          found: body.items.map((it: { metadata: { name: string } }) => it.metadata.name),
        }
      },
      {
        status: 201,
        rest: {
          kind: "Event",
          apiVersion: "v1",
          involvedObject: { kind: "Pod", namespace: "NS", name: "a", apiVersion: "v1" },
          reason: "Tried",
          message: "as a test",
          source: {},
          firstTimestamp: null,
          lastTimestamp: null,
          type: "Warning",
          eventTime: null,
          reportingComponent: "",
          reportingInstance: "",
        },
        found: ["a.1"],
      },
      {
        why: "left out, because empty fields say nothing",
        gives: {
          status: 201,
          rest: {
            apiVersion: "v1",
            kind: "Event",
            involvedObject: { apiVersion: "v1", kind: "Pod", name: "a", namespace: "NS" },
            reason: "Tried",
            message: "as a test",
            type: "Warning",
          },
          found: ["a.1"],
        },
      },
    ),
    row(
      "an event of another namespace than its object's",
      async ({ admin, core }) => said(await admin.post(`${core}/events`, event("a.1", "other"))),
      '422 Invalid Event "a.1" is invalid: involvedObject.namespace: Invalid value: "other": does not match event.namespace',
    ),
    row(
      "events can be watched",
      async ({ admin, core, ns }) => {
        const stream = await admin.watch(`${core}/events?watch=true`)
        await admin.post(`${core}/events`, event("a.1", ns))
        const seen = events(await stream.take(1))
        stream.close()
        return seen
      },
      ["ADDED a.1"],
    ),
    row(
      "a quota that is used up refuses",
      async ({ admin, core }) => {
        await admin.post(`${core}/resourcequotas`, {
          metadata: { name: "q" },
          spec: { hard: { "count/configmaps": "0" } },
        })
        await admin.merge(`${core}/resourcequotas/q/status`, {
          status: { hard: { "count/configmaps": "0" }, used: { "count/configmaps": "0" } },
        })
        for (let tries = 0; tries < 100; tries++) {
          const answer = await admin.post(`${core}/configmaps`, configMap(`a${tries}`))
          if (answer.status !== 201 || tries === 99) return said(answer).replace(/"a\d+"/, '"a"')
        }
        return "never"
      },
      '403 Forbidden configmaps "a" is forbidden: exceeded quota: q, requested: count/configmaps=1, used: count/configmaps=0, limited: count/configmaps=0',
    ),
    row(
      "a pod's update of its node is refused",
      async ({ admin, core }) => {
        await admin.post(`${core}/pods`, pod("a", { nodeName: "n" }))
        return said(await admin.merge(`${core}/pods/a`, { spec: { nodeName: "m" } })).split("\n")[0]
      },
      '422 Invalid Pod "a" is invalid: spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
    ),
    row(
      "a pod's labels and annotations change freely",
      async ({ admin, core }) => {
        await admin.post(`${core}/pods`, pod("a"))
        const { body } = await admin.merge(`${core}/pods/a`, {
          metadata: { labels: { l: "1" }, annotations: { n: "1" } },
        })
        return [body.metadata.labels, body.metadata.annotations, body.metadata.generation]
      },
      [{ l: "1" }, { n: "1" }, 1],
    ),
    row(
      "a pod's status is written by its subresource alone",
      async ({ admin, core }) => {
        await admin.post(`${core}/pods`, pod("a"))
        const main = await admin.merge(`${core}/pods/a`, { status: { phase: "Running" } })
        const part = await admin.merge(`${core}/pods/a/status`, {
          status: { phase: "Running", podIP: "10.0.0.1" },
        })
        return [main.body.status.phase, part.body.status.phase, part.body.status.podIPs]
      },
      ["Pending", "Running", [{ ip: "10.0.0.1" }]],
      {
        why: "left out, because the practice kubelet writes both itself",
        gives: ["Pending", "Running", null],
      },
    ),
  ],
}
