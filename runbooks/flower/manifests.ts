/** The objects that we apply: snippets parsed and their fields set. A text is never substituted. */
import { readFileSync } from "node:fs"
import { type KubeObject, RunbookError, UsageError } from "../../lib/index.ts"
import type { Context } from "../context.ts"
import { FLEET_API } from "../interconnect/exposure.ts"
import { type Container, containerOf, type Deployment } from "../openshift/workload.ts"
import { writeManifest } from "../shared/files.ts"
import { labels, ours, PROGRAM } from "../shared/labels.ts"
import { objectRef } from "../shared/reading.ts"
import { snippet } from "../shared/snippet.ts"
import {
  FLEET_PORT,
  familyOf,
  IMAGE_USER,
  superlinkArguments,
  superlinkImage,
  supernodeArguments,
  supernodeImage,
} from "./flower-versions.ts"

/** Kept on what we deploy: own images do not tell Flower's version. */
export const VERSION_ANNOTATION = "flower-runbook/flower-version"
/** Where a TLS secret is mounted. */
const CERTIFICATES = "/app/certificates"

/** A Deployment and what is applied with it. */
export interface Manifest {
  readonly deployment: Deployment
  readonly others: readonly KubeObject[]
}

/** What the manifests of a site are made from. */
export interface Asked {
  readonly version: string
  readonly federation: string
  /** Plain Kubernetes needs a numeric user; OpenShift gives one out itself and refuses another. */
  readonly numericUser: boolean
}

type Site = Context["site"]

export async function superlinkManifest(site: Site, asked: Asked): Promise<Manifest> {
  const [deployment, service] = (await documents(snippet("superlink.yaml"))) as [Deployment, KubeObject]
  const { ports } = familyOf(asked.version)
  const name = site.superlinkWorkload
  const container = containerOf(deployment, "superlink")
  container.image = site.image ?? superlinkImage(asked.version)
  container.args = superlinkArguments(
    asked.version,
    site.tlsSecret === undefined ? undefined : { folder: CERTIFICATES },
  )
  container.ports = Object.entries(ports).map(([port, containerPort]) => ({ name: port, containerPort }))
  fill(deployment, container, site, asked, site.tlsSecret)
  rename(deployment, name)
  service.metadata.name = `${name}-service`
  service.metadata.labels = { app: name, ...labels(asked.federation) }
  service.metadata.namespace = site.project
  service.spec.selector = { app: name }
  service.spec.ports = service.spec.ports.filter(
    ({ targetPort }: { targetPort: string }) => targetPort in ports,
  )
  return { deployment, others: [service] }
}

/** Ours, or `supernode-manifest` with its namespace and our labels set. */
export async function supernodeManifest(site: Site, asked: Asked): Promise<Manifest> {
  if (site.supernodeManifest !== undefined)
    return ownManifest(site.supernodeManifest, site.project, asked.federation)
  const [deployment] = (await documents(snippet("supernode.yaml"))) as [Deployment]
  const { clientAppIo } = familyOf(asked.version)
  const container = containerOf(deployment, "supernode")
  container.image = site.image ?? supernodeImage(asked.version)
  container.args = supernodeArguments(asked.version, `${FLEET_API}:${FLEET_PORT}`, {
    ...(site.rootCertificatesSecret !== undefined && { tls: { folder: CERTIFICATES } }),
    ...(site.nodeConfig !== undefined && { config: site.nodeConfig }),
  })
  if (clientAppIo === undefined) delete container.ports
  else container.ports = [{ name: "clientappio", containerPort: clientAppIo }]
  fill(deployment, container, site, asked, site.rootCertificatesSecret)
  rename(deployment, site.name)
  return { deployment, others: [] }
}

function rename(deployment: Deployment, name: string): void {
  deployment.metadata.name = name
  deployment.metadata.labels = { ...deployment.metadata.labels, app: name }
  deployment.spec.selector.matchLabels = { app: name }
  deployment.spec.template.metadata = { labels: { app: name } }
}

