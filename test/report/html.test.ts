import { describe, expect, it } from "vitest"
import { htmlReport } from "../../lib/report/html.ts"
import { STYLE } from "../../lib/report/html-style.ts"
import { placeOf as at, ended } from "../terminal/scene.ts"
import { failed, killed, manySites, runOf, startOf, undone, walkOf } from "./scene.ts"

const page = htmlReport(walkOf([...killed(), ...failed(), ...undone()]))

/** The part of a page with this id, up to the end of its element. */
const part = (html: string, id: string): string => {
  const from = html.indexOf(`id="${id}"`)
  const name = /<(\w+)[^<]*$/.exec(html.slice(0, from))![1]!
  return html.slice(from, html.indexOf(`</${name}>`, from))
}
const words = (html: string): string =>
  html
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .replace(/ (?=[,.:])/g, "")
    .trim()

describe("the HTML report", () => {
  it("says what, in which state, who, when, how long and with which versions", () => {
    const summary = words(part(page, "summary"))
    expect(summary).toContain("Federation hospital-trial")
    expect(summary).toContain("✗ failed, 6 of 10 steps at 3 sites")
    expect(summary).toContain("2026-11-22 18:00Z to 2026-11-23 08:00Z")
    expect(summary).toContain("3 min 25 s in 3 runs")
    expect(summary).toContain("alice@ward, bob@ward")
    expect(summary).toContain("flower-runbook 0.1.0, 0.2.0 (Node 24.21.0, linux-x64)")
    expect(summary).toContain(
      "✗ failed token-redeem at supernode-1: the token was not redeemed Fix: issue a new token",
    )
  })

  it("has each cell with number, prose, checks, commands, outputs, hashes, waits and notes", () => {
    const cell = part(page, "step-site-create")
    expect(cell).toContain("[4]")
    expect(cell).toContain("3 Create the Skupper site")
    expect(cell).toContain("A Skupper <strong>site</strong> is a router in your project.")
    expect(cell).toContain("$ skupper site create superlink-interconnect --enable-link-access --wait none")
    expect(cell).toContain("<code>/home/alice</code>")
    expect(words(cell)).toContain("Before, in run 1: ✗ interrupted")
    expect(words(cell)).toContain("Before progressing: Pending After ready: Ready")
    expect(cell).toContain("d1c3de9a2cf572e10d88a18a93e5cf8ffa6ce2f8ccdd9ecc3833576991dd5156")
    expect(words(cell)).toContain("Waited: 2 reasons")
    expect(words(cell)).toContain("Deleted by remove-site on 2026-11-23 08:00Z.")
    expect(words(cell)).toContain("It existed before and is used as it is. Teardown does not delete it.")
    expect(words(cell)).toContain("Labelled or patched: Site superlink-interconnect, Route superlink")
    expect(words(cell)).toContain("Deleted: AccessToken old")
    expect(cell).not.toContain("0".repeat(64))
    expect(cell).toContain("It was left to a person: the commands were shown.")
    const redeem = words(part(page, "step-token-redeem"))
    expect(redeem).toContain("the session is renewed")
    expect(redeem).toContain("✗ exit code 1")
    expect(redeem).toContain("404 (Not Found) *No such claim*")
    expect(redeem).toContain("Next: flower-runbook step token-issue --site supernode-1 --rerun")
  })

  it("sets the output beside what the guide promises, and marks missing lines", () => {
    const cell = part(page, "step-site-create")
    expect(cell).toContain("<mark>≠ Site &quot;&lt;name&gt;&quot; is ready.</mark>")
    expect(cell).toMatch(/<\/mark>\n {2}NAME {2}STATUS/)
    expect(words(cell)).toContain("≠ The guide promises (the output lacks 1 line)")
  })

  it("opens what needs attention, and nothing else", () => {
    const two = htmlReport(walkOf([...killed(), ...failed()]))
    expect(words(part(two, "summary"))).toContain("7 of 10 steps at 3 sites, 1 stale")
    const places = [...two.matchAll(/<details class="place"( open)?>\s*<summary>(.*?)<\/summary>/gs)].map(
      ([, open, summary]) => `${open === undefined ? "closed" : "open"} ${words(summary!)}`,
    )
    expect(places).toContainEqual(
      expect.stringMatching(/^open ✗ failed supernode-1 the token was not redeemed/),
    )
    expect(places).toContainEqual(expect.stringMatching(/^open .* superlink Ready .* stale$/))
    expect(places).toContainEqual(expect.stringMatching(/^closed ✓ applied supernode-2 logged in/))
  })

  it("lists inputs without secrets, runs, approvals and warnings", () => {
    const inputs = words(part(page, "inputs"))
    expect(inputs).toContain("project superlink flower-superlink file")
    expect(inputs).toContain("password superlink secret, not kept variable")
    expect(inputs).toContain("1 default")
    const runs = words(part(page, "runs"))
    expect(runs).toContain("flower-runbook teardown --yes remove-site ✓ exit code 0")
    expect(runs).toContain("site-create interrupted")
    expect(runs).toContain(
      "creates a Site on https://api.superlink.example:6443 alice@ward with --yes or the plan",
    )
    expect(runs).toContain("Run 2: the journal&#39;s last line was torn: it is cut")
  })

  it("says the critical path of the last run, and of earlier ones", () => {
    expect(words(part(page, "when").split("<details>")[0]!)).toContain(
      "Run 3 took 1.5 s. The longest on its critical path: remove-site",
    )
    expect(words(part(page, "when"))).toContain(
      "here: prerequisites 0.3 s → superlink: login 1.2 s, site-create 0.5 s",
    )
  })

  it("is well formed: every element is closed, every id is there once, every link of its own leads somewhere", () => {
    for (const html of [page, htmlReport(walkOf([])), many()]) {
      expect(openElements(html)).toEqual([])
      const ids = [...html.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id!)
      expect(ids).toHaveLength(new Set(ids).size)
      for (const [, to] of html.matchAll(/href="#([^"]*)"/g)) expect(ids).toContain(to)
      for (const [, to] of html.matchAll(/aria-labelledby="([^"]*)"/g))
        for (const id of to!.split(" ")) expect(ids).toContain(id)
    }
  })

  it("loads nothing: no script, image, style sheet, font or frame", () => {
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`)
    expect(page).not.toMatch(/<(?:script|img|link|iframe|object|embed|video|audio|image|use|form)\b/i)
    expect(page).not.toMatch(/ (?:src|srcset|on\w+|data|poster|xlink:href|style)=/i)
    expect(page).not.toMatch(/@import|url\((?!#)/)
  })

  it("lets no text of a cluster or a command become markup", () => {
    const evil = `<script>alert(1)</script><img src=x onerror=alert(1)>"'&\u001b[31m\u202e`
    const place = at("superlink/login")
    const html = htmlReport(
      walkOf(
        runOf("evil", "2026-11-22T18:00:00.000Z", [
          startOf(["superlink"], { command: evil, by: { user: evil, host: evil, platform: "p", node: "n" } }),
          { type: "warning", text: evil },
          { type: "approval", what: evil, how: "flag" },
          { type: "step started", ...place },
          {
            type: "checked",
            ...place,
            result: { state: "missing", reason: evil, object: { kind: evil, name: evil } },
          },
          { type: "command", ...place, line: evil, cwd: evil },
          { type: "output", ...place, stream: "stderr", text: `${evil}\n` },
          { type: "written", ...place, what: evil, sha256: evil },
          { type: "waiting", ...place, reason: evil },
          { type: "note", ...place, text: evil },
          { type: "session", ...place, user: evil, server: evil },
          { type: "shown", ...place, line: evil, text: evil, differs: [evil] },
          ended("superlink/login", "failed", evil, { why: evil, fix: evil, next: evil, stack: evil }),
        ]),
        { names: ["superlink"], stale: () => [evil] },
      ),
    )
    expect(html).toContain(
      "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;",
    )
    expect(html).not.toMatch(/<script|<img|\u001b|\u202e/)
    expect(openElements(html)).toEqual([])
  })

  it("says so where nothing has run yet", () => {
    const html = htmlReport(walkOf([]))
    expect(words(part(html, "summary"))).toContain("Nothing has run yet")
    expect(html).not.toContain('id="timeline"')
    expect(words(html)).toContain("– pending")
  })

  it("has 4.5:1 between text and what is behind it, light and dark", () => {
    const themes = [...STYLE.matchAll(/:root \{([^}]*)\}/g)].map(([, text]) =>
      Object.fromEntries(
        [...text!.matchAll(/--(\w+): (#\w{6})/g)].map(([, name, colour]) => [name!, colour!]),
      ),
    )
    expect(themes).toHaveLength(2)
    for (const theme of themes) {
      for (const ink of ["ink", "dim", "good", "bad", "warn", "accent"]) {
        for (const ground of ["page", "surface", "box"]) {
          expect(contrast(theme[ink]!, theme[ground]!), `${ink} on ${ground}`).toBeGreaterThanOrEqual(4.5)
        }
      }
      expect(contrast(theme.ink!, theme.mark!)).toBeGreaterThanOrEqual(4.5)
      // Shapes: 3:1.
      expect(contrast(theme.bar!, theme.surface!)).toBeGreaterThanOrEqual(3)
    }
  })
})

function many(): string {
  const { lines, names } = manySites(49)
  return htmlReport(walkOf(lines, { names }))
}

const VOID = new Set(["meta", "br"])

/** Elements that are closed wrongly or not at all. */
function openElements(html: string): string[] {
  const open: string[] = []
  const body = html.replace(/<!doctype html>/, "").replace(/<style>[\s\S]*?<\/style>/, "")
  for (const [, end, name, self] of body.matchAll(/<(\/?)([a-z]\w*)[^>]*?(\/?)>/gi)) {
    if (VOID.has(name!) || self === "/") continue
    if (end === "") open.push(name!)
    else if (open.pop() !== name) return [...open, `</${name}>`]
  }
  return open
}

/** WCAG's contrast of two colours. */
function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (light! + 0.05) / (dark! + 0.05)
}

const luminance = (colour: string): number => {
  const [red, green, blue] = [1, 3, 5]
    .map((from) => Number.parseInt(colour.slice(from, from + 2), 16) / 255)
    .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
  return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!
}
