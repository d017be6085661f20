/** Who is asked and who is told when something in the network changes: what the change touches, and nobody else. */
import { beforeEach, expect, test } from "vitest"
import { createNetwork } from "../../lib/practice/network.ts"
import type { Network, NetworkLink, NetworkSite } from "../../lib/practice/types/network.ts"

interface Played extends NetworkSite {
  asked: number
  ends: { name: string; routingKey: string }[]
  toOthers: NetworkLink[]
}

const played = (cluster: string, toOthers: NetworkLink[] = []): Played => ({
  cluster,
  toOthers,
  ...{ namespace: "n", uid: `uid-${cluster}`, name: cluster, ca: `ca-${cluster}`, asked: 0, ends: [] },
  backends: () => [],
  connectors() {
    this.asked++
    return this.ends
  },
  listeners: () => [],
  links() {
    return this.toOthers
  },
})

const linkTo = (cluster: string): NetworkLink => ({
  ...{ name: `to-${cluster}`, addresses: [`${cluster}:1`], ca: `ca-${cluster}`, down: false },
})

let network: Network
let hub: Played
let spoke: Played
let alone: Played
const told: string[] = []
/** What changed has been told to everybody. */
const settled = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)))

beforeEach(async () => {
  network = createNetwork()
  hub = played("hub")
  spoke = played("spoke", [linkTo("hub")])
  alone = played("alone")
  for (const it of [hub, spoke, alone]) {
    network.join(it)
    network.accept(`${it.cluster}:1`, it)
    network.onChange(it.cluster, () => told.push(it.cluster))
  }
  network.onRoutes((anything) => told.push(anything ? "routes, or anything" : "routes"))
  await settled()
  told.length = 0
  for (const it of [hub, spoke, alone]) it.asked = 0
})

test("what a site offers is asked there, once, and told to all", async () => {
  const before = network.around(spoke)
  hub.ends = [{ name: "c", routingKey: "k" }]
  network.changed(hub)
  network.changed(hub)
  await settled()
  expect([hub.asked, spoke.asked, alone.asked]).toEqual([1, 0, 0])
  expect(told.toSorted()).toEqual(["alone", "hub", "routes", "spoke"])
  expect(network.around(spoke)).not.toBe(before)
  expect(network.around(spoke).connectors).toEqual(new Set(["k"]))
})

test("a change that makes no difference to routers is told in its own cluster alone", async () => {
  const before = network.around(hub)
  network.changed(spoke)
  network.served({ cluster: "spoke", namespace: "n" })
  await settled()
  expect(told).toEqual(["spoke"])
  expect([hub.asked, spoke.asked, alone.asked]).toEqual([0, 1, 0])
  expect(network.around(hub)).toBe(before)
})

test("what serves behind a connector is told to all, and the routers have no news", async () => {
  hub.ends = [{ name: "c", routingKey: "k" }]
  network.changed(hub)
  await settled()
  told.length = 0
  network.listen({ cluster: "hub", namespace: "n", pod: "p", port: 1 }, {})
  await settled()
  expect(told.toSorted()).toEqual(["alone", "hub", "spoke"])
})

test("whoever asks between a change and its being told gets what is so now", () => {
  expect(network.around(hub).sites).toEqual([hub, spoke])
  spoke.toOthers = [{ ...linkTo("hub"), down: true }]
  network.changed(spoke)
  expect(network.around(hub).sites).toEqual([hub])
  expect(network.reach(spoke)).toEqual([spoke])
  expect(told).toEqual(["routes"])
})

test("only the neighbourhood that changed is another one", () => {
  const before = [network.around(hub), network.around(alone)]
  alone.ends = [{ name: "c", routingKey: "k" }]
  network.changed(alone)
  expect(network.around(hub)).toBe(before[0])
  expect(network.around(alone)).not.toBe(before[1])
})

test("faults may change anything: it is said also where no site offers anything else", async () => {
  network.changed()
  await settled()
  expect(told).toContain("routes, or anything")
  expect([hub.asked, spoke.asked, alone.asked]).toEqual([1, 1, 1])
})
