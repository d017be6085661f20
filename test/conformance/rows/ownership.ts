/** Server-side apply in lists and maps, and `managedFields`. */
import { isDeepStrictEqual } from "node:util"
import { said } from "../normal.ts"
import { owners } from "../owners.ts"
import { row, type Theme } from "../row.ts"
import { configMap, deployment, service, widget } from "../things.ts"

export const ownership: Theme = {
  theme: "ownership of fields",
  rows: [
    row(
      "containers and env belong by name",
      async ({ admin, apps }) => {
        const path = `${apps}/deployments/a`
        const of = (env: object[]) =>
          deployment("a", {}, { containers: [{ name: "app", image: "app:1", env }] })
        await admin.apply(`${path}?fieldManager=one`, of([{ name: "A", value: "1" }]))
        await admin.apply(`${path}?fieldManager=two`, of([{ name: "B", value: "2" }]))
        const { body } = await admin.apply(`${path}?fieldManager=one`, of([]))
        return { env: body.spec.template.spec.containers[0].env, owners: owners(body) }
      },
      {
        env: [{ name: "B", value: "2" }],
        owners: [
          'one Apply {"f:spec":{"f:selector":{},"f:template":{"f:metadata":{"f:labels":{"f:app":{}}},"f:spec":{"f:containers":{"k:{\\"name\\":\\"app\\"}":{"f:image":{},"f:name":{}}}}}}}',
          'two Apply {"f:spec":{"f:selector":{},"f:template":{"f:metadata":{"f:labels":{"f:app":{}}},"f:spec":{"f:containers":{"k:{\\"name\\":\\"app\\"}":{"f:env":{"k:{\\"name\\":\\"B\\"}":{"f:name":{},"f:value":{}}},"f:image":{},"f:name":{}}}}}}}',
        ],
      },
    ),
    row(
      "a conflict deep in a list names its keys",
      async ({ admin, apps }) => {
        const path = `${apps}/deployments/a`
        const of = (image: string) => deployment("a", {}, { containers: [{ name: "app", image }] })
        await admin.apply(`${path}?fieldManager=one`, of("app:1"))
        return said(await admin.apply(`${path}?fieldManager=two`, of("app:2")))
      },
      '409 Conflict Apply failed with 1 conflict: conflict with "one": .spec.template.spec.containers[name="app"].image',
    ),
    row(
      "a new container beside another's",
      async ({ admin, apps }) => {
        const path = `${apps}/deployments/a`
        const of = (name: string) => deployment("a", {}, { containers: [{ name, image: "x:1" }] })
        await admin.apply(`${path}?fieldManager=one`, of("app"))
        const both = await admin.apply(`${path}?fieldManager=two`, of("side"))
        return both.body.spec.template.spec.containers.map((it: { name: string }) => it.name)
      },
      ["app", "side"],
    ),
    row(
      "ports belong by port and protocol",
      async ({ admin, core }) => {
        const of = (port: number) => ({
          apiVersion: "v1",
          kind: "Service",
          metadata: { name: "a" },
          spec: { ports: [{ name: `p${port}`, port }] },
        })
        await admin.apply(`${core}/services/a?fieldManager=one`, of(80))
        const { body } = await admin.apply(`${core}/services/a?fieldManager=two`, of(81))
        return { ports: body.spec.ports, owners: owners(body) }
      },
      {
        ports: [
          { name: "p80", protocol: "TCP", port: 80, targetPort: 80 },
          { name: "p81", protocol: "TCP", port: 81, targetPort: 81 },
        ],
        owners: [
          'one Apply {"f:spec":{"f:ports":{"k:{\\"port\\":80,\\"protocol\\":\\"TCP\\"}":{"f:name":{},"f:port":{}}}}}',
          'two Apply {"f:spec":{"f:ports":{"k:{\\"port\\":81,\\"protocol\\":\\"TCP\\"}":{"f:name":{},"f:port":{}}}}}',
        ],
      },
    ),
    row(
      "a port that is applied no more goes whole, its defaults too",
      async ({ admin, core }) => {
        const of = (...ports: number[]) =>
          service("a", { ports: ports.map((port) => ({ name: `p${port}`, port })) })
        await admin.apply(`${core}/services/a?fieldManager=one`, of(80, 81))
        const { body } = await admin.apply(`${core}/services/a?fieldManager=one`, of(81))
        return body.spec?.ports ?? body.message
      },
      [{ name: "p81", port: 81, protocol: "TCP", targetPort: 81 }],
    ),
    row(
      "a container that is applied no more goes whole, its defaults too",
      async ({ admin, apps }) => {
        const of = (...names: string[]) =>
          deployment(
            "a",
            {},
            { containers: names.map((name) => ({ name, image: "x:1", ports: [{ containerPort: 80 }] })) },
          )
        await admin.apply(`${apps}/deployments/a?fieldManager=one`, of("app", "side"))
        const { body } = await admin.apply(`${apps}/deployments/a?fieldManager=one`, of("side"))
        return body.spec?.template.spec.containers.map((it: { name: string }) => it.name) ?? body.message
      },
      ["side"],
    ),
    row(
      "a struct goes with the last of its fields that is applied, its defaults too",
      async ({ admin, apps }) => {
        const path = `${apps}/deployments/a?fieldManager=one`
        const of = (container: object, spec: object = {}, pod: object = {}) =>
          deployment("a", spec, { containers: [{ name: "app", image: "app:1", ...container }], ...pod })
        const first = await admin.apply(path, of({}))
        const more = await admin.apply(
          path,
          of(
            {
              startupProbe: { grpc: { port: 9099 }, periodSeconds: 5 },
              readinessProbe: { httpGet: { port: 80 } },
              securityContext: { runAsNonRoot: true },
              resources: { limits: { cpu: "1" } },
              env: [{ name: "NAME", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } }],
            },
            { strategy: { rollingUpdate: { maxSurge: 1 } }, revisionHistoryLimit: 3 },
            { securityContext: { fsGroup: 5 }, volumes: [{ name: "v", secret: { secretName: "s" } }] },
          ),
        )
        const { body } = await admin.apply(path, of({}))
        const { startupProbe, readinessProbe, env } = more.body.spec.template.spec.containers[0]
        return {
          defaults: [startupProbe, readinessProbe, env],
          left: isDeepStrictEqual(body.spec, first.body.spec) ? "what was there before" : body.spec,
        }
      },
      {
        defaults: [
          {
            ...{ failureThreshold: 3, periodSeconds: 5, successThreshold: 1, timeoutSeconds: 1 },
            grpc: { port: 9099, service: "" },
          },
          {
            ...{ failureThreshold: 3, periodSeconds: 10, successThreshold: 1, timeoutSeconds: 1 },
            httpGet: { path: "/", port: 80, scheme: "HTTP" },
          },
          [{ name: "NAME", valueFrom: { fieldRef: { apiVersion: "v1", fieldPath: "metadata.name" } } }],
        ],
        left: "what was there before",
      },
    ),
    row(
      "labels belong one by one",
      async ({ admin, core }) => {
        // Without data: two managers of an empty map conflict, labels or not.
        const of = (labels: object) => ({ ...configMap("a", {}, { labels }), data: undefined })
        await admin.apply(`${core}/configmaps/a?fieldManager=one`, of({ a: "1" }))
        await admin.apply(`${core}/configmaps/a?fieldManager=two`, of({ b: "2" }))
        const { body } = await admin.apply(`${core}/configmaps/a?fieldManager=one`, of({}))
        return body.metadata.labels
      },
      { b: "2" },
    ),
    row(
      "a custom resource: a list of its schema's keys",
      async ({ admin, own }) => {
        const of = (name: string) => widget("a", { parts: [{ name, count: 1 }] })
        await admin.apply(`${own}/widgets/a?fieldManager=one`, of("p"))
        const { body } = await admin.apply(`${own}/widgets/a?fieldManager=two`, of("q"))
        return { parts: body.spec?.parts, message: body.message ?? null, owners: owners(body) }
      },
      {
        message: null,
        parts: [
          { count: 1, name: "p" },
          { count: 1, name: "q" },
        ],
        owners: [
          'one Apply {"f:spec":{"f:parts":{"k:{\\"name\\":\\"p\\"}":{"f:count":{},"f:name":{}}}}}',
          'two Apply {"f:spec":{"f:parts":{"k:{\\"name\\":\\"q\\"}":{"f:count":{},"f:name":{}}}}}',
        ],
      },
      {
        why: "left out, because no definition that practice installs has such a list",
        gives: { message: 'Apply failed with 1 conflict: conflict with "one": .spec.parts', owners: [] },
      },
    ),
    row(
      "a custom resource: a list without keys is one value",
      async ({ admin, own }) => {
        await admin.apply(`${own}/widgets/a?fieldManager=one`, widget("a", { words: ["x"] }))
        return said(await admin.apply(`${own}/widgets/a?fieldManager=two`, widget("a", { words: ["y"] })))
      },
      '409 Conflict Apply failed with 1 conflict: conflict with "one": .spec.words',
    ),
    row(
      "of the status alone",
      async ({ admin, own }) => {
        await admin.post(`${own}/widgets?fieldManager=one`, widget("a", { size: 1 }))
        const { body } = await admin.apply(`${own}/widgets/a/status?fieldManager=two`, {
          ...widget("a", { size: 9 }),
          status: { message: "hi" },
        })
        return { spec: body.spec, status: body.status, owners: owners(body) }
      },
      {
        spec: { on: false, size: 1 },
        status: { message: "hi" },
        owners: [
          'one Update {"f:spec":{"f:on":{},"f:size":{}}}',
          'two Apply status {"f:status":{"f:message":{}}}',
        ],
      },
    ),
    row(
      "of the status of what is not there",
      async ({ admin, own }) => {
        return said(
          await admin.apply(`${own}/widgets/a/status?fieldManager=two`, {
            ...widget("a"),
            status: { message: "hi" },
          }),
        )
      },
      '404 NotFound widgets.conformance.example "a" not found',
    ),
    row(
      "managedFields of a create: what was sent",
      async ({ admin, core }) => {
        const { body } = await admin.post(
          `${core}/configmaps?fieldManager=one`,
          configMap("a", { x: "1" }, { labels: { l: "1" }, annotations: { n: "1" } }),
        )
        return body.metadata.managedFields
      },
      [
        {
          manager: "one",
          operation: "Update",
          apiVersion: "v1",
          time: "TIME",
          fieldsType: "FieldsV1",
          fieldsV1: {
            "f:data": { ".": {}, "f:x": {} },
            "f:metadata": { "f:annotations": { ".": {}, "f:n": {} }, "f:labels": { ".": {}, "f:l": {} } },
          },
        },
      ],
      {
        why: "left out, because nobody asks who owns an empty map",
        gives: [
          {
            manager: "one",
            operation: "Update",
            apiVersion: "v1",
            time: "TIME",
            fieldsType: "FieldsV1",
            fieldsV1: {
              "f:metadata": { "f:labels": { "f:l": {} }, "f:annotations": { "f:n": {} } },
              "f:data": { "f:x": {} },
            },
          },
        ],
      },
    ),
    row(
      "managedFields: the user agent where no manager is named",
      async ({ admin, core }) => {
        const { body } = await admin.post(`${core}/configmaps`, configMap("a"))
        return body.metadata.managedFields?.map((it: { manager: string }) => it.manager)
      },
      undefined,
    ),
    row(
      "managedFields of a Deployment, of its status too",
      async ({ admin, apps }) => {
        await admin.post(`${apps}/deployments?fieldManager=one`, deployment("a"))
        const { body } = await admin.merge(`${apps}/deployments/a/status?fieldManager=two`, {
          status: { replicas: 1 },
        })
        return owners(body)
      },
      [
        'one Update {"f:spec":{"f:progressDeadlineSeconds":{},"f:replicas":{},"f:revisionHistoryLimit":{},"f:selector":{},"f:strategy":{"f:rollingUpdate":{"f:maxSurge":{},"f:maxUnavailable":{}},"f:type":{}},"f:template":{"f:metadata":{"f:labels":{"f:app":{}}},"f:spec":{"f:containers":{"k:{\\"name\\":\\"app\\"}":{"f:image":{},"f:imagePullPolicy":{},"f:name":{},"f:resources":{},"f:terminationMessagePath":{},"f:terminationMessagePolicy":{}}},"f:dnsPolicy":{},"f:restartPolicy":{},"f:schedulerName":{},"f:securityContext":{},"f:terminationGracePeriodSeconds":{}}}}}',
        'two Update status {"f:status":{"f:replicas":{}}}',
      ],
    ),
    row(
      "managedFields: an update that changes nothing owns nothing new",
      async ({ admin, core }) => {
        const { body } = await admin.post(`${core}/configmaps?fieldManager=one`, configMap("a", { x: "1" }))
        const again = await admin.put(`${core}/configmaps/a?fieldManager=two`, body)
        return owners(again.body)
      },
      ['one Update {"f:data":{"f:x":{}}}'],
    ),
    row(
      "managedFields: an empty list in an update forgets all",
      async ({ admin, core }) => {
        await admin.post(`${core}/configmaps?fieldManager=one`, configMap("a", { x: "1" }))
        const { body } = await admin.merge(`${core}/configmaps/a?fieldManager=two`, {
          metadata: { managedFields: [{}] },
        })
        return body.metadata.managedFields
      },
      undefined,
    ),
  ],
}
