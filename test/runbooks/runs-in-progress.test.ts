/** Which runs a SuperLink's log shows as not finished: lines of 1.34 to 1.42, with colours and the cluster's times. */
import { expect, test } from "vitest"
import { unfinishedRuns } from "../../runbooks/flower/runs-in-progress.ts"

const log = (...lines: string[]): string =>
  lines.map((line) => `2026-11-30T12:00:00.123456789Z \u001b[92mINFO \u001b[0m:      ${line}`).join("\n")

test("created, begun, finished; each task of a run counts; ids are text", () => {
  const created = "Created run 15187230094872310992 in federation none/default"
  const begun = "Started task 7 of run 15187230094872310992"
  const finished = "Finished task 7 of run 15187230094872310992"
  expect(unfinishedRuns("")).toEqual([])
  expect(unfinishedRuns(log("Starting Flower SuperLink", created))).toEqual(["15187230094872310992"])
  expect(unfinishedRuns(log(created, begun))).toEqual(["15187230094872310992"])
  expect(unfinishedRuns(log(created, begun, finished))).toEqual([])
  const second = "Started task 8 of run 15187230094872310992"
  expect(unfinishedRuns(log(created, begun, second, finished))).toEqual(["15187230094872310992"])
  expect(unfinishedRuns(log(created, begun, finished, "Created run 2 in federation x"))).toEqual(["2"])
})

test("what only looks like it is not counted", () => {
  expect(
    unfinishedRuns(log("[Fleet.GetRun] Requesting `Run` for run_id=1", "Finished task 1 of run 1")),
  ).toEqual([])
  expect(unfinishedRuns(log("an app says: Started task 1 of run 2"))).toEqual([])
})
