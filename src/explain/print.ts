import { type FullCompare, PRIMARY, type RedactConfig } from '../config/compare.ts';
import { inOneLine } from '../http/quoted.ts';
import type { Explanation, MirrorExplanation, ShownRequest } from './explain.ts';

export const NOT_TAKEN: Readonly<Record<Explanation['passed_over'][number]['because'], string>> = {
  uri: 'its uri does not fit the whole path',
  method: 'it is not for this method',
  remote_addr: 'it is not for this client address',
  vars: 'its vars do not hold',
};

export const NOT_COPIED: Readonly<Record<NonNullable<MirrorExplanation['because']>, string>> = {
  disabled: '_meta.disable says so',
  filtered: 'methods or _meta.filter do not let it through',
  sampled_out: 'its sample_key is not in the sample',
  loop: 'it is a copy itself (x-mirrored-by)',
  upgrade: 'it asks for a WebSocket',
  body_too_large: 'its body is larger than max_body_size',
  body_incomplete: 'its body did not arrive whole',
  memory_limit: 'recorded bodies fill MIRROR_MEMORY',
  in_flight_limit: 'max_in_flight copies are under way',
  rate_limit: 'rate_limit is used up',
  breaker_open: 'the breaker is open',
};

/** Formats an explanation for people, one fact per line. */
export function explanationText(explanation: Explanation): string {
  const { request, routes, route, passed_over: passedOver, upstream, mirrors } = explanation;
  const from = `from ${request.remote_addr}`;
  const lines = [
    `request   ${request.method} ${request.path} of host ${request.host} ${from}`,
    ...passedOver.map((one) => `not       route ${one.route}: ${NOT_TAKEN[one.because]}`),
    ...(route === null
      ? [`route     none of ${routes}: the client gets 404`]
      : [`route     ${route}`]),
    ...(route === null ? [] : upstreamLines(upstream)),
    ...mirrors.flatMap(mirrorLines),
    ...(route !== null && mirrors.length === 0 ? ['mirror    none'] : []),
  ];
  // The path is decoded and may contain control characters, also when someone copied it from a log.
  return lines.map(inOneLine).join('\n');
}

function upstreamLines(upstream: Explanation['upstream']): string[] {
  if (upstream === null) return ['upstream  no node: the client gets 503'];
  const { nodes, request } = upstream;
  return [`upstream  ${nodes.join(' or ')}`, ...requestLines(request)];
}

function mirrorLines(explanation: MirrorExplanation): string[] {
  const { mirror, copied, share, because, copy, cautions } = explanation;
  if (because !== null || copy === null) {
    return [
      `mirror    ${mirror}: no copy${because === null ? '' : `, ${because}: ${NOT_COPIED[because]}`}`,
    ];
  }
  const how = copied === 'always' ? 'a copy' : `a copy of ${percent(share)} of such requests`;
  return [
    `mirror    ${mirror}: ${how}`,
    ...requestLines(copy),
    `compared  ${comparisonText(explanation)}`,
    ...cautions.map((caution) => `caution   ${caution}`),
  ];
}

const BODIES: Readonly<Record<Exclude<FullCompare['body'], 'none'>, string>> = {
  auto: 'by value where both are JSON, else byte by byte',
  bytes: 'byte by byte',
};

/** What would be compared, or why nothing would. */
export function comparisonText({ compared, redact, copy }: MirrorExplanation): string {
  if (compared === null) return 'no: compare is not set for this mirror';
  if (compared.sample_ratio === 0)
    return 'no: its sample_key is not among those that are compared (compare.sample_ratio)';
  const text = comparedText(compared, redact);
  const isBodiless = copy?.method === 'HEAD' && compared.body !== 'none';
  return isBodiless ? `${text}; a response to HEAD has no body` : text;
}

/**
 * What of which copies is compared, and what is shown of it only as hashes, in one line.
 *
 * @param redact what is hashed beside credentials
 */
export function comparedText(compared: FullCompare, redact: RedactConfig | null): string {
  const { sample_ratio: ratio, status, headers, body, ignore, unordered, tolerance } = compared;
  const fields = headers.only === undefined ? 'fields' : `fields ${headers.only.join(', ')}`;
  const but = [...(headers.ignore ?? []), ...ignore];
  const hashed = [redact?.headers, redact?.query, redact?.json].flatMap((names) => names ?? []);
  return [
    `${percent(ratio)} of the copies: ${status ? 'status, ' : ''}${fields}`,
    ...(body === 'none'
      ? []
      : [`body (${BODIES[body]}, at most ${bytesText(compared.max_body_size)})`]),
    ...(but.length === 0 ? [] : [`but not ${but.join(', ')}`]),
    ...(unordered.length === 0 ? [] : [`in any order ${unordered.join(', ')}`]),
    ...(tolerance === 0 ? [] : [`numbers within ${percent(tolerance)}`]),
    ...baselineText(compared),
    ...(hashed.length === 0 ? [] : [`as hashes ${hashed.join(', ')}`]),
  ].join(', ');
}

function baselineText({ baseline, baseline_ratio: ratio }: FullCompare): string[] {
  if (baseline === undefined) return [];
  if (baseline !== PRIMARY) return [`noise by ${baseline}`];
  return [`noise by asking the upstream once more for ${percent(ratio)} of the GETs and HEADs`];
}

/** @example bytesText(262_144) // '256 KiB' */
function bytesText(bytes: number): string {
  return bytes > 0 && bytes % 1024 === 0 ? `${bytes / 1024} KiB` : `${bytes} bytes`;
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(12))} %`;
}

function requestLines({ method, url, headers }: ShownRequest): string[] {
  return [
    `          ${method} ${url}`,
    ...headers.map(([name, value]) => `            ${name}: ${value}`),
  ];
}
