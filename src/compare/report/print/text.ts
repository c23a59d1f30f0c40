import { inOneLine } from '../../../http/quoted.ts';
import type { DifferenceReport, EndpointReport, MirrorReport, Report } from '../report.ts';
import {
  counted,
  coverage,
  duration,
  hiddenPlaces,
  nameOf,
  NOTHING_COMPARED,
  printedOf,
  remarks,
  shownKind,
  shownPlace,
  shownRequest,
  shownShare,
  shownValue,
  MAX_PLACES,
  verdict,
} from './words.ts';

/** Endpoints of a mirror that are printed: as many as one takes in at a glance. */
const MAX_ENDPOINTS = 10;

/** The report for a terminal: for each mirror its verdict first, then where it differs, with an example of each. */
export function reportText(report: Report): string {
  const { mirrors } = report;
  if (mirrors.length === 0) return NOTHING_COMPARED;
  const lines = [coverage(report), ...mirrors.flatMap((mirror) => ['', ...mirrorLines(mirror)])];
  // Texts from outside must not control the terminal.
  return lines.map(inOneLine).join('\n');
}

function mirrorLines(mirror: MirrorReport): string[] {
  return [
    nameOf(mirror),
    `  ${verdict(mirror)}`,
    ...remarks(mirror).map((remark) => `  ${remark}`),
    ...[statusRows(mirror), latencyRows(mirror)].flatMap(table).map((line) => `  ${line}`),
    ...endpointLines(mirror.endpoints.filter((endpoint) => printedOf(endpoint).length > 0)),
  ];
}

function statusRows({ statuses }: MirrorReport): string[][] {
  const rows = Object.entries(statuses).flatMap(([primary, mirrors]) =>
    Object.entries(mirrors).map(([mirror, count]) => [
      primary === mirror ? `${primary} from both` : `${primary}, mirror ${mirror}`,
      counted(count),
    ]),
  );
  return rows.map(([what, count], i) => [i === 0 ? 'status' : '', what!, count!]);
}

function latencyRows({ latency }: MirrorReport): string[][] {
  const { primary, mirror, lag } = latency;
  if (primary.p50 === null) return [];
  const row = (name: string, { p50, p95, p99 }: typeof lag) => [
    name,
    ...[p50, p95, p99].map(duration),
  ];
  return [
    ['latency', 'p50', 'p95', 'p99'],
    row('primary', primary),
    row('mirror', mirror),
    row('lag', lag),
  ];
}

/** Pads the cells of each column to one width, and the first to that of the widest name in it. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = ['primary', '', '', ''].map((name, i) =>
    Math.max(name.length, ...rows.map((row) => row[i]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i]!))
      .join('  ')
      .trimEnd(),
  );
}

function endpointLines(endpoints: readonly EndpointReport[]): string[] {
  const hidden = endpoints.length - MAX_ENDPOINTS;
  return [
    ...endpoints.slice(0, MAX_ENDPOINTS).flatMap((endpoint) => ['', ...linesOf(endpoint)]),
    ...(hidden > 0 ? ['', `  ${hidden} more endpoints differ: --json prints all`] : []),
  ];
}

function linesOf(endpoint: EndpointReport): string[] {
  const { method, path, pairs, different } = endpoint;
  const printed = printedOf(endpoint);
  const hidden = printed.length - MAX_PLACES;
  return [
    `  ${method} ${path}: ${counted(different)} of ${counted(pairs)} pairs differ`,
    ...printed.slice(0, MAX_PLACES).flatMap((difference) => differenceLines(difference, endpoint)),
    ...(hidden > 0 ? [`    ${hidden} more differ: --json and --html print all`] : []),
    ...hiddenPlaces(endpoint, (place) => place).map((places) => `    ${places}`),
  ];
}

function differenceLines(difference: DifferenceReport, endpoint: EndpointReport): string[] {
  const { count, examples } = difference;
  const [example] = examples;
  return [
    `    ${shownPlace(difference)}  ${shownKind(difference)}  ${counted(count)} (${shownShare(difference, endpoint)})`,
    ...(example === undefined
      ? []
      : [
          `      ${shownValue(example.primary)} -> ${shownValue(example.mirror)}` +
            `  (${shownRequest(example)})`,
        ]),
  ];
}
