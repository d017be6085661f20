/**
 * The whole program as its user runs it: practice clusters in the test's process, `flower-runbook` as a child with its
 * own home, state folder and PATH, on which there is neither `oc` nor `skupper`.
 */
import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { resolve } from "node:path"
import type { Cluster } from "../../lib/cluster/types.ts"
import type { RequestEntry } from "../../lib/practice/types/apiserver.ts"
import type { Delays, Practice } from "../../lib/practice/types/practice.ts"
import type { Event, Recorded } from "../../lib/runner/events.ts"
import { FEDERATION, practiceHere } from "./practice-here.ts"
import { barePath, type Programs, startPrograms } from "./programs.ts"

export type { Child, Ended } from "./programs.ts"

/** A request to one of the clusters that is not by the practice controllers. */
export interface Request extends RequestEntry {
  readonly cluster: string
}

export interface World extends Programs {
  readonly practice: Practice
  /** The returned function gives the requests that came since. */
  requests(): () => Request[]
  /** A practice cluster, as its administrator. */
  cluster(name: string): Cluster
  close(): Promise<void>
}

/** The controllers' own user on practice clusters. */
const CONTROLLERS = "system:practice"

export interface WorldOptions {
  readonly supernodes?: number
  readonly delays?: Delays
  /** False: plain Kubernetes. */
  readonly openshift?: boolean
  /** How the path of the home folder starts; a relative one lies in the temporary folder of the tests. */
  readonly home?: string
}

/** Starts practice clusters: one SuperLink and so many SuperNodes. */
export async function startWorld(options: WorldOptions = {}): Promise<World> {
  // A space and `_`: the real commands refuse some such paths, and shells split them.
  const folder = mkdtempSync(resolve(tmpdir(), options.home ?? "e2e home_"))
  const bin = barePath(folder)
  const { delays, openshift, supernodes = 2 } = options
  const here = await practiceHere(supernodes, {
    folder,
    ...(delays && { delays }),
    ...(openshift !== undefined && { openshift }),
  })
  const { practice } = here
  const programs = startPrograms(folder, bin, FEDERATION)

  return {
    practice,
    ...programs,
    requests() {
      const from = practice.clusters.map(({ server }) => server.requests.length)
      return () =>
        practice.clusters.flatMap(({ name: cluster, server }, index) =>
          server.requests
            .slice(from[index])
            .filter(({ user }) => user !== CONTROLLERS)
            .map((request) => ({ ...request, cluster })),
        )
    },
    cluster: here.cluster,
    async close() {
      programs.kill()
      await here.close()
    },
  }
}

type Of<T extends Event["type"]> = Extract<Recorded, { type: T }>

/** The lines of one type. */
export const linesOf = <T extends Event["type"]>(lines: readonly Recorded[], type: T): Of<T>[] =>
  lines.filter((line): line is Of<T> => line.type === type)

/** `supernode-1/site-create`. */
export const place = (at: { step: string; site?: string }): string =>
  [at.site, at.step].filter(Boolean).join("/")

const REVIEW = /^\/apis\/(?:authorization|authentication)\.k8s\.io\/v1\/selfsubject\w*reviews(?:\?|$)/

/** The requests that write to a cluster: a review of rights or of the user writes nothing, nor does a dry run. */
export const writing = (requests: readonly Request[]): Request[] =>
  requests.filter(
    ({ method, path }) =>
      method !== "GET" && !(method === "POST" && REVIEW.test(path)) && !path.includes("dryRun=All"),
  )

/** The same as text. */
export const writes = (requests: readonly Request[]): string[] =>
  writing(requests).map(({ cluster, method, path, status }) => `${cluster}: ${method} ${path} ${status}`)

/** A text without its line breaks: sentences are wrapped to the width of the screen. */
export const flat = (text: string): string => text.replace(/\s+/g, " ")
