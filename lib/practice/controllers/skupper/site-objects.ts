/**
 * What a Site leads to in its namespace, as far as clients can see it: Certificates with their Secrets, the router's
 * Deployment and Service, and with link access RouterAccess, SecuredAccess and Routes (as Skupper 2.1 and 2.2 do).
 */
import type { KubeObject } from "../../../cluster/types.ts"
import { ownedBy } from "../conditions.ts"
import {
  CONTROLLED,
  GROUP_SELECTOR,
  ROUTER_LABELS,
  ROUTER_SELECTOR,
  SITE_CA,
  SKUPPER,
  VERSION,
} from "./common.ts"

const ROUTER_IMAGE = "quay.io/skupper/skupper-router:3.5.1"
const ADAPTOR_IMAGE = `quay.io/skupper/kube-adaptor:${VERSION}`

const READ = ["get", "list", "watch"]
const PART_OF = { "app.kubernetes.io/name": "skupper-router", "app.kubernetes.io/part-of": "skupper" }

function routerDeployment(metadata: object): Record<string, unknown> {
  const labels = { ...ROUTER_SELECTOR, ...ROUTER_LABELS, ...PART_OF }
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { ...metadata, name: "skupper-router", labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: { "skupper.io/component": "router" } },
      template: {
        metadata: { labels: { ...labels, ...GROUP_SELECTOR } },
        spec: {
          serviceAccountName: "skupper-router",
          initContainers: [{ name: "config-init", image: ADAPTOR_IMAGE, args: ["-init"] }],
          containers: [
            { name: "router", image: ROUTER_IMAGE, ports: [{ name: "amqps", containerPort: 5671 }] },
            { name: "kube-adaptor", image: ADAPTOR_IMAGE },
          ],
        },
      },
    },
  }
}

/** Everything but the RouterAccess, each owned by the Site. */
export function siteObjects(site: KubeObject): KubeObject[] {
  const { namespace = "" } = site.metadata
  const metadata = { namespace, ownerReferences: [ownedBy(site, false)] }
  const named = (name: string, labels: Record<string, string> = {}) => ({ ...metadata, name, labels })
  const certificate = (name: string, spec: object): object => ({
    apiVersion: SKUPPER,
    kind: "Certificate",
    metadata: {
      ...named(name, { "internal.skupper.io/certificate": "true" }),
      annotations: { [CONTROLLED]: "true" },
    },
    spec,
  })
  const rbac = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "skupper-router" }
  const inside = `skupper-router-local.${namespace}`
  const localHosts = ["skupper-router-local", inside, `${inside}.svc.cluster.local`]
  const config = [["router", { id: `${site.metadata.name}-skupper-router`, mode: "interior" }]]
  return [
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: named("skupper-router", { "internal.skupper.io/router-config": "" }),
      data: { "skrouterd.json": JSON.stringify(config) },
    },
    { apiVersion: "v1", kind: "ServiceAccount", metadata: named("skupper-router") },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "Role",
      metadata: named("skupper-router"),
      rules: [
        { apiGroups: [""], resources: ["secrets", "pods"], verbs: READ },
        { apiGroups: [""], resources: ["configmaps"], verbs: [...READ, "create", "update", "delete"] },
        { apiGroups: ["apps"], resources: ["deployments"], verbs: ["get"] },
        { apiGroups: [""], resources: ["secrets"], verbs: ["update", "delete"] },
        { apiGroups: [""], resources: ["services"], verbs: READ },
        {
          apiGroups: ["coordination.k8s.io"],
          resources: ["leases"],
          verbs: [...READ, "create", "update", "delete"],
        },
      ],
    },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata: named("skupper-router"),
      roleRef: rbac,
      subjects: [{ kind: "ServiceAccount", name: "skupper-router", namespace }],
    },
    certificate(SITE_CA, { ca: "", subject: `${site.metadata.name} site CA`, signing: true }),
    certificate("skupper-local-ca", { ca: "", subject: `${site.metadata.name} local CA`, signing: true }),
    certificate("skupper-local-server", {
      ca: "skupper-local-ca",
      subject: "skupper-router-local",
      hosts: localHosts,
      server: true,
    }),
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: named("skupper-router-local"),
      spec: {
        selector: { ...ROUTER_SELECTOR, ...PART_OF },
        ports: [{ name: "amqps", port: 5671, targetPort: 5671, protocol: "TCP" }],
      },
    },
    routerDeployment(metadata),
  ] as KubeObject[]
}

/** How links from other sites come in. `accessType` is left out for the default. */
export const routerAccess = (site: KubeObject, accessType: string | undefined): KubeObject => ({
  apiVersion: SKUPPER,
  kind: "RouterAccess",
  metadata: {
    name: "skupper-router",
    namespace: site.metadata.namespace!,
    ownerReferences: [ownedBy(site, false)],
  },
  spec: {
    ...(accessType === undefined ? {} : { accessType }),
    generateTlsCredentials: true,
    issuer: site.spec?.defaultIssuer ?? SITE_CA,
    roles: [
      { name: "inter-router", port: 55671 },
      { name: "edge", port: 45671 },
    ],
    tlsCredentials: "skupper-site-server",
  },
})
