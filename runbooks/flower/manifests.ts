/** The objects that the steps apply: snippets are parsed, and their fields are set. Text is never substituted. */
import { ClusterError, type KubeObject, RunbookError, UsageError } from "../../lib/index.ts"
import { readRegularText } from "../../lib/kit.ts"
import type { Context } from "../context.ts"
import { FLEET_ADDRESS } from "../interconnect/exposure.ts"
import { reasonFor } from "../openshift/reasons.ts"
import { type Container, containerOf, type Deployment } from "../openshift/workload.ts"
import { type GateTls, withGate } from "../security/gate.ts"
import type { Security } from "../security/inputs.ts"
import { addNodeKey, superlinkAuth } from "../security/node-auth.ts"
import { rootsSecretOf, STARTED_WITH, tlsSecretOf } from "../security/tls.ts"
import { isOwn, labels, PROGRAM } from "../shared/labels.ts"
import { objectRef } from "../shared/reading.ts"
import { snippet } from "../shared/snippet.ts"
import { applyObjects, isConflict, viaApi } from "../shared/via.ts"
import { manifestText, writeManifest } from "../shared/write-manifest.ts"
import { argumentOf, commandLine } from "./command-line.ts"
import {
  familyOf,
  IMAGE_USER,
  superlinkArguments,
  superlinkImage,
  supernodeArguments,
  supernodeImage,
} from "./flower-versions.ts"
import { hardened } from "./hardened.ts"

/** Annotation of deployed objects: a user's own image does not show its Flower version. */
export const VERSION_ANNOTATION = "flower-runbook/flower-version"
/** The folder that a TLS secret is mounted at. */
const CERTIFICATES = "/app/certificates"

/** A Deployment and the objects that are applied with it. */
export interface Manifest {
  readonly deployment: Deployment
  readonly others: readonly KubeObject[]
}

/** What the manifests of a site depend on, in addition to the site's inputs. */
export interface ManifestInputs {
  readonly version: string
  readonly federation: string
  /** Plain Kubernetes needs a numeric user; OpenShift assigns one itself and refuses another. */
  readonly numericUser: boolean
  /** What protects the federation. */
  readonly security: Security
  /** The hash of the certificate or of the roots that its pods read when they start: with others, they are replaced. */
  readonly certificates?: string
  /** The claim of the SuperLink's volume, where it exists. */
  readonly claim?: KubeObject | undefined
  /** Where a SuperNode reaches the SuperLink: the listener's Service. */
  readonly fleetAddress?: string
}

type Site = Context["site"]

export async function superlinkManifest(site: Site, inputs: ManifestInputs): Promise<Manifest> {
  const [deployment, service] = (await documents(snippet("superlink.yaml"))) as [Deployment, KubeObject]
  const gate = inputs.security.gate === "on"
  const family = familyOf(inputs.version, gate)
  const name = site.superlinkWorkload
  const secret = tlsSecretOf(site, inputs.security)
  const container = containerOf(deployment, "superlink")
  container.image = site.image ?? superlinkImage(inputs.version)
  container.args = [
    ...superlinkArguments(inputs.version, secret === undefined ? undefined : { folder: CERTIFICATES }, gate),
    ...superlinkAuth(inputs.security),
  ]
  const { ports } = family
  container.ports = Object.entries(ports).map(([port, containerPort]) => ({ name: port, containerPort }))
  fill(deployment, container, site, inputs, secret)
  if (site.runtimeDependencies !== undefined)
    setRuntimeDependencies(deployment, container, site.runtimeDependencies)
  rename(deployment, name)
  setCertificates(deployment, inputs)
  service.metadata.name = `${name}-service`
  service.metadata.labels = { app: name, ...labels(inputs.federation) }
  service.metadata.namespace = site.project
  service.spec.selector = { app: name }
  service.spec.ports = service.spec.ports.flatMap((one: { targetPort: keyof typeof ports }) => {
    const port = ports[one.targetPort]
    return port === undefined ? [] : [{ ...one, port }]
  })
  const manifest = { deployment, others: [service] }
  if (!gate || !family.onePort) return hardened(manifest, "superlink", site, inputs)
  delete container.ports
  const tls = tlsOf(container)
  const { federation } = inputs
  const gated = await withGate(deployment, container, { image: site.gateImage, tls, federation })
  return hardened(
    { deployment: gated.deployment, others: [service, gated.config] },
    "superlink",
    site,
    inputs,
  )
}

