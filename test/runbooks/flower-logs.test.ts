import { describe, expect, test } from "vitest"
import {
  activeNodes,
  callTimes,
  readSuperlinkLog,
  readSupernodeLog,
} from "../../runbooks/flower/flower-logs.ts"
import { lastWords } from "../../runbooks/openshift/last-words.ts"

const coloured = (level: string, text: string) => `\u001b[92m${level} \u001b[0m:      ${text}`
const info = (...lines: string[]) => `${lines.map((line) => coloured("INFO", line)).join("\n")}\n`
/** More than a JavaScript number holds. */
const ID = "13407762439733623739"

describe("a SuperNode's log", () => {
  test("accepted: the id stays text", () => {
    expect(readSupernodeLog(info("Starting Flower SuperNode", `SuperNode ID: ${ID}`))).toEqual({
      is: "registered",
      id: ID,
    })
  })

  test("the last id counts, and an error before it does not", () => {
    const log = info(
      "Starting Flower SuperNode",
      "SuperNode ID: 1",
      'details = "Invalid node ID"',
      `SuperNode ID: ${ID}`,
    )
    expect(readSupernodeLog(log)).toEqual({ is: "registered", id: ID })
  })

  test("forgotten", () => {
    const line = '\tdetails = "Invalid node ID"'
    const log = `${info("Starting Flower SuperNode", `SuperNode ID: ${ID}`)}${line}\nRuntimeError: x\n`
    expect(readSupernodeLog(log)).toMatchObject({ is: "forgotten", id: ID, line: line.trim() })
  })

  test("not accepted yet: what it says last", () => {
    const log = info(
      "Starting Flower SuperNode",
      "Connection attempt failed, retrying in 1.03 seconds",
      "Connection attempt failed, retrying in 4.20 seconds",
    )
    expect(readSupernodeLog(log)).toEqual({
      is: "connecting",
      line: "Connection attempt failed, retrying in 4.20 seconds",
    })
    expect(readSupernodeLog(info("Starting Flower SuperNode"))).toEqual({ is: "connecting", line: undefined })
    expect(readSupernodeLog("")).toEqual({ is: "connecting", line: undefined })
  })

  test("a lost connection: only a success after the last attempt counts", () => {
    const failed = "Connection attempt failed, retrying in 12.07 seconds"
    const success = "Connection successful after 168.27 seconds and 13 tries."
    const log = info("Starting Flower SuperNode", `SuperNode ID: ${ID}`, failed)
    expect(readSupernodeLog(log)).toEqual({ is: "reconnecting", id: ID, line: failed })
    expect(readSupernodeLog(log + info(success))).toEqual({ is: "registered", id: ID })
    expect(readSupernodeLog(log + info(success, failed))).toMatchObject({ is: "reconnecting", line: failed })
    expect(readSupernodeLog(log + info('details = "Invalid node ID"', failed))).toMatchObject({
      is: "forgotten",
    })
  })

  test("lines with times: since when it is connected, and for how long it has tried", () => {
    const at = (seconds: number, text: string) => `2026-11-30T02:00:0${seconds}.123456789Z ${info(text)}`
    const start = at(0, "Starting Flower SuperNode") + at(1, `SuperNode ID: ${ID}`)
    const time = (seconds: number) => Date.parse(`2026-11-30T02:00:0${seconds}.123Z`)
    expect(readSupernodeLog(start)).toEqual({ is: "registered", id: ID, at: time(1) })
    const lost =
      start + at(2, "Connection attempt failed, retrying") + at(5, "Connection attempt failed, again")
    expect(readSupernodeLog(lost)).toEqual({
      is: "reconnecting",
      id: ID,
      line: "Connection attempt failed, again",
      since: time(2),
      until: time(5),
    })
    const back = lost + at(7, "Connection successful after 5.0 seconds and 2 tries.") + at(8, "Receiving")
    expect(readSupernodeLog(back)).toEqual({ is: "registered", id: ID, at: time(7) })
  })

  test("a log without its start proves nothing", () => {
    expect(readSupernodeLog(info("Receiving: query message (ID: 5)"))).toEqual({ is: "unproven" })
  })
})

