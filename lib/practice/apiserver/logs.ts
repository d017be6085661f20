/** `pods/log`: fetched from the kubelet of the pod's node, as a real API server does. */
import type { IncomingMessage } from "node:http"
import { request as httpsRequest } from "node:https"
import { pipeline } from "node:stream"
import type { KubeObject } from "../../cluster/types.ts"
import type { Kind } from "./kind.ts"
import type { Objects } from "./objects.ts"
import { wholeNumber } from "./options.ts"
import type { Call } from "./request.ts"
import { ApiError, badRequest, invalid, invalidValue, notFound } from "./status.ts"

/** The API server's client certificate, by which kubelets know it. */
export interface KubeletClient {
  certificate: string
  key: string
}

const PASSED = ["follow", "tailLines", "sinceSeconds", "sinceTime", "previous", "timestamps", "limitBytes"]

function containerOf(pod: KubeObject, asked: string | null): string {
  const { name } = pod.metadata
  const containers: string[] = (pod.spec.containers ?? []).map((one: { name: string }) => one.name)
  const initial: string[] = (pod.spec.initContainers ?? []).map((one: { name: string }) => one.name)
  if (asked !== null) {
    if ([...containers, ...initial].includes(asked)) return asked
    throw badRequest(`container ${asked} is not valid for pod ${name}`)
  }
  if (containers.length === 1) return containers[0]!
  throw badRequest(
    `a container name must be specified for pod ${name}, choose one of: [${containers.join(" ")}]`,
  )
}

const reasons: Readonly<Record<number, string>> = { 400: "BadRequest", 403: "Forbidden", 404: "NotFound" }

/** A kubelet's refusal, in its own words. */
async function refused(answer: IncomingMessage): Promise<ApiError> {
  let text = ""
  for await (const chunk of answer) text += chunk
  const code = answer.statusCode ?? 500
  return new ApiError(code, reasons[code] ?? "InternalError", text.trim())
}

/** Where the kubelet of a pod's node listens. @throws ApiError 400 for a pod without a node, 500 without a kubelet */
export function kubeletOf(pod: KubeObject, nodes: Kind, objects: Objects): { host: string; port: number } {
  const { nodeName } = pod.spec
  if (!nodeName) throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`)
  const node = objects.store.get(nodes.key, undefined, nodeName)
  // As the real one words it, though it is a node that it does not find.
  if (node === undefined) throw notFound({ group: "", plural: "pods" }, nodeName)
  const host = node.status?.addresses?.find((one: { type: string }) => one.type === "InternalIP")?.address
  const port = node.status?.daemonEndpoints?.kubeletEndpoint?.Port
  if (!host || !port) throw new ApiError(500, "InternalError", `node ${nodeName} has no kubelet endpoint`)
  return { host, port }
}

function checkLines({ query, name }: Call): void {
  const lines = query.get("tailLines")
  wholeNumber(query, "tailLines")
  if (lines === null || Number(lines) >= 0) return
  const about = { group: "", plural: "pods", kind: "PodLogOptions" }
  const why = "must be greater than or equal to 0"
  throw invalid(about, name!, [invalidValue("tailLines", Number(lines), why)])
}

/** @throws ApiError 400, 404, 422, and 500 where the kubelet cannot be reached; else the response is the log's */
export async function sendLog(call: Call, kind: Kind, nodes: Kind, objects: Objects, client: KubeletClient) {
  checkLines(call)
  const pod = objects.get(kind, call.namespace, call.name!)
  const container = containerOf(pod, call.query.get("container"))
  if (!pod.spec.nodeName) {
    // Not scheduled yet: nothing to say, which is no error.
    call.response.writeHead(204).end()
    return
  }
  const { host, port } = kubeletOf(pod, nodes, objects)
  const query = new URLSearchParams()
  for (const name of PASSED) if (call.query.has(name)) query.set(name, call.query.get(name)!)
  const path = `/containerLogs/${call.namespace}/${call.name}/${container}?${query}`
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  // A kubelet's certificate is not checked: neither does a real API server by default.
  const options = {
    host,
    port,
    path,
    cert: client.certificate,
    key: client.key,
    rejectUnauthorized: false,
    agent: false,
  }
  const outgoing = httpsRequest(options, resolve)
  outgoing.on("error", (error) => {
    const what = `Get "https://${host}:${port}${path}": ${error.message}`
    reject(new ApiError(500, "InternalError", what))
  })
  call.response.on("close", () => outgoing.destroy())
  outgoing.end()
  const answer = await promise
  if (answer.statusCode !== 200) throw await refused(answer)
  call.response.writeHead(200, { "content-type": "text/plain" })
  call.response.flushHeaders()
  pipeline(answer, call.response, () => {})
}
