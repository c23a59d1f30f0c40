import { inOneLine } from '../../../http/quoted.ts';
import type { EndpointReport, MirrorReport, Report } from '../report.ts';
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
  verdict,
} from './words.ts';

/** Rows of a mirror's table: comments of pull requests have limits. */
const MAX_ROWS = 50;

/** The report as Markdown, for comments and summaries of pipelines. */
export function reportMarkdown(report: Report): string {
  const { mirrors } = report;
  if (mirrors.length === 0) return plain(NOTHING_COMPARED);
  return [
    '# Mirrored traffic',
    '',
    plain(coverage(report)),
    ...mirrors.flatMap((mirror) => ['', ...mirrorLines(mirror)]),
  ].join('\n');
}

function mirrorLines(mirror: MirrorReport): string[] {
  return [
    `## ${code(nameOf(mirror))}`,
    '',
    `**${plain(verdict(mirror))}**`,
    '',
    ...remarks(mirror).map((remark) => `- ${plain(remark)}`),
    ...statusLines(mirror),
    ...latencyLines(mirror),
    ...differenceLines(mirror.endpoints),
    ...hiddenLines(mirror.endpoints),
  ];
}

function statusLines({ statuses }: MirrorReport): string[] {
  const rows = Object.entries(statuses).flatMap(([primary, mirrors]) =>
    Object.entries(mirrors).map(([mirror, count]) =>
      row([plain(primary), plain(mirror), counted(count)]),
    ),
  );
  if (rows.length === 0) return [];
  return ['', row(['status of the primary', 'of the mirror', 'pairs']), '| - | - | -: |', ...rows];
}

function latencyLines({ latency }: MirrorReport): string[] {
  if (latency.primary.p50 === null) return [];
  const rows = Object.entries(latency).map(([name, { p50, p95, p99 }]) =>
    row([name, ...[p50, p95, p99].map(duration)]),
  );
  return ['', row(['latency to the head', 'p50', 'p95', 'p99']), '| - | -: | -: | -: |', ...rows];
}

function differenceLines(endpoints: readonly EndpointReport[]): string[] {
  const rows = endpoints.flatMap((endpoint) =>
    printedOf(endpoint).map((difference) => {
      const { count, examples } = difference;
      const [example] = examples;
      return row([
        code(`${endpoint.method} ${endpoint.path}`),
        code(shownPlace(difference)),
        plain(shownKind(difference)),
        `${counted(count)} (${shownShare(difference, endpoint)})`,
        ...(example === undefined
          ? ['', '', '']
          : [shownValue(example.primary), shownValue(example.mirror), shownRequest(example)].map(
              code,
            )),
      ]);
    }),
  );
  if (rows.length === 0) return [];
  const hidden = rows.length - MAX_ROWS;
  return [
    '',
    row(['endpoint', 'place', 'kind', 'pairs', 'primary', 'mirror', 'example']),
    '| - | - | - | -: | - | - | - |',
    ...rows.slice(0, MAX_ROWS),
    ...(hidden > 0 ? ['', `and ${hidden} more`] : []),
  ];
}

/** What the table leaves out of the endpoints that are in it. */
function hiddenLines(endpoints: readonly EndpointReport[]): string[] {
  const lines = endpoints
    .filter((endpoint) => printedOf(endpoint).length > 0)
    .flatMap((endpoint) => {
      const { method, path } = endpoint;
      return hiddenPlaces(endpoint, code).map(
        (places) => `- ${code(`${method} ${path}`)} ${places}`,
      );
    });
  return lines.length === 0 ? [] : ['', ...lines.slice(0, MAX_ROWS)];
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** What means nothing to Markdown within backticks, in a cell of a table either: most paths, places and values. */
const VERBATIM = /^[\p{L}\p{N} .,:%/(){}"_-]+$/u;

/** A text from strangers as code: verbatim where that is safe, else all that could be Markdown or HTML is escaped. */
function code(text: string): string {
  const isVerbatim = VERBATIM.test(text) && inOneLine(text) === text && text.search(LINK) === -1;
  return isVerbatim ? `\`${text}\`` : `<code>${plain(text)}</code>`;
}

/** Where GitHub would make a link of a text, also in code: addresses of the Web and of mail, once it is escaped. */
const LINK = /(?=:\/\/|&#64;)|(?<=www)(?=\.)/gi;

function plain(text: string): string {
  return inOneLine(text)
    .replace(/[^\p{L}\p{N} .,:%/()-]/gu, (character) => `&#${character.codePointAt(0)};`)
    .replace(LINK, '<wbr>');
}
