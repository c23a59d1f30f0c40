// Words that all forms of the report share. What they hold of texts from outside is not escaped: each form does that.

import type {
  DifferenceReport,
  EndpointReport,
  ExampleReport,
  MirrorReport,
  Report,
} from '../report.ts';

/** Places of an endpoint that are named together: as many as one takes in at a glance. */
export const MAX_PLACES = 5;

/** Characters shown of a value in an example. */
const MAX_VALUE_CHARACTERS = 60;

/** @example counted(18420) // '18,420' */
export function counted(count: number): string {
  return count.toLocaleString('en-US');
}

/** @example amount(2, 'copy', 'copies') // '2 copies' */
function amount(count: number, one: string, many: string): string {
  return `${counted(count)} ${count === 1 ? one : many}`;
}

/**
 * Two digits, of what is missing if that is less than a hundredth: what is nearly all is not all.
 *
 * @example percent(0.0131) // '1.3 %'
 * @example percent(0.9966) // '99.66 %'
 */
export function percent(share: number): string {
  const rounded = (value: number) => Number((value * 100).toPrecision(2));
  const isNearlyAll = share > 0.99 && share < 1;
  const value = isNearlyAll ? Number((100 - rounded(1 - share)).toFixed(6)) : rounded(share);
  return `${value} %`;
}

/** An upper bound, rounded up to one digit. */
function bound(share: number): string {
  const digit = 10 ** Math.floor(Math.log10(share * 100));
  return `${Number((Math.ceil((share * 100) / digit) * digit).toPrecision(1))} %`;
}

/**
 * A time to the response's head.
 *
 * @example duration(0.0041) // '4.1 ms'
 */
export function duration(seconds: number | null): string {
  if (seconds === null) return '-';
  const size = Math.abs(seconds);
  if (size === 0) return '0 ms';
  const [scale, unit] = size < 0.001 ? [1e6, 'µs'] : size < 1 ? [1000, 'ms'] : [1, 's'];
  return `${Number((seconds * scale).toPrecision(2))} ${unit}`;
}

/**
 * The verdict on a mirror, with the bounds within which the true share is with a probability of 95 %.
 *
 * @example '0 of 18,420 pairs differ: under 0.02 %'
 * @example '50 of 5,000 pairs differ: 1 % (95 % confidence: 0.76 % to 1.3 %)'
 */
export function verdict(mirror: MirrorReport): string {
  const { pairs, different, rate } = mirror;
  if (pairs === 0) return 'no pair of responses was compared yet';
  const share = different > 0 ? `${percent(rate.different)} (${bounds(mirror)})` : bounds(mirror);
  return `${counted(different)} of ${counted(pairs)} pairs differ: ${share}`;
}

/** Where the true share of pairs that differ is, with a probability of 95 %. */
export function bounds({ different, rate }: MirrorReport): string {
  if (different > 0) return `95 % confidence: ${percent(rate.low)} to ${percent(rate.high)}`;
  return rate.high >= 1 ? 'too few to tell' : `under ${bound(rate.high)}`;
}

/**
 * What else is to be known of a mirror, a sentence each.
 *
 * @param called what reasons of outcomes are called; default: by their names
 */
export function remarks(
  mirror: MirrorReport,
  called: (reason: string) => string = (reason) => reason,
): string[] {
  const { sent, failed, skipped, noise_only: noise, not_compared: notCompared } = mirror;
  return [
    ...(noise === 0
      ? []
      : [
          `${amount(noise, 'pair differs', 'pairs differ')} only in what is noise or ignored${undecided(mirror)}`,
        ]),
    ...(mirror.different > 0 && !hasBaseline(mirror) ? [NO_BASELINE] : []),
    `${amount(sent, 'copy', 'copies')} sent${listed(', ', 'failed', failed, called)}${listed(', ', 'skipped', skipped, called)}`,
    ...(sumOf(notCompared) === 0 ? [] : [listed('', 'not compared', notCompared, called)]),
    ...((notCompared.overload ?? 0) === 0 ? [] : [OVERLOAD]),
  ];
}

const NO_BASELINE =
  'no baseline yet, so timestamps and random ids count as differences: set compare.baseline, or list them in compare.ignore';

const OVERLOAD =
  'overload: there was no time to compare more pairs; a lower "sample_ratio" of "compare" chooses fewer';

function hasBaseline({ endpoints }: MirrorReport): boolean {
  return endpoints.some(({ baselines }) => baselines > 0);
}

