import { describe, expect, it } from "vitest"
import { proseHtml } from "../../lib/report/prose.ts"

const html = (markdown: string): string => proseHtml(markdown).text.trim()

describe("prose as HTML", () => {
  it("has paragraphs of joined lines, lists with items over several lines, and code as it stands", () => {
    expect(html("One\ntwo.\n\n- `a`,\n- b\n  goes on\n\n    x = <1>\n\n    y\n\nend")).toBe(
      [
        "<p>One two.</p>",
        "<ul><li><code>a</code>,</li><li>b goes on</li></ul>",
        "<pre><code>x = &lt;1&gt;\n\ny</code></pre>",
        "<p>end</p>",
      ].join("\n"),
    )
    expect(html("```sh\na *b*\n```\nafter")).toBe("<pre><code>a *b*</code></pre>\n<p>after</p>")
    expect(html("text\n- item")).toBe("<p>text</p>\n<ul><li>item</li></ul>")
    expect(html("- a\n  1. b\n  2. c\n- d\n\n3. e")).toBe(
      '<ul><li>a<ol><li>b</li><li>c</li></ol></li><li>d</li></ul>\n<ol start="3"><li>e</li></ol>',
    )
    expect(html("## What\nthen")).toBe("<p><strong>What</strong></p>\n<p>then</p>")
  })

  it("has bold, emphasis, code and links, and takes nothing in code for markup", () => {
    expect(html("**Tip.** a *b c* d")).toBe("<p><strong>Tip.</strong> a <em>b c</em> d</p>")
    expect(html("`**a** <n>` and ``a`b``")).toBe("<p><code>**a** &lt;n&gt;</code> and <code>a`b</code></p>")
    expect(html("**a `b` c**")).toBe("<p><strong>a <code>b</code> c</strong></p>")
    expect(html("2 * 3 * 4 and a*b*c")).toBe("<p>2 * 3 * 4 and a*b*c</p>")
    expect(html("[https://a.example](https://a.example)")).toBe(
      '<p><a href="https://a.example" rel="noreferrer">https://a.example</a></p>',
    )
    expect(html("[Skupper](https://skupper.io/)")).toBe(
      '<p><a href="https://skupper.io/" rel="noreferrer">Skupper</a></p>',
    )
    expect(html("see https://a.example/b/, then")).toBe(
      '<p>see <a href="https://a.example/b/" rel="noreferrer">https://a.example/b/</a>, then</p>',
    )
  })

  it("makes no link of what is not an address of the web, and escapes all text", () => {
    expect(html("[x](javascript:alert(1))")).not.toContain("href")
    expect(html('<b title="x">&amp;')).toBe("<p>&lt;b title=&quot;x&quot;&gt;&amp;amp;</p>")
    expect(html('[a"b](https://x/"onclick=1)')).not.toContain('"onclick')
  })
})
