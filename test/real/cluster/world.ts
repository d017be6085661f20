/**
 * Real control planes in the place of practice clusters' API servers: the practice controllers run against them as ordinary
 * clients, unchanged, and `flower-runbook` is a child as its user runs it.
 */
import { mkdtempSync } from "node:fs"
import { rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { delimiter, join } from "node:path"
import { withoutStandIns } from "../../../lib/cli/with-practice.ts"
import type { OpenCluster } from "../../../lib/cluster/index.ts"
import { serveCommands } from "../../../lib/practice/commands/server.ts"
import { startControllers } from "../../../lib/practice/controllers/index.ts"
import { OPERATORS, packageManifest } from "../../../lib/practice/controllers/olm/catalog.ts"
import { storeOf } from "../../../lib/practice/controllers/store.ts"
import { createFaultTable } from "../../../lib/practice/faults.ts"
import { writeFiles } from "../../../lib/practice/files.ts"
import { createNetwork } from "../../../lib/practice/network.ts"
import type { FaultTable } from "../../../lib/practice/types/faults.ts"
import type { PracticeImage } from "../../../lib/practice/types/images.ts"
import type { Delays } from "../../../lib/practice/types/practice.ts"
import { program } from "../../../runbooks/index.ts"
import { barePath, type Programs, startPrograms } from "../../e2e/programs.ts"
import { sitesOf } from "../../e2e/sites.ts"
import { type ControlPlane, startControlPlane } from "../control-plane/control-plane.ts"
import { addOpenshift } from "../control-plane/openshift.ts"
import { type RouterPrograms, routerImages } from "../router/images.ts"
import { RouterPods } from "../router/pods.ts"
import type { Trouble } from "../router/wires.ts"
import { controllerImage } from "./skupper-controller.ts"

const FEDERATION = "real"

export interface RealWorld extends Programs {
  readonly planes: readonly ControlPlane[]
  readonly federationFile: string
  /** The folder of the stand-in commands. */
  readonly commands: string
  readonly faults: FaultTable
  plane(site: string): ControlPlane
  /** As its administrator. */
  cluster(site: string): OpenCluster
  /** What a site's real router opens to other clusters is cut, or mended. */
  cut(site: string, trouble: Trouble): void
  mend(site: string): void
  close(): Promise<void>
}

export interface RealWorldOptions {
  readonly supernodes?: number
  /** All SuperNodes' sites are projects of one control plane. */
  readonly shared?: boolean
  readonly delays?: Delays
  /** In place of the images that are simulated in this process. */
  readonly images?: readonly PracticeImage[]
  /** Folders with the commands that are meant, in place of the stand-ins. */
  readonly path?: readonly string[]
  /** A real Skupper controller's program, in place of the simulated one. */
  readonly controller?: string
  /** Real routers' programs, beside a real controller. */
  readonly routers?: RouterPrograms
}

/** Starts a control plane a site: one SuperLink and so many SuperNodes (default 1). */
export async function startRealWorld(options: RealWorldOptions = {}): Promise<RealWorld> {
  const folder = mkdtempSync(join(tmpdir(), "real-"))
  const bin = barePath(folder)
  const sites = sitesOf(options.supernodes ?? 1)
  const planeOf = ({ name, role }: { name: string; role: string }): string =>
    options.shared && role === "supernode" ? "supernodes" : name
  const faults = createFaultTable([])
  const network = createNetwork(options.delays ?? "none")
  const ends: (() => Promise<unknown>)[] = []
  const pods = new RouterPods({
    ...{ network, folder: join(folder, "sandboxes") },
    simulated: options.images === undefined,
  })
  ends.push(() => pods.close())
  const close = async (): Promise<void> => {
    for (const end of ends.reverse()) await end()
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }

  const start = async (name: string): Promise<ControlPlane> => {
    const plane = await startControlPlane(name, join(folder, name))
    ends.push(() => plane.close())
    ends.push(await addOpenshift(plane))
    const cluster = plane.open(plane.system, "practice")
    const context = {
      name,
      cluster,
      delays: options.delays ?? "none",
      faults,
      network,
      folder: join(folder, name),
    }
    const { controller, routers, images = program.practiceImages! } = options
    const store = storeOf(cluster)
    const controllers = await startControllers(
      {
        ...context,
        images: [
          ...(controller === undefined ? [] : [controllerImage(plane, controller)]),
          ...(routers === undefined ? [] : routerImages(pods, routers)),
          ...images,
        ],
      },
      {
        deployments: false,
        skupper: controller === undefined ? "all" : routers === undefined ? "routers" : "none",
      },
    )
    if (routers !== undefined) await pods.add({ name, store, port: plane.port })
    // OLM's package server shows what global catalogs offer in every namespace; a plain kind does not.
    await cluster.create({
      ...packageManifest,
      metadata: { ...packageManifest.metadata, namespace: OPERATORS },
    })
    ends.push(async () => {
      await controllers.stop()
      await cluster.close()
    })
    return plane
  }
  try {
    const planes = await Promise.all([...new Set(sites.map(planeOf))].map(start))
    const planeFor = (site: { name: string; role: string }) =>
      planes.find(({ name }) => name === planeOf(site))!
    const { federationFile, commands } = await writeFiles(
      { folder: join(folder, "practice"), federation: FEDERATION, values: program.practiceValues! },
      sites.map((site) => ({ ...site, server: planeFor(site), admin: planeFor(site).admin })),
    )
    if (options.path !== undefined) await withoutStandIns(federationFile)
    const answering = await serveCommands(commands, options.delays ?? "none")
    ends.push(() => answering.close())
    const programs = startPrograms(folder, [bin, ...(options.path ?? [])].join(delimiter), FEDERATION)
    ends.push(async () => programs.kill())
    const clusters = new Map<string, OpenCluster>()
    ends.push(() => Promise.all([...clusters.values()].map((it) => it.close())))
    const plane = (site: string) => planeFor(sites.find(({ name }) => name === site)!)
    return {
      ...programs,
      ...{ planes, federationFile, commands, faults, plane, close },
      cut: (site, trouble) => pods.wires.cut(plane(site).name, trouble),
      mend: (site) => pods.wires.mend(plane(site).name),
      cluster(site) {
        const found = clusters.get(site) ?? plane(site).open(plane(site).admin)
        clusters.set(site, found)
        return found
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}