/** @example ', or too rare yet to tell (places: 2)' */
function undecided({ endpoints }: MirrorReport): string {
  const differences = endpoints.flatMap((endpoint) => endpoint.differences);
  const count = differences.filter((difference) => difference.undecided).length;
  return count === 0 ? '' : `, or too rare yet to tell (places: ${counted(count)})`;
}

/** @example ', 3 failed (connect 2, timeout 1)' */
function listed(
  before: string,
  what: string,
  counts: Readonly<Record<string, number>>,
  called: (reason: string) => string,
): string {
  const reasons = Object.entries(counts).filter(([, count]) => count > 0);
  if (reasons.length === 0) return '';
  const each = reasons.map(([reason, count]) => `${called(reason)} ${counted(count)}`);
  return `${before}${counted(sumOf(counts))} ${what} (${each.join(', ')})`;
}

export function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** The value of an example as JSON on one line, cut to 60 characters; `nothing` where there is none. */
export function shownValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  const cut = text.slice(0, MAX_VALUE_CHARACTERS);
  return cut.length < text.length ? `${cut}...` : text;
}

/** Places are empty texts where the whole body differs. */
export function shownPlace({ place }: { readonly place: string }): string {
  return place === '' ? 'the whole body' : place;
}

/** Where an example was seen. */
export function shownRequest({ request_id: id, path }: ExampleReport): string {
  return `${path}, request ${id}`;
}

/**
 * In how many of the pairs it is, and of the baselines, if it is in any: what differs there often may be noise all the same.
 *
 * @example '80 %, in 41 % of the baselines'
 */
export function shownShare(
  { count, noise }: DifferenceReport,
  { pairs, baselines }: EndpointReport,
): string {
  const share = percent(count / pairs);
  return noise === 0 ? share : `${share}, in ${percent(noise / baselines)} of the baselines`;
}

/** Why a difference is not shown; `null`: it is. */
export function hiddenBecause(difference: DifferenceReport): Hidden | null {
  const { shown, undecided: isUndecided, ignored, count } = difference;
  if (shown) return null;
  if (isUndecided) return 'too rare yet to tell from noise';
  return ignored === count ? 'ignored' : 'noise';
}

/**
 * The differences of an endpoint that are printed with an example, statuses first: those shown, and a status that is too rare
 * yet to tell. New errors are rare as a rule, and whoever reads of one wants to find the request.
 */
export function printedOf({ differences }: EndpointReport): DifferenceReport[] {
  const isStatus = ({ place }: DifferenceReport) => place === 'status';
  return [
    ...differences.filter((one) => isStatus(one) && (one.shown || one.undecided === true)),
    ...differences.filter((one) => !isStatus(one) && one.shown),
  ];
}

/**
 * Names the places of an endpoint that are not printed, a text for each reason: each place once, whatever its kinds.
 *
 * @param named how the form shows a place
 * @example 'noise: /trace, /time'
 */
export function hiddenPlaces(
  endpoint: EndpointReport,
  named: (place: string) => string,
): readonly string[] {
  const printed = printedOf(endpoint);
  const hidden = endpoint.differences.filter((one) => !printed.includes(one));
  return HIDDEN.flatMap((reason) => {
    const ofReason = hidden.filter((difference) => hiddenBecause(difference) === reason);
    const places = [...new Set(ofReason.map(shownPlace))];
    if (places.length === 0) return [];
    const more = places.length > MAX_PLACES ? ` and ${places.length - MAX_PLACES} more` : '';
    return [`${reason}: ${places.slice(0, MAX_PLACES).map(named).join(', ')}${more}`];
  });
}

/** The kind of a difference that is printed, and why it does not count as one. */
export function shownKind(difference: DifferenceReport): string {
  const hidden = hiddenBecause(difference);
  return hidden === null ? difference.kind : `${difference.kind} (${hidden})`;
}

const HIDDEN = ['noise', 'ignored', 'too rare yet to tell from noise'] as const;

type Hidden = (typeof HIDDEN)[number];

/** Which mirror, on one line. */
export function nameOf({ route, mirror }: Pick<MirrorReport, 'route' | 'mirror'>): string {
  return `route ${route} -> ${mirror}`;
}

/** @example '2026-11-26 11:00:00 UTC' */
export function moment(time: string): string {
  return time.replace('T', ' ').replace(/(?:\.\d{1,3})?Z$/, ' UTC');
}

/** What a report covers. */
export function coverage({ since, until, scope }: Report): string {
  const of = scope === 'isolate' ? ', one isolate alone: bind REPORT to add up those of all' : '';
  return `from ${moment(since)} to ${moment(until)}${of}`;
}

export const NOTHING_COMPARED =
  'no response was compared yet: no request was copied, or no mirror has "compare": true (docs/comparing.md)';
