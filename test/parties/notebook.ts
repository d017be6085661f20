/** A notebook that knows no Flower: a host whose cluster has a door for each guest, and guests who enter with its password. */
import { randomBytes } from "node:crypto"
import {
  clusterInputs,
  drifted,
  input,
  type KubeObject,
  login,
  missing,
  notebook,
  ready,
  stepsFor,
  value,
} from "../../lib/index.ts"

const roles = { host: "one", guest: "many" } as const
const inputs = {
  ...clusterInputs,
  colour: input.text({
    per: "site",
    roles: ["guest"],
    default: "blue",
    help: "The colour of the guest's badge",
  }),
  dialect: input.text({ default: "plain", help: "What both sides have to speak" }),
}
const step = stepsFor({ roles, inputs })

const badge = value("badge")
const door = value("door")
const password = value("password", { secret: true })
const seat = value<{ row: number; colour: string }>("seat")

interface Configured extends KubeObject {
  readonly data?: Record<string, string>
}

const place = (kind: string, name: string) => ({ apiVersion: "v1", kind, name, namespace: "default" })
const manifest = (kind: string, name: string, data: Record<string, string>) => ({
  apiVersion: "v1",
  kind,
  metadata: { name, namespace: "default" },
  data,
})
const base64 = (text: string): string => Buffer.from(text).toString("base64")
const plain = (text: string): string => Buffer.from(text, "base64").toString()

const makeBadge = step({
  id: "badge",
  title: "Make the badge",
  on: "guest",
  needs: ["login"],
  provides: [badge],
  inputs: ["colour"],
  prose: "The host reads it.",
  check: async ({ cluster, site, provide }) => {
    const found = await cluster.get<Configured>(place("ConfigMap", "badge"))
    if (found === undefined) return missing("there is no badge yet")
    provide(badge, `${site.colour} badge`)
    return ready("the badge is made")
  },
  apply: async ({ cluster, site }) =>
    void (await cluster.apply(manifest("ConfigMap", "badge", { colour: site.colour }))),
})

const openDoor = step({
  id: "door",
  title: "Open a door for the guest",
  on: "guest",
  side: "host",
  needs: ["login", "badge"],
  reads: [badge],
  provides: [door, password],
  prose: "With a password for this guest alone.",
  check: async ({ at, the, site, value, provide }) => {
    const found = await at(the("host")).cluster.get<Configured>(place("Secret", `door-${site.name}`))
    if (found === undefined) return missing("there is no door yet")
    if (plain(found.data!.badge!) !== value(badge))
      return drifted([{ field: "badge", found: "another", wanted: value(badge) }])
    provide(door, `door-${site.name}`)
    provide(password, plain(found.data!.password!))
    return ready("the door is open")
  },
  apply: async ({ at, the, site, value }) => {
    const data = { badge: base64(value(badge)), password: base64(randomBytes(12).toString("hex")) }
    await at(the("host")).cluster.apply(manifest("Secret", `door-${site.name}`, data))
  },
  rerun: async ({ at, the, site, value }) => {
    const data = { badge: base64(value(badge)), password: base64(randomBytes(12).toString("hex")) }
    await at(the("host")).cluster.apply(manifest("Secret", `door-${site.name}`, data))
  },
})

const enter = step({
  id: "enter",
  title: "Enter by the door",
  on: "guest",
  needs: ["door"],
  reads: [door, password],
  provides: [seat],
  inputs: ["colour"],
  prose: "With the password.",
  check: async ({ cluster, site, value, provide }) => {
    const found = await cluster.get<Configured>(place("Secret", "entered"))
    if (found === undefined) return missing("not entered yet")
    if (plain(found.data!.password!) !== value(password))
      return drifted([], { reason: "entered with an older password" })
    provide(seat, { row: 3, colour: site.colour })
    return ready(`entered by ${value(door)}`)
  },
  apply: async ({ cluster, value }) =>
    void (await cluster.apply(manifest("Secret", "entered", { password: base64(value(password)) }))),
  update: true,
})

const greet = step({
  id: "greet",
  title: "Greet the guest at its seat",
  on: "guest",
  side: "host",
  needs: ["enter"],
  reads: [seat],
  prose: "The host knows where the guest sits.",
  check: async ({ at, the, site, value }) => {
    const found = await at(the("host")).cluster.get<Configured>(place("ConfigMap", `seat-${site.name}`))
    if (found === undefined) return missing("the guest was not greeted")
    return found.data!.row === String(value(seat).row) ? ready(`sits in row ${found.data!.row}`) : drifted([])
  },
  apply: async ({ at, the, site, value }) => {
    const { row, colour } = value(seat)
    await at(the("host")).cluster.apply(
      manifest("ConfigMap", `seat-${site.name}`, { row: String(row), colour }),
    )
  },
})

const closeDoor = step({
  id: "close-door",
  title: "Close the door",
  on: "guest",
  side: "host",
  prose: "The password opens nothing then.",
  undoes: ["door", "greet"],
  check: async ({ at, the, site }) => {
    const found = await at(the("host")).cluster.get(place("Secret", `door-${site.name}`))
    return found === undefined ? ready("the door is closed") : drifted([], { reason: "closes the door" })
  },
  delete: async ({ at, the, site }) =>
    void (await at(the("host")).$`oc delete secret door-${site.name} -n default`),
})

const teardown = notebook({ name: "meeting", title: "End of the meeting", roles, inputs, steps: [closeDoor] })

export const meeting = notebook({
  name: "meeting",
  title: "A meeting",
  roles,
  inputs,
  steps: [login(), makeBadge, openDoor, enter, greet],
  teardown,
  parties: {
    coordinator: "host",
    request: { steps: ["badge"], values: [badge] },
    approval: { steps: ["door"], values: [door, password] },
    receipt: { steps: ["enter"], values: [seat] },
    agree: ["dialect"],
    grants: ["a door in the host's cluster, with a password of its own"],
  },
})