/** Flower's own TLS, as a SuperLink's flags name it. */
export function tlsOf(superlink: Container): GateTls | undefined {
  const flags = commandLine(superlink)
  const [certificate, key, authority] = ["--ssl-certfile", "--ssl-keyfile", "--ssl-ca-certfile"].map((flag) =>
    argumentOf(flags, flag),
  )
  return certificate && key && authority ? { certificate, key, authority } : undefined
}

/** The built-in manifest, or `supernode-manifest` with namespace and labels set. */
export async function supernodeManifest(site: Site, inputs: ManifestInputs): Promise<Manifest> {
  if (site.supernodeManifest !== undefined) return ownSupernode(site.supernodeManifest, site, inputs)
  const [deployment] = (await documents(snippet("supernode.yaml"))) as [Deployment]
  const { clientAppIo } = familyOf(inputs.version)
  const secret = rootsSecretOf(site, inputs.security)
  const container = containerOf(deployment, "supernode")
  container.image = site.image ?? supernodeImage(inputs.version)
  container.args = supernodeArguments(inputs.version, inputs.fleetAddress ?? FLEET_ADDRESS, {
    ...(secret !== undefined && { tls: { folder: CERTIFICATES } }),
    ...(site.nodeConfig !== undefined && { config: site.nodeConfig }),
  })
  if (clientAppIo === undefined) delete container.ports
  else container.ports = [{ name: "clientappio", containerPort: clientAppIo }]
  fill(deployment, container, site, inputs, secret)
  if (inputs.security.nodeAuth === "on")
    addNodeKey(deployment, container, site, inputs.numericUser ? IMAGE_USER : undefined)
  rename(deployment, site.name)
  setCertificates(deployment, inputs)
  return hardened({ deployment, others: [] }, "supernode", site, inputs)
}

/** The user's own manifest is restarted with new roots too, if it mounts them. */
async function ownSupernode(path: string, site: Site, inputs: ManifestInputs): Promise<Manifest> {
  const manifest = await ownManifest(path, site.project, inputs.federation)
  const roots = rootsSecretOf(site, inputs.security)
  const { volumes = [] } = manifest.deployment.spec.template.spec
  if (roots !== undefined && volumes.some(({ secret }) => secret?.secretName === roots))
    setCertificates(manifest.deployment, inputs)
  return manifest
}

/** Certificates are read when a program starts: pods with another annotation are other pods. */
function setCertificates({ spec }: Deployment, { certificates }: ManifestInputs): void {
  if (certificates === undefined) return
  const { metadata } = spec.template
  const annotations = { ...metadata?.annotations, [STARTED_WITH]: certificates }
  spec.template.metadata = { ...metadata, annotations }
}

/**
 * A SuperLink installs the dependencies of apps at run time (by default from 1.32 on), below /app/.flwr: in the guide a volume of
 * 50Mi, into which larger frameworks do not fit.
 */
