import { expect, test, vi } from "vitest"
import { createFaultTable, readFaults } from "../../../lib/practice/faults.ts"

test("a fault strikes where, whom and as often as its line says", () => {
  const table = createFaultTable([
    { where: "api", what: "503", cluster: "west", match: "^GET .*sites", times: 2 },
    { where: "pod", what: "crash" },
  ])
  expect(table.strike("api", "east", "GET /sites")).toBeUndefined()
  expect(table.strike("api", "west", "POST /sites")).toBeUndefined()
  expect(table.peek("api", "west", "GET /sites")?.what).toBe("503")
  expect(table.strike("api", "west", "GET /sites")?.what).toBe("503")
  expect(table.strike("api", "west", "GET /sites")?.what).toBe("503")
  expect(table.strike("api", "west", "GET /sites")).toBeUndefined()
  expect(table.strike("pod", "anywhere", "superlink-1")?.what).toBe("crash")
})

test("seconds cure, and setting the table tells its listeners", () => {
  vi.useFakeTimers()
  try {
    const table = createFaultTable([{ where: "link", what: "down", seconds: 5 }])
    expect(table.peek("link", "west")?.what).toBe("down")
    vi.advanceTimersByTime(5001)
    expect(table.peek("link", "west")).toBeUndefined()
    const told = vi.fn()
    const forget = table.onChange(told)
    table.set([{ where: "link", what: "down", seconds: 5 }])
    expect(told).toHaveBeenCalledTimes(1)
    expect(table.peek("link", "west")?.what).toBe("down")
    forget()
    table.set([])
    expect(told).toHaveBeenCalledTimes(1)
  } finally {
    vi.useRealTimers()
  }
})

test("cut and gone strike watches alone", () => {
  const table = createFaultTable([
    { where: "api", what: "cut" },
    { where: "api", what: "gone" },
  ])
  expect(table.peek("api", "west", "GET /sites?limit=5")).toBeUndefined()
  expect(table.peek("api", "west", "GET /sites?watch=true")?.what).toBe("cut")
  expect(table.peek("api", "west", "GET /sites?limit=5&continue=abc")?.what).toBe("gone")
})

test("a fault file is read from YAML or JSON", () => {
  expect(readFaults("")).toEqual([])
  expect(readFaults("- { where: api, what: 503, times: 3 }")).toEqual([
    { where: "api", what: "503", times: 3 },
  ])
  expect(readFaults('[{"where":"tls","what":"wrong-ca"}]')).toEqual([{ where: "tls", what: "wrong-ca" }])
})

test.each([
  ["- { where: apu, what: '503' }", "fault 1: unknown where apu", "did you mean api?"],
  ["- { where: login, what: expird }", "fault 1: unknown what expird for login", "did you mean expired?"],
  [
    "- { where: link, what: down }\n- { where: link, wat: down }",
    "fault 2: unknown key wat",
    "did you mean what?",
  ],
  ["- { where: link, what: down, times: -1 }", "fault 1: times must be a number, 0 or more", "correct times"],
  [
    "- { where: api, what: reset, match: '[' }",
    "fault 1: match is not a regular expression",
    "correct match",
  ],
  ["- { where: link, what: down, cluster: wset }", "fault 1: there is no cluster wset", "did you mean west?"],
  ["- { where: constructor, what: down }", "fault 1: unknown where constructor", "There are: api"],
  ["- { where: link, what: down, toString: 1 }", "fault 1: unknown key toString", "There are: where"],
  ["- { what: down }", "fault 1: where is missing", "add where: one of api"],
  ["where: api", "the faults are not a list", "begin each fault with"],
  ["- [1", "the faults are not YAML", "correct the file"],
])("%s is refused with its cure", (text, what, fix) => {
  try {
    readFaults(text, ["east", "west"])
  } catch (error) {
    expect((error as Error).message).toContain(what)
    expect((error as { fix: string }).fix).toContain(fix)
    return
  }
  expect.unreachable()
})
