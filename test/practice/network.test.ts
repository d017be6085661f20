/** Who is asked and told when something in the network changes, and what each site knows of it when. */
import { beforeEach, describe, expect, test, vi } from "vitest"
import { createNetwork } from "../../lib/practice/network.ts"
import type {
  Known,
  LinkCut,
  Network,
  NetworkLink,
  NetworkSite,
  Offer,
} from "../../lib/practice/types/network.ts"

interface Played extends NetworkSite {
  asked: number
  now: Offer
}

/** A site with a running router. */
const played = (cluster: string, links: NetworkLink[] = []): Played => ({
  cluster,
  ...{ namespace: "n", uid: `uid-${cluster}`, name: cluster, asked: 0 },
  now: {
    ca: `ca-${cluster}`,
    router: { pod: `${cluster}-router`, run: 1, hung: false },
    adaptor: `${cluster}-router`,
    access: true,
    links,
    connectors: [],
    listeners: [],
  },
  backends: () => [],
  offer() {
    this.asked++
    return this.now
  },
})

const linkTo = (cluster: string, cut?: LinkCut): NetworkLink => ({
  ...{ name: `to-${cluster}`, addresses: [`${cluster}:1`], ca: `ca-${cluster}`, live: true },
  cut,
})
const ends = { connectors: [{ name: "c", routingKey: "k", host: "10.0.0.1", port: 1, live: true }] }

let network: Network
let hub: Played
let spoke: Played
let alone: Played

const open = (delays: "none" | "real"): void => {
  network = createNetwork(delays)
  hub = played("hub")
  spoke = played("spoke", [linkTo("hub")])
  alone = played("alone")
  for (const it of [hub, spoke, alone]) {
    network.join(it)
    network.accept(`${it.cluster}:1`, it)
  }
}

const set = (site: Played, more: Partial<Offer>): void => {
  site.now = { ...site.now, ...more }
  network.changed(site)
}

const names = ({ records }: Known): string[] =>
  records.map(({ site, fading }) => `${site.name}${fading ? " fading" : ""}`)

describe("who is asked and told", () => {
  const told: string[] = []
  /** What changed has been told to everybody. */
  const settled = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)))

  beforeEach(async () => {
    open("none")
    for (const it of [hub, spoke, alone]) network.onChange(it.cluster, () => told.push(it.cluster))
    network.onKnowledge((anything) => told.push(anything ? "news, or anything" : "news"))
    await settled()
    told.length = 0
    for (const it of [hub, spoke, alone]) it.asked = 0
  })

  test("what a site offers is asked there, once, and told to all", async () => {
    const before = network.known(spoke)
    set(hub, ends)
    network.changed(hub)
    await settled()
    expect([hub.asked, spoke.asked, alone.asked]).toEqual([1, 0, 0])
    expect(told.toSorted()).toEqual(["alone", "hub", "news", "spoke"])
    expect(network.known(spoke)).not.toBe(before)
    expect(network.known(spoke).connectors).toEqual(new Set(["k"]))
  })

  test("a change that makes no difference to routers is told in its own cluster alone", async () => {
    const before = network.known(hub)
    network.changed(spoke)
    network.served({ cluster: "spoke", namespace: "n" })
    await settled()
    expect(told).toEqual(["spoke"])
    expect([hub.asked, spoke.asked, alone.asked]).toEqual([0, 1, 0])
    expect(network.known(hub)).toBe(before)
  })

  test("what serves behind a connector is told to all, and the routers have no news", async () => {
    set(hub, ends)
    await settled()
    told.length = 0
    network.listen({ cluster: "hub", namespace: "n", pod: "p", port: 1 }, {})
    await settled()
    expect(told.toSorted()).toEqual(["alone", "hub", "spoke"])
  })

  test("traffic takes the way that is there now, before anybody is told", () => {
    expect(network.reach(hub)).toEqual([hub, spoke])
    set(spoke, { links: [linkTo("hub", "down")] })
    expect(network.reach(hub)).toEqual([hub])
    expect(network.reach(spoke)).toEqual([spoke])
    expect(told).toEqual([])
  })

  test("only those who reach what changed have heard anything else; they share it", async () => {
    const before = [network.known(hub), network.known(alone)]
    set(alone, ends)
    await settled()
    expect(network.known(hub)).toBe(before[0])
    expect(network.known(spoke)).toBe(before[0])
    expect(network.known(alone)).not.toBe(before[1])
  })

  test("faults may change anything: it is said also where no site offers anything else", async () => {
    network.changed()
    await settled()
    expect(told).toContain("news, or anything")
    expect([hub.asked, spoke.asked, alone.asked]).toEqual([1, 1, 1])
  })
})

