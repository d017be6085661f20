/** The page's only style: colours as variables, light and dark, and on paper. Contrast of text is 4.5:1 or more. */
const LIGHT = `
  --page: #ffffff; --surface: #f6f7f9; --ink: #1b1f24; --dim: #57606a; --rule: #d0d7de; --box: #ffffff;
  --good: #116329; --bad: #b3141d; --warn: #7a4d00; --accent: #0550ae; --bar: #4a6a8f; --hatch: #7c93ad;
  --mark: #fff1c2; color-scheme: light;`
const DARK = `
  --page: #0f1318; --surface: #191f27; --ink: #e6e9ed; --dim: #a3adb8; --rule: #3a434d; --box: #0f1318;
  --good: #5fd07f; --bad: #ff8f88; --warn: #e6b450; --accent: #79b8ff; --bar: #86a8cf; --hatch: #5d7896;
  --mark: #4a3b0c; color-scheme: dark;`

export const STYLE = `
:root {${LIGHT} }
@media screen and (prefers-color-scheme: dark) { :root {${DARK} } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 66rem; padding: 1.5rem 1rem 4rem; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif; overflow-wrap: break-word; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .5rem; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 .75rem; padding-bottom: .25rem; border-bottom: 1px solid var(--rule); }
h3 { font-size: 1.08rem; margin: 0; }
h4 { font-size: .95rem; margin: 1rem 0 .25rem; }
p, ul, ol { margin: .5rem 0; }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.skip { position: absolute; left: -999rem; }
.skip:focus { position: static; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; padding: 0; }
.dim, .none { color: var(--dim); }
.good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); } .quiet { color: var(--dim); }
.sign { font-weight: 600; white-space: nowrap; }
code, pre, .mono { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .86em; }
code { overflow-wrap: anywhere; }
p code, li code, td code { background: var(--surface); padding: .1em .25em; border-radius: 3px; }
pre { margin: .4rem 0; padding: .6rem .75rem; background: var(--surface); border: 1px solid var(--rule); border-radius: 5px;
  line-height: 1.4; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 28rem; overflow-y: auto; }
pre code { font-size: 1em; }
pre.command { border-left: 4px solid var(--accent); border-radius: 0 5px 5px 0; margin-bottom: 0; font-weight: 600; }
pre.command + pre { margin-top: 2px; }
pre .stderr { color: var(--warn); }
mark { background: var(--mark); color: inherit; font-weight: 600; }
dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: .75rem 0; }
dl.facts dt { color: var(--dim); } dl.facts dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
.wide { overflow-x: auto; margin: .75rem 0; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
caption { text-align: left; color: var(--dim); padding-bottom: .35rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-bottom: 1px solid var(--rule); }
thead th { color: var(--dim); font-weight: 600; }
td { overflow-wrap: break-word; }
td.number { white-space: nowrap; }
figure { margin: .75rem 0; }
figure .wide { padding: .75rem; background: var(--surface); border: 1px solid var(--rule); border-radius: 6px; }
figcaption { font-size: .92rem; color: var(--dim); margin-top: .35rem; }
.cell { margin: 1.5rem 0; border: 1px solid var(--rule); border-radius: 6px; }
.cell > header { display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: baseline; padding: .6rem 1rem;
  background: var(--surface); border-radius: 6px 6px 0 0; border-bottom: 1px solid var(--rule); }
.cell > header h3 { flex: 1 1 16rem; }
.execution { color: var(--dim); font-family: ui-monospace, Menlo, Consolas, monospace; }
.cell > .prose, .cell > .none { padding: .25rem 1rem .5rem; margin: 0; max-width: 50rem; }
.place { border-top: 1px solid var(--rule); padding: 0 1rem; }
summary { cursor: pointer; padding: .5rem 0; }
.place > summary .reason { color: var(--dim); }
.place > .inside { padding: 0 0 .75rem 1.1rem; }
.trouble { border-left: 4px solid var(--bad); padding: .1rem .75rem; margin: .5rem 0; }
.beside { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 0 1rem; }
.beside > div { min-width: 0; }
.label { font-size: .85rem; color: var(--dim); margin: .4rem 0 0; }
footer { margin-top: 3rem; color: var(--dim); font-size: .92rem; }
svg { display: block; font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
svg text { fill: var(--ink); }
svg .over { stroke: var(--surface); stroke-width: 3; stroke-linejoin: round; paint-order: stroke; } svg .bold { font-weight: 700; } svg text.dim, svg text.quiet { fill: var(--dim); }
svg text.good { fill: var(--good); } svg text.bad { fill: var(--bad); } svg text.warn { fill: var(--warn); }
svg .cluster { fill: none; stroke: var(--dim); stroke-dasharray: 5 4; }
svg .site { fill: var(--box); stroke: var(--rule); stroke-width: 1.5; }
svg .link { fill: none; stroke: var(--ink); stroke-width: 1.8; }
svg .link.bad, svg .link.warn, svg .link.quiet { stroke-dasharray: 6 5; }
svg .link.bad { stroke: var(--bad); } svg .link.warn { stroke: var(--warn); } svg .link.quiet { stroke: var(--dim); }
svg .head { fill: var(--ink); }
svg .rule { stroke: var(--rule); } svg .tick { stroke: var(--rule); stroke-dasharray: 2 3; }
svg .fold { stroke: var(--surface); stroke-width: 10; } svg .stroke { fill: none; stroke: var(--dim); stroke-width: 1.5; }
svg .surface { fill: var(--box); } svg .hatch { fill: var(--hatch); }
svg .checked, svg .applied { fill: var(--bar); } svg .waited { fill: url(#waiting); }
svg .edge { fill: none; stroke: var(--bar); }
svg .mark { fill: none; stroke-width: 2.5; } svg .mark.bad { stroke: var(--bad); } svg .mark.warn { stroke: var(--warn); }
svg .critical { fill: var(--accent); } svg .path { fill: none; stroke: var(--accent); stroke-width: 1.5; stroke-dasharray: 3 2; }
@media (max-width: 40rem) {
  body { padding: 1rem .75rem 3rem; }
  dl.facts { grid-template-columns: 1fr; gap: 0; } dl.facts dd { margin-bottom: .5rem; }
  .place > .inside { padding-left: 0; }
}
@page { margin: 14mm; }
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav, .skip { display: none; }
  details::details-content { display: block; content-visibility: visible; block-size: auto; }
  details:not([open]) > :not(summary) { display: block; }
  pre { max-height: none; overflow: visible; }
  .wide { overflow: visible; } figure .wide { padding: 0; border: 0; background: none; }
  svg { width: auto; height: auto; max-width: 100%; max-height: 200mm; }
  h2, h3, h4, summary, .cell > header { break-after: avoid; }
  tr, figure, pre.command { break-inside: avoid; } thead { display: table-header-group; }
  a { color: inherit; text-decoration: none; }
}
`
