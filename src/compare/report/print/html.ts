import { inOneLine } from '../../../http/quoted.ts';
import type {
  DifferenceReport,
  EndpointReport,
  ExampleReport,
  MirrorReport,
  Report,
} from '../report.ts';
import {
  counted,
  coverage,
  duration,
  moment,
  nameOf,
  NOTHING_COMPARED,
  remarks,
  shownKind,
  shownPlace,
  shownRequest,
  shownShare,
  verdict,
} from './words.ts';

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
h2 { margin-top: 2.5rem; overflow-wrap: anywhere; }
.verdict { font-size: 1.4rem; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { text-align: left; vertical-align: top; padding: .2rem .8rem .2rem 0; border-bottom: 1px solid #8884; }
td:first-child { min-width: 9rem; }
td.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
code { font: 13px/1.4 ui-monospace, monospace; overflow-wrap: anywhere; white-space: pre-wrap; }
summary { cursor: pointer; }
.noise { opacity: .65; }
`;

/** SHA-256 of the style: `print/printers.test.ts` fails if it is another one, and says which. */
const STYLE_HASH = 'TOX+vXJx4HwDNgXu4if+QDhZH8slicITRa/C5q9f6DY=';

/** Nothing is loaded or run, and of styles only ours. */
const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'`;

/** The report as one HTML file that needs nothing else. All texts are escaped. */
export function reportHtml(report: Report): string {
  const { mirrors } = report;
  const body = mirrors.length === 0 ? paragraph(NOTHING_COMPARED) : mirrors.map(section).join('\n');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escape(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Mirrored traffic</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Mirrored traffic</h1>
${paragraph(coverage(report))}
${body}
</body>
</html>`;
}

function section(mirror: MirrorReport): string {
  return [
    '<section>',
    `<h2>${escape(nameOf(mirror))}</h2>`,
    `<p class="verdict">${escape(verdict(mirror))}</p>`,
    `<ul>${remarks(mirror)
      .map((remark) => `<li>${escape(remark)}</li>`)
      .join('')}</ul>`,
    statusTable(mirror),
    latencyTable(mirror),
    ...mirror.endpoints.filter(({ differences }) => differences.length > 0).map(endpointDetails),
    '</section>',
  ].join('\n');
}

function statusTable({ statuses }: MirrorReport): string {
  const rows = Object.entries(statuses).flatMap(([primary, mirrors]) =>
    Object.entries(mirrors).map(
      ([mirror, count]) => `<tr>${cell(primary)}${cell(mirror)}${number(counted(count))}</tr>`,
    ),
  );
  return table(['primary', 'mirror', 'pairs'], rows);
}

function latencyTable({ latency }: MirrorReport): string {
  const rows = Object.entries(latency).map(
    ([name, { p50, p95, p99 }]) =>
      `<tr>${cell(name)}${[p50, p95, p99].map((seconds) => number(duration(seconds))).join('')}</tr>`,
  );
  return table(['latency', 'p50', 'p95', 'p99'], rows);
}

/** Open where a difference is shown. */
function endpointDetails(endpoint: EndpointReport): string {
  const { method, path, pairs, different, differences } = endpoint;
  const rows = differences.map((difference) => differenceRow(difference, endpoint));
  const what = `${counted(different)} of ${counted(pairs)} pairs differ`;
  return [
    `<details${different > 0 ? ' open' : ''}>`,
    `<summary>${code(`${method} ${path}`)} ${escape(what)}</summary>`,
    table(['place', 'kind', 'pairs', 'share', 'last', 'examples: primary, mirror, request'], rows),
    '</details>',
  ].join('\n');
}

function differenceRow(difference: DifferenceReport, endpoint: EndpointReport): string {
  const { count, last, examples } = difference;
  return [
    `<tr${difference.shown ? '' : ' class="noise"'}>`,
    `<td>${code(shownPlace(difference))}</td>`,
    cell(shownKind(difference)),
    number(counted(count)),
    cell(shownShare(difference, endpoint)),
    cell(moment(last)),
    `<td>${examples.map(exampleOf).join('<br>')}</td>`,
    '</tr>',
  ].join('');
}

function exampleOf(example: ExampleReport): string {
  return `${value(example.primary)} → ${value(example.mirror)} ${code(shownRequest(example))}`;
}

function value(shown: unknown): string {
  return shown === undefined ? 'nothing' : code(JSON.stringify(shown));
}

function table(heads: readonly string[], rows: readonly string[]): string {
  if (rows.length === 0) return '';
  const head = heads.map((text) => `<th scope="col">${escape(text)}</th>`).join('');
  return `<table><thead><tr>${head}</tr></thead><tbody>\n${rows.join('\n')}\n</tbody></table>`;
}

const cell = (text: string) => `<td>${escape(text)}</td>`;
const number = (text: string) => `<td class="number">${escape(text)}</td>`;
const code = (text: string) => `<code>${escape(text)}</code>`;
const paragraph = (text: string) => `<p>${escape(text)}</p>`;

/** Text between tags or in a quoted attribute; invisible characters are made visible. */
function escape(text: string): string {
  return inOneLine(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