function setRuntimeDependencies(deployment: Deployment, container: Container, choice: string): void {
  if (choice === "off") {
    const off = { name: "FLWR_DISABLE_RUNTIME_DEPENDENCY_INSTALLATION", value: "1" }
    container.env = [...(container.env ?? []), off]
    return
  }
  const pod = deployment.spec.template.spec
  pod.volumes = pod.volumes?.map((volume) =>
    volume.name === "flwr" ? { ...volume, emptyDir: { sizeLimit: choice } } : volume,
  )
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
  inputs: ManifestInputs,
  secret: string | undefined,
): void {
  const pod = deployment.spec.template.spec
  deployment.metadata.namespace = site.project
  deployment.metadata.labels = { ...deployment.metadata.labels, ...labels(inputs.federation) }
  deployment.metadata.annotations = { [VERSION_ANNOTATION]: inputs.version }
  if (inputs.numericUser && site.image === undefined) {
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

/** Kinds that belong to no project: a site's manifest must not contain them. */
const CLUSTER_WIDE =
  /^(?:Cluster.*|Namespace|Node|PersistentVolume|StorageClass|CustomResourceDefinition|Project)$/

/**
 * The user's own manifest for a SuperNode: exactly one Deployment, and other objects.
 * @throws UsageError with the file and what is wrong with it
 */
export async function ownManifest(path: string, project: string, federation: string): Promise<Manifest> {
  const wrong = (what: string) =>
    new UsageError(`supernode-manifest ${path}: ${what}`, {
      fix: "give a manifest with exactly one Deployment, or omit supernode-manifest",
    })
  const objects = await documents(readManifest(path)).catch((error: Error) => {
    throw wrong(error.message)
  })
  const deployments = objects.filter(({ kind }) => kind === "Deployment")
  if (deployments.length !== 1)
    throw wrong(`it has ${deployments.length} Deployments, and must have exactly one`)
  for (const object of objects) {
    if (!object.apiVersion || !object.kind || !object.metadata?.name) {
      throw wrong("one of its documents has no apiVersion, kind or metadata.name")
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
    return readRegularText(path)
  } catch (error) {
    throw new RunbookError(`supernode-manifest ${path} cannot be read`, {
      why: (error as Error).message,
      fix: "name a file with the Deployment of the SuperNode and its other objects (YAML)",
    })
  }
}

async function documents(text: string): Promise<KubeObject[]> {
  const { parseAllDocuments } = await import("yaml")
  const parsed = parseAllDocuments(text, { logLevel: "error" })
  if (!Array.isArray(parsed)) return []
  return parsed.flatMap((document) => {
    if (document.errors[0] !== undefined) throw document.errors[0]
    const object = document.toJS() as KubeObject | null
    return object === null ? [] : [object]
  })
}

/**
 * Applies a manifest with the guide's command. Objects other than the Deployment that already exist and were not created
 * by this federation are used as they are: applying them would add its labels, and teardown would delete them.
 * Fields that others have set meanwhile are reset: the plan showed the difference.
 */
export async function applyManifest(context: Context, name: string, manifest: Manifest): Promise<void> {
  const { $, cluster, note, site } = context
  const objects: KubeObject[] = [manifest.deployment]
  for (const object of manifest.others) {
    const { apiVersion, kind, metadata } = object
    const found = await cluster.get({ apiVersion, kind, name: metadata.name, namespace: site.project })
    if (found === undefined || isOwn(found, context)) objects.push(object)
    else note(`${objectRef(found).kind} ${metadata.name} existed before and is used as it is`)
  }
  const file = await writeManifest(context, name, await manifestText(objects))
  if (viaApi(context)) return applyByApi(context, file, objects)
  const arguments_ = ["--server-side", `--field-manager=${PROGRAM}`, "-f", file, "-n", site.project]
  const applied = await $.with({ nothrow: true })`oc apply ${arguments_}`
  if (applied.exitCode === 0) return
  const words = applied.stderr.trim() || applied.stdout.trim()
  if (!/\bconflicts?\b/i.test(words)) {
    const fix = /persistentvolumeclaim/i.test(words) ? reasonFor("volume", words)?.fix : undefined
    throw new RunbookError(`oc apply of ${file} failed`, {
      why: words,
      next: applied.line,
      ...(fix !== undefined && { fix }),
    })
  }
  note(`others have changed some of its fields meanwhile; they are reset: ${words.split("\n")[0]}`)
  await $`oc apply ${arguments_} --force-conflicts`
}

/** The same by requests. */
async function applyByApi(context: Context, file: string, objects: readonly KubeObject[]): Promise<void> {
  const { note, site } = context
  const namespace = site.project
  try {
    await applyObjects(context, objects, { namespace })
  } catch (error) {
    if (!isConflict(error)) {
      const why = error instanceof Error ? error.message : String(error)
      const fix = /persistentvolumeclaim/i.test(why) ? reasonFor("volume", why)?.fix : undefined
      if (!(error instanceof ClusterError)) throw error
      throw new RunbookError(`${file} could not be applied`, { why, ...(fix !== undefined && { fix }) })
    }
    note(`others have changed some of its fields meanwhile; they are reset: ${error.message.split("\n")[0]}`)
    await applyObjects(context, objects, { namespace, force: true })
  }
}

/** The name of a site's SuperNode: of its own manifest, or the site's. */
export async function supernodeName({
  site,
  federation,
}: Pick<Context, "site" | "federation">): Promise<string> {
  if (site.supernodeManifest === undefined) return site.name
  return (await ownManifest(site.supernodeManifest, site.project, federation)).deployment.metadata.name
}
