/** The page's style sheet. */
export const STYLE: string = /* css */ `
:root {
  color-scheme: light dark;
  --ground: light-dark(#fff, #14171c);
  --raised: light-dark(#f3f5f8, #1d222a);
  --text: light-dark(#16191d, #e8ebef);
  --quiet: light-dark(#545c68, #a7b0bc);
  --line: light-dark(#cfd5dd, #3a424e);
  --link: light-dark(#0b57b8, #8bbcff);
  --good: light-dark(#136c34, #6fd391);
  --bad: light-dark(#b3261e, #ff9d94);
  --primary: light-dark(#0b57b8, #8bbcff);
  --mirror: light-dark(#a04a00, #ffb877);
  font: 16px/1.5 system-ui, sans-serif;
}
html { scroll-padding-bottom: 4rem; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
main:focus { outline: none; }
header { display: flex; flex-wrap: wrap; gap: .25rem 2rem; align-items: baseline; padding: .6rem 1.2rem; border-bottom: 1px solid var(--line); background: var(--raised); }
.name { margin: 0; font-weight: 600; }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1.2rem; }
nav a { padding: .2rem 0; text-decoration: none; border-bottom: 3px solid transparent; }
nav a[aria-current] { color: var(--text); border-color: var(--link); }
main { padding: 0 1.2rem 3rem; max-width: 90rem; margin: 0 auto; }
h1 { font-size: 1.4rem; margin: 1.2rem 0 .6rem; }
h2 { font-size: 1.1rem; margin: 1.6rem 0 .5rem; }
h1, h2, h3, p, li, td, dd { overflow-wrap: anywhere; }
.quiet { color: var(--quiet); }
.good { color: var(--good); }
.bad, [role=alert] { color: var(--bad); }
.skip { position: absolute; left: -99rem; }
.skip:focus { position: static; }
/* It lies over what is below it for a while, where clicks and the focus pass. */
#status { position: fixed; inset: auto auto .8rem .8rem; max-width: calc(100vw - 1.6rem); margin: 0; padding: .5rem 1.2rem; background: var(--raised); border: 1px solid var(--quiet); border-radius: 4px; pointer-events: none; }
#status:empty { display: none; }
code, pre, bdi { font-family: ui-monospace, monospace; font-size: .9em; }
pre { padding: .8rem; background: var(--raised); border: 1px solid var(--line); border-radius: 4px; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 30rem; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: .35rem .9rem .35rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th { color: var(--quiet); font-weight: 600; white-space: nowrap; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.scroll { overflow-x: auto; }
button, input, select, textarea { font: inherit; color: inherit; background: var(--ground); border: 1px solid var(--quiet); border-radius: 4px; padding: .3rem .6rem; max-width: 100%; min-height: 2.2rem; }
button { background: var(--raised); cursor: pointer; }
button:disabled { opacity: .6; cursor: default; }
label { display: grid; gap: .15rem; }
.fields { display: flex; flex-wrap: wrap; gap: .8rem; align-items: end; }
.wide { flex: 1 1 20rem; }
.full { flex-basis: 100%; }
.wide > *, .full > * { width: 100%; }
.key { max-width: 26rem; display: grid; gap: .8rem; }
.buttons { display: flex; flex-wrap: wrap; gap: .6rem; }
.button { display: inline-block; padding: .3rem .8rem; min-height: 2.2rem; border: 1px solid var(--quiet); border-radius: 4px; background: var(--raised); color: inherit; text-decoration: none; }
.check { display: flex; gap: .4rem; align-items: center; min-height: 2rem; }
.checks { display: flex; flex-wrap: wrap; gap: 0 1rem; margin: 0; padding: 0 .6rem; border: 1px solid var(--line); border-radius: 4px; }
.verdict { font-size: 1.4rem; margin: .5rem 0; }
.verdict::first-letter { text-transform: uppercase; }
.summary { display: flex; flex-wrap: wrap; gap: .5rem 3rem; align-items: start; }
.summary ul { flex: 1 1 20rem; margin: 0; padding-left: 1.2rem; }
.summary .scroll { max-width: 100%; }
caption { text-align: left; font-weight: 600; }
.columns { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1.2fr) minmax(0, 1.2fr); gap: 0 2rem; align-items: start; }
.list { max-height: 36rem; overflow: auto; border-top: 1px solid var(--line); }
.list th[scope=row] { min-width: 9rem; overflow-wrap: anywhere; font-weight: 400; white-space: normal; }
.list a { display: block; }
.list bdi { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden; }
.fields > label { max-width: 100%; grid-template-columns: minmax(0, auto); }
.list a[aria-current] { color: inherit; font-weight: 700; border-left: 4px solid var(--link); padding-left: .4rem; }
.values { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(12rem, 100%), 1fr)); gap: 0 1rem; }
h4, .values pre { margin: 0 0 .3rem; }
.nothing { font-style: italic; }
mark { color: inherit; background: light-dark(#ffe08a, #6b4e00); font-weight: 700; text-decoration: underline; }
mark::before, mark::after { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; white-space: nowrap; }
mark::before { content: " [differs: "; }
mark::after { content: "] "; }
dl { display: grid; grid-template-columns: minmax(5.5rem, auto) 1fr; gap: .2rem 1rem; margin: 1rem 0; }
dt { color: var(--quiet); }
dd { margin: 0; }
.steps { display: flex; flex-wrap: wrap; align-items: baseline; gap: .2rem 1.2rem; }
@media (max-width: 64rem) { .columns { grid-template-columns: minmax(0, 1fr); } }
.totals { display: flex; flex-wrap: wrap; gap: .4rem 2rem; }
.totals dd { font-size: 1.3rem; font-variant-numeric: tabular-nums; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(18rem, 100%), 1fr)); gap: 1rem 2rem; margin: 1rem 0; }
figure { margin: 0; }
svg { display: block; width: 100%; max-width: 34rem; overflow: visible; }
svg text { fill: var(--quiet); font-size: 11px; }
.grid { stroke: var(--line); }
.line { fill: none; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
.line.primary { stroke: var(--primary); }
.line.mirror { stroke: var(--mirror); }
.line.bad { stroke: var(--bad); }
.routes th[scope=row], .routes th[scope=rowgroup] { color: inherit; font-weight: 400; white-space: normal; min-width: 9rem; }
.routes th[scope=row] { min-width: 13rem; }
.routes td { overflow-wrap: break-word; }
.routes a:not(.button), .steps a { display: inline-block; min-height: 1.5rem; padding: .2rem 0; }
.routes bdi, .routes code { overflow-wrap: anywhere; }
.routes thead th { white-space: normal; vertical-align: bottom; }
.latency { display: grid; grid-template-columns: repeat(4, auto); gap: 0 .7rem; justify-content: start; }
.latency svg { grid-column: 1 / -1; width: 12.5rem; }
.share { display: grid; grid-template-columns: 5.5rem auto auto; gap: .3rem .4rem; align-items: center; justify-content: start; overflow-wrap: normal; }
dialog { width: min(44rem, calc(100vw - 2rem)); color: inherit; background: var(--ground); border: 1px solid var(--line); border-radius: 6px; }
dialog::backdrop { background: #0008; }
.refusal:empty { display: none; }
@media (min-width: 72.01rem) { .share { grid-template-columns: 5.5rem auto; } }
/* A row of a table that is too wide becomes a list of its cells. */
@media (max-width: 72rem) {
  .routes thead { position: absolute; clip-path: inset(50%); }
  .routes, .routes tbody, .routes th, .routes td { display: block; }
  .routes tbody { border-bottom: 1px solid var(--quiet); padding: .6rem 0; }
  .routes tr { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(20rem, 100%), 1fr)); gap: 0 1rem; padding: .3rem 0; }
  .routes th[scope=rowgroup], .routes th[scope=row] { grid-column: 1 / -1; }
  .routes th, .routes td { border: 0; }
  .routes td[data-head] { display: flex; flex-wrap: wrap; gap: 0 .6rem; align-items: baseline; align-content: start; }
  .routes td[data-head]::before { content: attr(data-head); min-width: 7rem; color: var(--quiet); }
}
@media (max-width: 40rem) { main, header { padding-left: .8rem; padding-right: .8rem; } }
@media (prefers-reduced-motion: no-preference) { a, button { transition: color .1s, background .1s; } }
`;
