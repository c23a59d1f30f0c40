// What the demo prints.

import type { IncomingMessage } from 'node:http';
import type { Comparison, Difference } from '../../compare/comparison.ts';
import { reportText } from '../../compare/report/print/text.ts';
import { shownPlace, shownValue } from '../../compare/report/print/words.ts';
import type { Report } from '../../compare/report/report.ts';
import { DEFAULTS } from '../../settings/defaults.ts';
import type { ComparisonEvent, CopyEvent } from '../../telemetry/events.ts';

/** How much of a request's body is printed. */
const MAX_PRINTED_CHARACTERS = 60;

/** How much of the report is printed: as much as a terminal shows. */
const MAX_REPORT_LINES = 30;

export interface Ports {
  readonly gateway: number;
  readonly upstream: number;
  readonly mirror: number;
  readonly delayMs: number;
}

export function opening({ gateway, upstream, mirror, delayMs }: Ports): string {
  return [
    `gateway   http://127.0.0.1:${gateway}`,
    `upstream  http://127.0.0.1:${upstream}  the old version, which responds to the client`,
    `mirror    http://127.0.0.1:${mirror}  the new version, which gets a copy and responds after ${delayMs} ms`,
    `page      http://127.0.0.1:${gateway}/apisix/ui  what is mirrored now, and what the new version responds differently`,
    '',
    'Try it in another terminal (Ctrl-C here ends the demo, and prints what it found):',
    '',
    `  curl -i 'http://127.0.0.1:${gateway}/hello?name=you'`,
    `  curl -s 'http://127.0.0.1:${gateway}/items/[1-50]'`,
    `  ${reportCommand(gateway)}`,
    '',
    'It has no key, so it listens on the loopback only. From another machine:',
    '',
    `  ssh -L ${gateway}:127.0.0.1:${gateway} HOST`,
    '',
  ].join('\n');
}

export function clientLine(
  request: IncomingMessage,
  body: string,
  status: number,
  text: string,
): string {
  return `client got  ${asked(request, body)}: ${status} ${text}`;
}

export function mirrorLine(request: IncomingMessage, body: string): string {
  return `mirror got  ${asked(request, body)}: a copy marked ${request.headers['x-mirrored-by']}`;
}

export function baselineLine(request: IncomingMessage): string {
  return `once more   ${asked(request, '')}: the old version again, to see what is noise`;
}

function asked({ method, url }: IncomingMessage, body: string): string {
  const shown =
    body.length > MAX_PRINTED_CHARACTERS ? `${body.slice(0, MAX_PRINTED_CHARACTERS)}...` : body;
  return `${method} ${url}${shown && ` with ${JSON.stringify(shown)}`}`;
}

/** In place of what is not described. */
export const MORE =
  'and more    requests, too many at once to describe each: the report counts them all';

/** What became of a copy, and how its response compares. */
export function eventLines(event: CopyEvent | ComparisonEvent): string[] {
  const { method, target } = event.request;
  if (event.type === 'copy') {
    const { outcome, reason } = event.outcome;
    const ms = Math.round(event.seconds * 1000);
    return [`outcome     ${method} ${target}: ${outcome}, ${reason}, after ${ms} ms`];
  }
  if (event.kind !== 'mirror') return [];
  return comparedLines(`compared    ${method} ${target}:`, event.pair.comparison);
}

function comparedLines(begin: string, comparison: Comparison): string[] {
  if (comparison.result === 'not_compared') return [`${begin} no, ${comparison.reason}`];
  const { differences } = comparison;
  if (differences.length === 0) return [`${begin} the same`];
  return [begin, ...differences.map((difference) => `  differs   ${differenceText(difference)}`)];
}

function differenceText({ place, kind, primary, mirror }: Difference): string {
  return `${shownPlace({ place })}: ${kind}, ${shownValue(primary)} -> ${shownValue(mirror)}`;
}

/** Prints the report while the demo runs. */
function reportCommand(gateway: number): string {
  const url = gateway === DEFAULTS.port ? '' : ` --url http://127.0.0.1:${gateway}`;
  return `npm start -- report${url}`;
}

/** The first lines of the report. */
export function ending(report: Report, gateway: number): string {
  if (report.mirrors.length === 0) return '\nno request came, so there is nothing to report';
  const lines = reportText(report).split('\n');
  const hidden = lines.length - MAX_REPORT_LINES;
  // One line has room where it would be said to be missing.
  if (hidden <= 1) return ['', ...lines].join('\n');
  const more = `... ${hidden} more lines: while the demo runs, ${reportCommand(gateway)} prints them`;
  return ['', ...lines.slice(0, MAX_REPORT_LINES), more].join('\n');
}