describe("a SuperLink's log", () => {
  const start = "Starting Flower SuperLink"
  const activated = `[Fleet.ActivateNode] Activated node_id=${ID}`
  const deactivated = `[Fleet.DeactivateNode] Deactivated node_id=${ID}`

  test("activated", () => {
    expect(readSuperlinkLog(info(start, activated), ID)).toEqual({ is: "active", line: activated })
  })

  test("the older text", () => {
    const created = `[Fleet.CreateNode] Created node_id=${ID}`
    expect(readSuperlinkLog(info(start, created), ID)).toEqual({ is: "active", line: created })
  })

  test("deactivated since, and activated again", () => {
    expect(readSuperlinkLog(info(start, activated, deactivated), ID)).toEqual({
      is: "deactivated",
      line: deactivated,
    })
    expect(readSuperlinkLog(info(start, activated, deactivated, activated), ID)).toMatchObject({
      is: "active",
    })
  })

  test("another node whose id begins or ends alike is another node", () => {
    const log = info(
      start,
      `[Fleet.ActivateNode] Activated node_id=${ID}9`,
      `[Fleet.ActivateNode] Activated node_id=9${ID}`,
    )
    expect(readSuperlinkLog(log, ID)).toEqual({ is: "unknown" })
  })

  test("a rotated log proves by the node's later calls, and disproves nothing", () => {
    const pull = `[Fleet.PullMessages] node_id=${ID}`
    expect(readSuperlinkLog(info(pull), ID)).toEqual({ is: "active", line: pull })
    expect(readSuperlinkLog(info(pull, deactivated), ID)).toMatchObject({ is: "deactivated" })
    expect(readSuperlinkLog(info("[Fleet.PullMessages] node_id=5"), ID)).toEqual({ is: "unproven" })
    expect(readSuperlinkLog("", ID)).toEqual({ is: "unproven" })
  })

  test("lines with times: the time of the proof, and of the last calls", () => {
    const at = (seconds: number, text: string) => `2026-11-30T02:00:0${seconds}.123456789Z ${info(text)}`
    const time = (seconds: number) => Date.parse(`2026-11-30T02:00:0${seconds}.123Z`)
    const pull = `[Fleet.PullMessages] node_id=${ID}`
    const log = at(1, start) + at(2, activated) + at(3, pull) + at(6, pull) + at(7, pull.replace(ID, "7"))
    expect(readSuperlinkLog(log, ID)).toEqual({ is: "active", line: pull, at: time(6) })
    expect(callTimes(log, ID, 5)).toEqual([time(3), time(6)])
    expect(callTimes(log, ID, 1)).toEqual([time(6)])
    expect(callTimes(info(pull), ID, 5)).toEqual([])
  })

  test("all nodes that it has now", () => {
    const log = info(
      start,
      activated,
      "[Fleet.CreateNode] Created node_id=7",
      "[Fleet.PullMessages] node_id=8",
      "[Fleet.ActivateNode] Activated node_id=9",
      "[Fleet.DeactivateNode] Deactivated node_id=9",
      "run 3 started for node_id=4",
    )
    expect(activeNodes(log)).toEqual([ID, "7", "8"])
  })

  test("a mention that is no call of the node is no proof", () => {
    expect(readSuperlinkLog(info(start, `run ${ID} started`), ID)).toEqual({ is: "unknown" })
  })
})

describe("why a program ended", () => {
  test.each([
    [
      "another CA (1.34)",
      'debug_error_string = "UNAVAILABLE: CERTIFICATE_VERIFY_FAILED: unable to get local issuer certificate"\n>\nTraceback\nRuntimeError: generator didn\'t yield\n',
      "CERTIFICATE_VERIFY_FAILED: unable to get local issuer certificate",
    ],
    [
      "another CA (1.41)",
      "Exit Code: 305\nFailed to initialize the connection to the SuperLink.\n[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed\nINFO:     Finished server process [1]\n",
      "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed",
    ],
    [
      "an exit code of Flower's",
      `${coloured("ERROR", "Exit Code: 600")}\nThe node died.\nIt did.\nINFO:     Finished server process [1]\n`,
      "Exit Code: 600 The node died. It did.",
    ],
    [
      "argparse",
      "usage: flower-superlink [-h]\nflower-superlink: error: unrecognized arguments: --x\n",
      "flower-superlink: error: unrecognized arguments: --x",
    ],
    ["anything else", "one\n\ntwo\n\n", "two"],
  ])("%s", (_, log, words) => expect(lastWords(log)).toContain(words))

  test("an empty log says nothing", () => expect(lastWords("")).toBeUndefined())
})