function fill(
  deployment: Deployment,
  container: Container,
  site: Site,
  asked: Asked,
  secret: string | undefined,
): void {
  const pod = deployment.spec.template.spec
  deployment.metadata.namespace = site.project
  deployment.metadata.labels = { ...deployment.metadata.labels, ...labels(asked.federation) }
  deployment.metadata.annotations = { [VERSION_ANNOTATION]: asked.version }
  if (asked.numericUser && site.image === undefined) {
    pod.securityContext = { ...pod.securityContext, runAsUser: IMAGE_USER, runAsGroup: IMAGE_USER }
  }
  if (site.env !== undefined) {
    container.env = Object.entries(site.env).map(([name, value]) => ({ name, value }))
  }
  for (const [key, quantity] of Object.entries(site.resources ?? {})) {
    const [, kind, resource] = /^(requests|limits)\.(.+)$/.exec(key) ?? []
    if (kind === undefined) throw new UsageError(`resources: ${key} is neither requests.NAME nor limits.NAME`)
    container.resources = { ...container.resources }
    container.resources[kind as "requests" | "limits"] = {
      ...container.resources[kind as "requests" | "limits"],
      [resource!]: quantity,
    }
  }
  if (site.imagePullSecret !== undefined) pod.imagePullSecrets = [{ name: site.imagePullSecret }]
  if (secret !== undefined) {
    pod.volumes = [...(pod.volumes ?? []), { name: "certificates", secret: { secretName: secret } }]
    container.volumeMounts = [
      ...(container.volumeMounts ?? []),
      { name: "certificates", mountPath: CERTIFICATES, readOnly: true },
    ]
  }
}

/** Kinds that stand outside any project: a site's manifest has no business with them. */
const CLUSTER_WIDE =
  /^(?:Cluster.*|Namespace|Node|PersistentVolume|StorageClass|CustomResourceDefinition|Project)$/

/**
 * A person's own manifest for a SuperNode: exactly one Deployment, and what goes with it.
 * @throws UsageError naming the file and what is wrong with it
 */
export async function ownManifest(path: string, project: string, federation: string): Promise<Manifest> {
  const wrong = (what: string) =>
    new UsageError(`supernode-manifest ${path}: ${what}`, {
      fix: "give a manifest with one Deployment, or leave it out",
    })
  const objects = await documents(readManifest(path)).catch((error: Error) => {
    throw wrong(error.message)
  })
  const deployments = objects.filter(({ kind }) => kind === "Deployment")
  if (deployments.length !== 1) throw wrong(`it has ${deployments.length} Deployments, and it must be one`)
  for (const object of objects) {
    if (!object.apiVersion || !object.kind || !object.metadata?.name) {
      throw wrong("a document in it has no apiVersion, kind or metadata.name")
    }
    if (CLUSTER_WIDE.test(object.kind)) throw wrong(`${object.kind} ${object.metadata.name} is cluster-wide`)
    object.metadata.namespace = project
    object.metadata.labels = { ...object.metadata.labels, ...labels(federation) }
  }
  const deployment = deployments[0] as Deployment
  if (!deployment.spec?.template?.spec?.containers?.length) throw wrong("its Deployment has no containers")
  return { deployment, others: objects.filter((object) => object !== deployment) }
}

function readManifest(path: string): string {
  try {
    return readFileSync(path, "utf8")
  } catch (error) {
    throw new RunbookError(`supernode-manifest ${path} cannot be read`, { why: (error as Error).message })
  }
}

async function documents(text: string): Promise<KubeObject[]> {
  const { parseAllDocuments } = await import("yaml")
  const parsed = parseAllDocuments(text)
  if (!Array.isArray(parsed)) return []
  return parsed.flatMap((document) => {
    if (document.errors[0] !== undefined) throw document.errors[0]
    const object = document.toJS() as KubeObject | null
    return object === null ? [] : [object]
  })
}

/** Objects as they are handed to a command. */
export async function manifestText(objects: readonly KubeObject[]): Promise<string> {
  const { stringify } = await import("yaml")
  return objects.map((one) => stringify(one)).join("---\n")
}

/**
 * Applies a manifest by the guide's command. Beside the Deployment, what is there already and not ours is used as it is:
 * applying it would put our labels on it, and teardown would take it away.
 * Fields that others have set meanwhile are taken back: the difference was in the plan.
 */
export async function applyManifest(context: Context, name: string, manifest: Manifest): Promise<void> {
  const { $, cluster, federation, note, site } = context
  const objects: KubeObject[] = [manifest.deployment]
  for (const object of manifest.others) {
    const { apiVersion, kind, metadata } = object
    const found = await cluster.get({ apiVersion, kind, name: metadata.name, namespace: site.project })
    if (found === undefined || ours(found, federation)) objects.push(object)
    else note(`${objectRef(found).kind} ${metadata.name} was there before and is used as it is`)
  }
  const file = await writeManifest(context, name, await manifestText(objects))
  const arguments_ = ["--server-side", `--field-manager=${PROGRAM}`, "-f", file, "-n", site.project]
  const applied = await $.with({ nothrow: true })`oc apply ${arguments_}`
  if (applied.exitCode === 0) return
  const words = applied.stderr.trim() || applied.stdout.trim()
  if (!/\bconflicts?\b/i.test(words)) {
    throw new RunbookError(`oc apply of ${file} failed`, { why: words, next: applied.line })
  }
  note(`others have set fields of it meanwhile; they are set back as asked: ${words.split("\n")[0]}`)
  await $`oc apply ${arguments_} --force-conflicts`
}
