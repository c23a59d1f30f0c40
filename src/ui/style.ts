/** The page's style sheet. */
export const STYLE: string = /* css */ `
:root {
  color-scheme: light dark;
  --ground: light-dark(#fff, #12151a);
  --raised: light-dark(#f5f7fa, #1a1f27);
  --pressed: light-dark(#e8ecf2, #262d38);
  --text: light-dark(#16191d, #e6e9ee);
  --quiet: light-dark(#545c68, #a3adba);
  --line: light-dark(#dfe4ea, #2c333e);
  --edge: light-dark(#848e9c, #6b7686);
  --link: light-dark(#0b57b8, #8bbcff);
  --said: light-dark(#24405f, #c6d8ee);
  --good: light-dark(#136c34, #6fd391);
  --bad: light-dark(#b3261e, #ff9d94);
  --primary: light-dark(#0b57b8, #8bbcff);
  --mirror: light-dark(#a04a00, #ffb877);
  --radius: 6px;
  font: 15px/1.45 system-ui, sans-serif;
}
html { scroll-padding-top: 4rem; -webkit-text-size-adjust: 100%; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); }
a { color: var(--link); text-underline-offset: .15em; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
main:focus { outline: none; }
h1 { font-size: 1.5rem; line-height: 1.2; margin: 0; letter-spacing: -.01em; }
h2 { font-size: 1.15rem; margin: 1.6rem 0 .6rem; }
h3 { font-size: 1rem; margin: 0 0 .5rem; }
h4 { margin: 0 0 .3rem; font-size: .9rem; color: var(--quiet); }
h1, h2, h3, p, li, td, dd { overflow-wrap: anywhere; }
p { max-width: 95ch; }
.head p, .verdict, .buttons { max-width: none; }
.quiet { color: var(--quiet); }
.note { color: var(--quiet); font-size: .9rem; }
.good { color: var(--good); }
.bad, [role=alert] { color: var(--bad); }
[role=note] { max-width: 95ch; padding: .5rem .8rem; border: 1px solid var(--edge); border-left-width: 4px; border-radius: var(--radius); background: var(--raised); }
code, pre, bdi { font-family: ui-monospace, monospace; font-size: .9em; }
pre { padding: .7rem .9rem; background: var(--raised); border: 1px solid var(--line); border-radius: var(--radius); overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 30rem; }
.explained { max-width: 60rem; }
.explained:focus { outline: none; }
.explained pre { margin: .4rem 0; max-height: none; }
.explained .begins { margin-top: .8rem; border-top: 1px solid var(--line); padding-top: .8rem; }
.explained dt.begins { margin-right: -1rem; }
.hanging { display: block; padding-left: 2ch; text-indent: -2ch; }
.caution { border-color: var(--mirror); }
.caution strong { color: var(--mirror); }
.wrong { margin: .3rem 0 0; }
.wrong::before { content: "! "; font-weight: 700; }
[aria-invalid] { border: 2px solid var(--bad); }

/* The frame: navigation, key, and what is said to all. */
header { display: flex; flex-wrap: wrap; gap: 0 2rem; align-items: center; padding: 0 1.25rem; border-bottom: 1px solid var(--line); background: var(--raised); }
.name { margin: 0; font-weight: 700; }
nav { display: flex; flex-wrap: wrap; gap: 0 1.25rem; }
header nav a { padding: .75rem 0 calc(.75rem - 3px); text-decoration: none; border-bottom: 3px solid transparent; }
header nav a:hover { border-color: var(--edge); }
header nav a[aria-current] { color: var(--text); border-color: var(--link); font-weight: 600; }
main { padding: 1.4rem 1.25rem 4rem; max-width: 96rem; margin: 0 auto; }
.head { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center; justify-content: space-between; margin-bottom: 1.1rem; }
.head p { margin: 0; }
.freeze { display: flex; gap: .3rem .6rem; align-items: center; color: var(--quiet); }
.freeze.held { color: var(--text); }
.freeze .button { flex: none; }
.held strong { padding: .3rem .7rem; border-left: 4px solid var(--mirror); background: var(--raised); }
.skip { position: absolute; left: -99rem; }
.skip:focus { position: static; display: block; padding: .5rem 1.25rem; }
/* What was said last: above the content, which it pushes down, and in sight wherever that is scrolled to. */
.bar { position: sticky; top: 0; z-index: 2; display: flex; gap: .6rem 1rem; align-items: center; justify-content: space-between; padding: .5rem 1.25rem; background: var(--said); color: var(--ground); }
.bar p { margin: 0; max-width: none; overflow-wrap: anywhere; }
.bar button { flex: none; }
.bar:has(p:empty) { padding: 0; }
.bar :is(p:empty + button), .old .bar button { display: none; }
.old .bar { background: var(--bad); }
.old .live { visibility: hidden; }
.old main .line { opacity: .5; }
.old main :is(.line, .swatch) { stroke: var(--edge); }
.old main .state::before { background: none; box-shadow: inset 0 0 0 2px var(--edge); }
.key { max-width: 28rem; margin: 8vh auto 0; padding: 1.6rem; border: 1px solid var(--line); border-radius: var(--radius); display: grid; gap: 1rem; }
.key p { margin: 0; }
dialog { width: min(44rem, calc(100vw - 2rem)); max-height: calc(100dvh - 2rem); padding: 1.4rem 1.4rem 0; overflow: auto; scroll-padding-bottom: 5rem; color: inherit; background: var(--ground); border: 1px solid var(--line); border-radius: calc(2 * var(--radius)); box-shadow: 0 12px 48px #0006; }
dialog::backdrop { background: #0008; }
dialog h2 { margin-top: 0; }
dialog dl { margin: .6rem 0; }
dialog pre { max-height: none; margin: .6rem 0; }
dialog p { margin: .6rem 0; }
/* In sight, whatever is above them. */
dialog .buttons { position: sticky; bottom: 0; margin: 0; padding: .8rem 0 1.4rem; background: var(--ground); }
/* Also for who came by a click: Enter presses it. */
dialog [autofocus]:focus { outline: 3px solid var(--link); outline-offset: 2px; }
.word { display: inline-block; max-width: 100%; vertical-align: top; }
.refusal:empty { display: none; }

/* What is filled in and pressed. */
button, input, select, textarea, .button { font: inherit; color: var(--text); background: var(--ground); border: 1px solid var(--edge); border-radius: var(--radius); padding: .3rem .7rem; max-width: 100%; min-height: 2.2rem; }
button, .button { background: var(--raised); cursor: pointer; }
button:hover, .button:hover { background: var(--pressed); }
.button { display: inline-block; text-decoration: none; }
.first { background: var(--link); border-color: var(--link); color: var(--ground); font-weight: 600; }
.first:hover { background: var(--text); border-color: var(--text); }
.first.final { background: var(--bad); border-color: var(--bad); }
button:disabled { opacity: .6; cursor: default; }
::placeholder { color: var(--quiet); opacity: 1; }
label { display: grid; gap: .4rem; }
legend, label { color: var(--quiet); font-size: .9rem; }
legend { padding: 0 0 .4rem; }
label > * { color: var(--text); font-size: 1rem; }
.fields { display: flex; flex-wrap: wrap; gap: .8rem; align-items: end; }
.fields > label, .fields > div > label { max-width: 100%; grid-template-columns: minmax(0, auto); }
.wide { flex: 1 1 20rem; }
.full { flex-basis: 100%; }
:is(.wide, .full) :is(input, textarea), .key input { width: 100%; }
dialog [role=alert]::first-letter { text-transform: uppercase; }
.asked .first { align-self: end; }
.asked { align-items: start; max-width: 60rem; margin: 1.2rem 0; }
.asked textarea { font-family: ui-monospace, monospace; font-size: .9rem; }
.buttons { display: flex; flex-wrap: wrap; gap: .6rem; }
.actions { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 3rem; }
.check { display: flex; gap: .5rem; align-items: center; min-height: 2.2rem; color: var(--text); font-size: 1rem; }
.check input { width: 1.1rem; min-height: 1.1rem; margin: 0; accent-color: var(--link); }
.fields > label:has(select) { max-width: min(20rem, 100%); }
.fields > .mirrors { flex: 1 1 20rem; max-width: 44rem; }
select { text-overflow: ellipsis; }
.mirrors select { width: 100%; }
.checks { display: flex; flex-wrap: wrap; gap: 0 1rem; margin: 0; padding: 0; border: 0; min-width: 0; }
.steps { display: flex; flex-wrap: wrap; align-items: baseline; gap: .2rem 1.2rem; margin: .5rem 0; }

/* Tables. */
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; font-weight: 600; padding-bottom: .2rem; }
th, td { padding: .35rem .9rem .35rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
thead th { font-size: .85rem; vertical-align: bottom; }
th { color: var(--quiet); font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 400; }
.together { white-space: nowrap; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
th:last-child, td:last-child { padding-right: 0; }
.scroll { overflow-x: auto; }
dl { display: grid; grid-template-columns: minmax(5.5rem, auto) 1fr; gap: .2rem 1rem; margin: 1rem 0; }
dt { color: var(--quiet); }
dd { margin: 0; }

/* The view Now: figures, charts, rates, routes. */
.totals { grid-template-columns: repeat(auto-fit, minmax(8.6rem, 1fr)); gap: .7rem; margin: 0 0 .7rem; }
.totals div, figure { border: 1px solid var(--line); border-radius: var(--radius); padding: .6rem .9rem; min-width: 0; }
.totals dt { font-size: .9rem; }
.totals dd { font-size: 1.5rem; line-height: 1.25; font-weight: 600; font-variant-numeric: tabular-nums; }
.totals small { font-size: .9rem; font-weight: 400; color: var(--quiet); white-space: nowrap; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(24rem, 100%), 1fr)); gap: .7rem; margin: 0 0 1.6rem; }
figure { margin: 0; }
figcaption { display: flex; flex-wrap: wrap; gap: 0 1rem; justify-content: space-between; margin-bottom: .4rem; font-weight: 600; }
.legend { display: flex; flex-wrap: wrap; gap: 0 .9rem; font-weight: 400; color: var(--quiet); font-size: .9rem; }
.legend span { display: flex; gap: .35rem; align-items: center; }
.legend svg { width: 1.7rem; height: .4rem; flex: none; }
svg { display: block; width: 100%; overflow: visible; }
.dot.primary { fill: var(--primary); stroke: none; }
.dot.mirror { fill: var(--mirror); stroke: none; }
.dot.bad { fill: var(--bad); }
svg text { fill: var(--quiet); font-size: 11px; font-variant-numeric: tabular-nums; }
.grid { stroke: var(--line); }
.line { vector-effect: non-scaling-stroke; }
.line, .swatch { fill: none; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
.primary { stroke: var(--primary); }
.mirror { stroke: var(--mirror); }
path.bad { stroke: var(--bad); stroke-width: 3; }
.totals a { color: inherit; }
.rates thead tr:first-child th { padding-bottom: .1rem; text-align: center; color: var(--text); }
.rates thead tr:first-child th { background: linear-gradient(var(--edge), var(--edge)) bottom right / calc(100% - 1.5rem) 1px no-repeat; border-bottom: 0; padding-left: 1.5rem; padding-right: 0; }
.routes { margin-top: .8rem; }
.routes th[scope=row], .routes th[scope=rowgroup] { color: inherit; white-space: normal; }
.routes td { overflow-wrap: break-word; }
.routes a:not(.button), .steps a { display: inline-block; min-height: 1.6rem; padding: .15rem 0; }
.routes bdi, .routes code { overflow-wrap: anywhere; }
.routes thead th { white-space: normal; }
.routes th[scope=row] bdi, .routes code { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 4; overflow: hidden; }
.routes .id { font-weight: 700; }
.routes :is(input, button, .button) { padding: .15rem .55rem; min-height: 1.9rem; }
.latency { display: grid; grid-template-columns: repeat(4, auto); gap: 0 .4rem; justify-content: space-between; max-width: 15rem; font-size: .87rem; }
.latency svg { grid-column: 1 / -1; margin-top: .2rem; }
.latency > span:not(.number) { color: var(--quiet); }
.share { display: grid; grid-template-columns: 4.4rem auto auto; gap: .3rem .4rem; align-items: center; justify-content: start; overflow-wrap: normal; }
.state::before { content: ""; display: inline-block; width: .6rem; height: .6rem; margin-right: .4rem; border-radius: 50%; background: var(--good); }
.state.off::before { background: none; box-shadow: inset 0 0 0 2px var(--edge); }
.state.bad::before { background: var(--bad); border-radius: 0; }
.checks + .check { padding: 0 .8rem; border-radius: var(--radius); background: var(--raised); }
@media (min-width: 79.01rem) {
  /* Columns keep their widths while figures change. */
  .rates, .routes { table-layout: fixed; }
  .totals { grid-template-columns: repeat(5, 1fr) 1.4fr; }
  .rates td:first-child { width: 14.5rem; }
  .rates :is(th, td):last-child { padding-right: .9rem; }
  .routes { font-size: .95rem; }
  .routes thead th:nth-child(-n+3) { width: 14.5%; }
  .routes thead th:nth-child(2) { width: 15.5%; }
  .routes thead th:nth-child(1) { width: 13.5%; }
  .routes thead th:nth-child(4) { width: 6.5%; }
  .routes thead th:nth-child(5) { width: 13.5%; }
  .routes thead th:nth-child(6) { width: 19%; }
  .routes thead th:nth-child(7) { width: 9%; }
}
/* A row of a table that is too wide becomes a list of its cells. */
@media (max-width: 79rem) {
  :is(.routes, .rates) thead { position: absolute; clip-path: inset(50%); }
  /* On a line of its own whatever stands before it, so that nothing jumps. */
  .totals small { display: block; }
  :is(.routes, .rates), :is(.routes, .rates) :is(caption, tbody, th, td) { display: block; border: 0; padding: 0; }
  .routes tbody { border: 1px solid var(--line); border-radius: var(--radius); padding: .7rem .9rem; margin-bottom: .7rem; }
  .routes tr { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(15rem, 100%), 1fr)); gap: .5rem 1.2rem; align-items: start; }
  .routes tr + tr { border-top: 1px solid var(--line); margin-top: .7rem; padding-top: .7rem; }
  .routes th[scope=rowgroup], .routes th[scope=row] { grid-column: 1 / -1; }
  [data-head]::before { content: attr(data-head); display: block; color: var(--quiet); font-size: .85rem; }
  .rates tr { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: .4rem .8rem; padding: .7rem 0; border-bottom: 1px solid var(--line); }
  .rates th { grid-column: 1 / -1; font-weight: 600; color: var(--text); }
  .rates td { text-align: left; }
  .rates td:nth-child(4) { grid-column-start: 1; }
}
/* Charts are as wide as the screen, and their texts as large as others. */
@media (min-width: 30rem) and (max-width: 48rem) { figure svg text { font-size: 7.5px; } }
@media (min-width: 40rem) and (max-width: 79rem) {
  .rates tr { grid-template-columns: repeat(6, minmax(0, 1fr)); }
  .rates td:nth-child(4) { grid-column-start: auto; }
  .rates td:nth-child(7) { grid-column-start: 1; }
}

/* The view Differences: verdict, filters, three columns. */
.verdict { font-size: 1.5rem; line-height: 1.25; font-weight: 600; }
.verdict::first-letter, .judged li::first-letter { text-transform: uppercase; }
.judged > p { margin: 0 0 .6rem; }
.judged { border: 1px solid var(--line); border-left: 5px solid var(--edge); border-radius: var(--radius); padding: .9rem 1.1rem; margin: 0 0 1.2rem; }
.judged.differs { border-left-color: var(--bad); }
.judged.agrees { border-left-color: var(--good); }
.judged h2 { margin: 0 0 .3rem; font-size: 1rem; font-weight: 400; color: var(--quiet); }
.judged bdi { color: var(--text); }
.summary { display: flex; flex-wrap: wrap; gap: .8rem 3rem; align-items: start; }
.summary ul { flex: 1 1 20rem; margin: 0; padding-left: 1.1rem; }
.summary .scroll { max-width: 100%; }
.summary :is(th, td) { padding-top: .2rem; padding-bottom: .2rem; }
.columns { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1.2fr) minmax(0, 1.2fr); gap: 0 2rem; align-items: start; margin-bottom: 1.6rem; }
.columns h2 { margin-top: 1.4rem; }
.columns p { margin: .4rem 0; }
.list { max-height: 36rem; overflow: auto; border-top: 1px solid var(--line); }
.list thead th { position: sticky; top: 0; background: var(--ground); z-index: 1; }
.list :is(th, td):first-child { padding-left: .5rem; }
.list :is(th, td):last-child { padding-right: .5rem; }
.list th[scope=row] { min-width: 9rem; overflow-wrap: anywhere; white-space: normal; }
.list a { display: block; }
.list bdi { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden; }
.list tr:has([aria-current]) { background: var(--raised); box-shadow: inset 4px 0 var(--link); }
.list a[aria-current] { color: var(--text); font-weight: 700; text-decoration: none; }
.values { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(12rem, 100%), 1fr)); gap: .6rem 1rem; margin: .6rem 0; }
.values pre { margin: 0; border-top: 3px solid var(--primary); }
.values div + div pre { border-top-color: var(--mirror); }
.nothing { font-style: italic; color: var(--quiet); }
mark { color: inherit; background: light-dark(#ffe08a, #6b4e00); font-weight: 700; text-decoration: underline; }
mark::before, mark::after { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; white-space: nowrap; }
mark::before { content: " [differs: "; }
mark::after { content: "] "; }
@media (max-width: 64rem) { .columns { grid-template-columns: minmax(0, 1fr); } }
@media (max-width: 40rem) {
  main, header, .bar { padding-left: .85rem; padding-right: .85rem; }
  main { padding-top: 1rem; }
  .totals { grid-template-columns: repeat(3, minmax(0, 1fr)); gap: .5rem; }
  .totals div { padding: .45rem .6rem; }
  .totals dt { font-size: .85rem; line-height: 1.2; }
  .totals dd { font-size: 1.2rem; }
  /* As high in both states, so that nothing jumps. */
  .freeze { width: 100%; min-height: 3.6rem; justify-content: space-between; }
}
@media (max-width: 36rem) {
  .routes tr { grid-template-columns: minmax(0, 1.5fr) minmax(0, 1fr); }
  .routes .whole { grid-column: 1 / -1; }
}
@media (prefers-reduced-motion: no-preference) { a, button { transition: color .1s, background .1s, border-color .1s; } }
`;