/** Times as measured on real routers, on a clock that is handed in. */
describe("what is known when", () => {
  const passes = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000)
  const link = () => network.known(spoke).records.find(({ site }) => site === spoke)?.links[0]

  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setImmediate", "performance"] })
    open("real")
    await passes(20)
    return () => vi.useRealTimers()
  })

  test("a site is heard at once by itself, by others after its beacon", async () => {
    open("real")
    await passes(0.1)
    expect([hub, spoke].map((one) => names(network.known(one)))).toEqual([["hub"], ["spoke"]])
    expect(link()).toEqual({ name: "to-hub", up: false })
    await passes(8)
    expect(names(network.known(spoke))).toEqual(["spoke"])
    await passes(3)
    expect([hub, spoke].map((one) => names(network.known(one)))).toEqual([
      ["hub", "spoke"],
      ["hub", "spoke"],
    ])
    expect(link()).toMatchObject({ up: true, peer: { pod: "hub-router" } })
  })

  test("connections reset: the link is down after a second, the other site is forgotten after half a minute", async () => {
    set(spoke, { links: [linkTo("hub", "reset")] })
    await passes(0.5)
    expect(network.reach(spoke)).toEqual([spoke])
    expect(link()?.up).toBe(true)
    await passes(1)
    expect(link()).toMatchObject({ up: false, peer: { pod: "hub-router" } })
    await passes(26)
    expect(names(network.known(spoke))).toEqual(["hub", "spoke"])
    await passes(2)
    expect(names(network.known(spoke))).toEqual(["hub fading", "spoke"])
    expect(names(network.known(hub))).toEqual(["hub", "spoke fading"])
    await passes(1)
    expect(names(network.known(spoke))).toEqual(["spoke"])
  })

  test("packets lost: the link is up until the idle time-out", async () => {
    set(spoke, { links: [linkTo("hub", "drop")] })
    await passes(15)
    expect(link()?.up).toBe(true)
    await passes(2)
    expect(link()?.up).toBe(false)
  })

  test("late forgetting: after a silence of 26 s the link is up, and then the other site is forgotten for a while", async () => {
    set(spoke, { links: [linkTo("hub", "drop")] })
    await passes(26)
    set(spoke, { links: [linkTo("hub")] })
    await passes(2.7)
    expect(link()?.up).toBe(true)
    expect(names(network.known(spoke))).toEqual(["hub", "spoke"])
    await passes(1)
    expect(names(network.known(spoke))).toEqual(["hub fading", "spoke"])
    await passes(7)
    expect(names(network.known(spoke))).toEqual(["hub", "spoke"])
  })

  test("a router without its link since a restart goes on telling that it is up, then leaves it out", async () => {
    set(spoke, {
      router: { pod: "spoke-router", run: 2, hung: false },
      links: [{ ...linkTo("hub"), live: false }],
    })
    await passes(28)
    expect(link()).toMatchObject({ up: true })
    await passes(2)
    expect(link()).toBeUndefined()
    expect(names(network.known(spoke))).toEqual(["hub fading", "spoke"])
  })

  test("a router that hangs: its own site forgets itself, the others notice at the idle time-out", async () => {
    set(hub, { router: { pod: "hub-router", run: 1, hung: true } })
    await passes(15)
    expect(link()?.up).toBe(true)
    await passes(2)
    expect(link()?.up).toBe(false)
    await passes(14)
    expect(names(network.known(hub))).toEqual([])
    expect(names(network.known(spoke))).toEqual(["spoke"])
  })

  test("a new pod: nothing new is told until the lease has ended, and its link has no peer until it is up", async () => {
    set(spoke, {
      router: { pod: "spoke-router-2", run: 2, hung: false },
      adaptor: "spoke-router-2",
      links: [linkTo("hub", "down")],
    })
    await passes(25)
    expect(link()).toMatchObject({ up: true })
    await passes(2)
    expect(link()).toEqual({ name: "to-hub", up: false })
    set(spoke, { links: [linkTo("hub")] })
    await passes(12)
    expect(link()).toMatchObject({ up: true, peer: { pod: "hub-router" } })
  })
})

describe("a network of many sites", () => {
  const passes = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000)

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setImmediate", "performance"] })
    return () => vi.useRealTimers()
  })

  test("sites that come one after the other are told of together; who reaches each other is one list", async () => {
    open("none")
    let told = 0
    network.onKnowledge(() => told++)
    const others = Array.from({ length: 200 }, (_, at) => played(`site-${at}`, [linkTo("hub")]))
    for (const it of others) {
      network.join(it)
      await passes(0.05)
    }
    await passes(20)
    // 10 s for 200 sites, and at most one telling every 2 s once they are many.
    expect(told).toBeLessThan(100)
    expect(network.known(hub).records).toHaveLength(202)
    expect(network.known(others[7]!)).toBe(network.known(hub))
    set(others[3]!, ends)
    set(others[7]!, ends)
    expect(network.offering(others[7]!, "k")).toEqual([others[7], others[3]])
    expect(network.offering(alone, "k")).toEqual([])
    expect(network.reach(others[7]!)).toHaveLength(202)
    expect(network.reach(others[7]!)[0]).toBe(others[7])
  })
})
