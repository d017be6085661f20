/** What a server fills into workloads and Services. */
import { plain, said } from "../normal.ts"
import { row, type Theme } from "../row.ts"
import { deployment, pod, service } from "../things.ts"
export const defaults: Theme = {
  theme: "defaults of pods and services",
  rows: [
    row(
      "a Deployment",
      async ({ admin, apps }) => plain(await admin.post(`${apps}/deployments`, deployment("a"))),
      {
        kind: "Deployment",
        apiVersion: "apps/v1",
        metadata: { name: "a", generation: 1 },
        spec: {
          replicas: 1,
          selector: { matchLabels: { app: "a" } },
          template: {
            metadata: { labels: { app: "a" } },
            spec: {
              containers: [
                {
                  name: "app",
                  image: "app:1",
                  resources: {},
                  terminationMessagePath: "/dev/termination-log",
                  terminationMessagePolicy: "File",
                  imagePullPolicy: "IfNotPresent",
                },
              ],
              restartPolicy: "Always",
              terminationGracePeriodSeconds: 30,
              dnsPolicy: "ClusterFirst",
              securityContext: {},
              schedulerName: "default-scheduler",
            },
          },
          strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "25%", maxSurge: "25%" } },
          revisionHistoryLimit: 10,
          progressDeadlineSeconds: 600,
        },
        status: {},
      },
    ),
    row(
      "a Deployment with volumes, probes and resources",
      async ({ admin, apps }) => {
        const probe = { tcpSocket: { port: 80 } }
        const app = {
          name: "app",
          image: "app",
          readinessProbe: probe,
          resources: { limits: { cpu: "1000m", memory: "1Gi" } },
          ports: [{ containerPort: 80 }],
        }
        const volumes = [
          { name: "s", secret: { secretName: "s" } },
          { name: "c", configMap: { name: "c" } },
          { name: "e", emptyDir: {} },
          { name: "n" },
        ]
        const { body } = await admin.post(
          `${apps}/deployments`,
          deployment("a", {}, { containers: [app], volumes }),
        )
        return { container: body.spec.template.spec.containers[0], volumes: body.spec.template.spec.volumes }
      },
      {
        container: {
          name: "app",
          image: "app",
          ports: [{ containerPort: 80, protocol: "TCP" }],
          resources: { limits: { cpu: "1", memory: "1Gi" } },
          readinessProbe: {
            tcpSocket: { port: 80 },
            timeoutSeconds: 1,
            periodSeconds: 10,
            successThreshold: 1,
            failureThreshold: 3,
          },
          terminationMessagePath: "/dev/termination-log",
          terminationMessagePolicy: "File",
          imagePullPolicy: "Always",
        },
        volumes: [
          { name: "s", secret: { secretName: "s", defaultMode: 420 } },
          { name: "c", configMap: { name: "c", defaultMode: 420 } },
          { name: "e", emptyDir: {} },
          { name: "n", emptyDir: {} },
        ],
      },
    ),
    row(
      "a Deployment that recreates",
      async ({ admin, apps }) => {
        const { body } = await admin.post(
          `${apps}/deployments`,
          deployment("a", { strategy: { type: "Recreate" } }),
        )
        return body.spec.strategy
      },
      { type: "Recreate" },
    ),
    row(
      "a Deployment from RollingUpdate to Recreate by a merge patch",
      async ({ admin, apps }) => {
        await admin.post(`${apps}/deployments`, deployment("a"))
        return said(await admin.merge(`${apps}/deployments/a`, { spec: { strategy: { type: "Recreate" } } }))
      },
      "422 Invalid Deployment.apps \"a\" is invalid: spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'",
    ),
    row(
      "image pull policies follow the tag",
      async ({ admin, core }) => {
        const images = ["a", "a:latest", "a:1", "r.example:5000/a", `a@sha256:${"0".repeat(64)}`]
        const containers = images.map((image, at) => ({ name: `c${at}`, image }))
        const { body } = await admin.post(`${core}/pods`, pod("a", { containers }))
        return body.spec.containers.map((it: { imagePullPolicy: string }) => it.imagePullPolicy)
      },
      ["Always", "Always", "IfNotPresent", "Always", "IfNotPresent"],
    ),
    row("a pod", async ({ admin, core }) => plain(await admin.post(`${core}/pods`, pod("a"))), {
      kind: "Pod",
      apiVersion: "v1",
      metadata: { name: "a", generation: 1 },
      spec: {
        containers: [
          {
            name: "app",
            image: "app:1",
            resources: {},
            terminationMessagePath: "/dev/termination-log",
            terminationMessagePolicy: "File",
            imagePullPolicy: "IfNotPresent",
          },
        ],
        restartPolicy: "Always",
        terminationGracePeriodSeconds: 30,
        dnsPolicy: "ClusterFirst",
        securityContext: {},
        schedulerName: "default-scheduler",
        tolerations: [
          {
            key: "node.kubernetes.io/not-ready",
            operator: "Exists",
            effect: "NoExecute",
            tolerationSeconds: 300,
          },
          {
            key: "node.kubernetes.io/unreachable",
            operator: "Exists",
            effect: "NoExecute",
            tolerationSeconds: 300,
          },
        ],
        priority: 0,
        enableServiceLinks: true,
        preemptionPolicy: "PreemptLowerPriority",
      },
      status: { phase: "Pending", qosClass: "BestEffort" },
    }),
    row(
      "a pod's class of service",
      async ({ admin, core }) => {
        const resources = [{}, { requests: { cpu: "1" } }, { limits: { cpu: "1", memory: "1Gi" } }]
        const made = await Promise.all(
          resources.map((it, at) =>
            admin.post(
              `${core}/pods`,
              pod(`p${at}`, { containers: [{ name: "app", image: "a", resources: it }] }),
            ),
          ),
        )
        return made.map((it) => it.body.status.qosClass)
      },
      ["BestEffort", "Burstable", "Guaranteed"],
    ),
    row(
      "a Service",
      async ({ admin, core }) => {
        const { spec, status } = (await admin.post(`${core}/services`, service("a"))).body
        return {
          spec: { ...spec, clusterIP: typeof spec.clusterIP, clusterIPs: spec.clusterIPs.length },
          status,
        }
      },
      {
        spec: {
          ports: [{ protocol: "TCP", port: 80, targetPort: 80 }],
          clusterIP: "string",
          clusterIPs: 1,
          type: "ClusterIP",
          sessionAffinity: "None",
          ipFamilies: ["IPv4"],
          ipFamilyPolicy: "SingleStack",
          internalTrafficPolicy: "Cluster",
        },
        status: { loadBalancer: {} },
      },
    ),
    row(
      "a Service without a cluster address",
      async ({ admin, core }) => {
        return (
          await admin.post(`${core}/services`, service("a", { clusterIP: "None", selector: { a: "b" } }))
        ).body.spec
      },
      {
        ports: [{ protocol: "TCP", port: 80, targetPort: 80 }],
        selector: { a: "b" },
        clusterIP: "None",
        clusterIPs: ["None"],
        type: "ClusterIP",
        sessionAffinity: "None",
        ipFamilies: ["IPv4"],
        ipFamilyPolicy: "SingleStack",
        internalTrafficPolicy: "Cluster",
      },
    ),
    row(
      "a Service at every node",
      async ({ admin, core }) => {
        const { spec } = (await admin.post(`${core}/services`, service("a", { type: "NodePort" }))).body
        const { nodePort, ...port } = spec.ports[0]
        return { port, inRange: nodePort >= 30000 && nodePort <= 32767, policy: spec.externalTrafficPolicy }
      },
      { port: { protocol: "TCP", port: 80, targetPort: 80 }, inRange: true, policy: "Cluster" },
    ),
    row(
      "a Service behind a load balancer",
      async ({ admin, core }) => {
        const { spec } = (await admin.post(`${core}/services`, service("a", { type: "LoadBalancer" }))).body
        return {
          allocate: spec.allocateLoadBalancerNodePorts,
          policy: spec.externalTrafficPolicy,
          node: typeof spec.ports[0].nodePort,
        }
      },
      { allocate: true, policy: "Cluster", node: "number" },
    ),
    row(
      "a Service that is another's name",
      async ({ admin, core }) => {
        return (
          await admin.post(`${core}/services`, {
            metadata: { name: "a" },
            spec: { type: "ExternalName", externalName: "x.example" },
          })
        ).body.spec
      },
      { type: "ExternalName", sessionAffinity: "None", externalName: "x.example" },
    ),
    row(
      "a Service keeps its address over an update without it",
      async ({ admin, core }) => {
        const { body: made } = await admin.post(`${core}/services`, service("a"))
        const { body } = await admin.put(`${core}/services/a`, {
          ...service("a", { selector: { a: "b" } }),
          metadata: { name: "a", resourceVersion: made.metadata.resourceVersion },
        })
        return body.spec?.clusterIP === made.spec.clusterIP
      },
      true,
    ),
    row(
      "a Service's address cannot change",
      async ({ admin, core }) => {
        const { body: made } = await admin.post(`${core}/services`, service("a"))
        const answer = await admin.merge(`${core}/services/a`, {
          spec: { clusterIP: "10.96.1.1", clusterIPs: ["10.96.1.1"] },
        })
        return said(answer).replace(made.spec.clusterIP, "ADDRESS").replaceAll("10.96.1.1", "OTHER")
      },
      '422 Invalid Service "a" is invalid: spec.clusterIPs[0]: Invalid value: ["OTHER"]: may not change once set',
    ),
    row(
      "a Service with two ports without names",
      async ({ admin, core }) => {
        return said(
          await admin.post(`${core}/services`, service("a", { ports: [{ port: 80 }, { port: 81 }] })),
        )
      },
      '422 Invalid Service "a" is invalid: [spec.ports[0].name: Required value, spec.ports[1].name: Required value]',
    ),
    row(
      "a Service with a port that is none",
      async ({ admin, core }) =>
        said(await admin.post(`${core}/services`, service("a", { ports: [{ port: 99999 }] }))),
      '422 Invalid Service "a" is invalid: [spec.ports[0].port: Invalid value: 99999: must be between 1 and 65535, inclusive, spec.ports[0].targetPort: Invalid value: 99999: must be between 1 and 65535, inclusive]',
    ),
    row(
      "a Service without ports",
      async ({ admin, core }) => said(await admin.post(`${core}/services`, service("a", { ports: [] }))),
      '422 Invalid Service "a" is invalid: spec.ports: Required value',
    ),
  ],
}
