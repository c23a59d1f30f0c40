import { compareOf, type FullCompare, type RedactConfig } from '../config/compare.ts';
import type { RoutesDocument } from '../config/document.ts';
import { isDisabled, mirrorsOf } from '../config/proxy-mirror.ts';
import { identify, requestTo, upstreamless } from '../exchange/exchange.ts';
import type { Inbound, Outbound } from '../http/messages.ts';
import type { Mirror } from '../mirror/mirror.ts';
import type { SkipReason } from '../mirror/outcome.ts';
import type { Trust } from '../request/inbound.ts';
import type { Route, RouteTable } from '../route-table.ts';
import type { Verdict } from '../routes/matcher.ts';
import { cautionsOf } from './cautions.ts';
import { type Question, requestOf } from './question.ts';

/** In place of an id that the gateway makes for each request. */
const NEW_ID = '(generated)';

/** What the gateway would do with a request. Making it sends nothing and changes no counter or limit. */
export interface Explanation {
  /** The request as routes see it: `path` is decoded, with dot segments and double slashes resolved. */
  readonly request: Pick<Inbound, 'method' | 'host' | 'path'> & { readonly remote_addr: string };
  /** Number of routes in the table. */
  readonly routes: number;
  /** Id of the route that matches; `null`: none does, and the client gets 404. */
  readonly route: string | null;
  /** Routes that were considered before it, in order, with the condition that each one failed. */
  readonly passed_over: readonly {
    readonly route: string;
    readonly because: Exclude<Verdict, 'matched'>;
  }[];
  /** Origins of the nodes, and the request to the first one; `null`: no node, and the client gets 503. */
  readonly upstream: { readonly nodes: readonly string[]; readonly request: ShownRequest } | null;
  readonly mirrors: readonly MirrorExplanation[];
}

export interface ExplainOptions {
  readonly table: RouteTable;
  /** The document that the table was compiled from. */
  readonly document: RoutesDocument;
  readonly trust: Trust;
  /** Whether the platform sets Host itself, from the URL (Workers). */
  readonly hostOfUrl: boolean;
}

/**
 * Says what the gateway would do with a request: which route matches and why others do not, and for each mirror
 * the copy it would get or the reason why it gets none.
 *
 * @param question must have passed `checkQuestion`
 * @example explain({ url: 'http://shop.example/cart', headers: { 'x-user': '7' } }, options)
 */
export function explain(question: Question, options: ExplainOptions): Explanation {
  const { table, document, trust, hostOfUrl } = options;
  const inbound = requestOf(question, trust);
  const candidates = table.candidates(inbound);
  const route = candidates.find(({ verdict }) => verdict === 'matched')?.route ?? null;
  const primary = route && primaryOf(route, inbound, trust);
  return {
    request: {
      method: inbound.method,
      host: inbound.host,
      path: inbound.path,
      remote_addr: inbound.remoteAddr,
    },
    routes: table.size,
    route: route?.id ?? null,
    passed_over: candidates.flatMap(({ route: { id }, verdict }) =>
      verdict === 'matched' ? [] : [{ route: id, because: verdict }],
    ),
    upstream: primary && { nodes: primary.nodes, request: show(primary.request) },
    mirrors: route === null ? [] : mirrors(route),
  };

  /** In the order of the configuration: unlike the compiled route, it has the disabled mirrors too. */
  function mirrors(of: Route): MirrorExplanation[] {
    const config = document.routes.find(({ id }) => String(id) === of.id)?.plugins?.[
      'proxy-mirror'
    ];
    if (config === undefined) return [];
    const compiled = of.mirrors[Symbol.iterator]();
    const copied = primary?.request ?? upstreamless(inbound, trust);
    return mirrorsOf(config).map((one) => ({
      mirror: one.name,
      ...(isDisabled(config) || isDisabled(one)
        ? { ...NO_COPY, because: 'disabled' as const }
        : explainMirror(compiled.next().value!, of, inbound, copied, show)),
    }));
  }
  function show(request: Outbound): ShownRequest {
    return showRequest(request, hostOfUrl);
  }
}

function primaryOf({ upstream, mirrors, compared }: Route, inbound: Inbound, trust: Trust) {
  if (upstream === null) return null;
  const nodes = upstream.nodes.filter(({ weight }) => weight > 0);
  if (nodes.length === 0) return null;
  const request = requestTo(nodes[0]!, inbound, upstream, trust);
  const isCompared = (mirror: Mirror) =>
    compared?.get(mirror)?.isCompared(inbound, 0) && mirror.skipReason(inbound, 0) === null;
  if (mirrors.some(isCompared)) identify(request, NEW_ID);
  return { nodes: nodes.map(({ destination }) => destination.origin), request };
}

/** What one mirror would get. */
export interface MirrorExplanation {
  /** The mirror's `host`; with its `path` where the route has another one of this host. */
  readonly mirror: string;
  /** `sometimes`: each request is sampled at random. */
  readonly copied: 'always' | 'sometimes' | 'never';
  /** Share of such requests that are copied, 0 to 1. */
  readonly share: number;
  /** Reason for `never`, in the current state of limits and breaker; else `null`. */
  readonly because: SkipReason | 'disabled' | null;
  readonly copy: ShownRequest | null;
  /**
   * What of the mirror's response is compared with the primary's; `null`: nothing. A `sample_ratio` of 0 says that the
   * request's `sample_key` is not among those that are compared.
   */
  readonly compared: FullCompare | null;
  /** Whose values reports and hooks show only as hashes, beside credentials; `null`: no others, or nothing is compared. */
  readonly redact: RedactConfig | null;
  /** What the mirror would get that it may be better without. */
  readonly cautions: readonly string[];
}

const NO_COPY = {
  copied: 'never',
  share: 0,
  copy: null,
  compared: null,
  redact: null,
  cautions: [],
} as const;

/**
 * Explains one mirror without using up any of its limits.
 *
 * @param of its route
 * @param primary the request to the upstream, from which the copy is made
 */
function explainMirror(
  mirror: Mirror,
  of: Route,
  inbound: Inbound,
  primary: Outbound,
  show: (request: Outbound) => ShownRequest,
): Omit<MirrorExplanation, 'mirror'> {
  // The random number 0 is in every sample: a request that is skipped with it is always skipped.
  const because = mirror.skipReason(inbound, 0) ?? atLimit(mirror, performance.now());
  if (because !== null) return { ...NO_COPY, because };
  const share = mirror.sampleRatio(inbound);
  const copy = mirror.copyOf(primary, null);
  const compared = compareOf(mirror.config.compare);
  const isCompared = of.compared?.get(mirror)?.isCompared(inbound, 0);
  return {
    copied: share < 1 ? 'sometimes' : 'always',
    share,
    because: null,
    copy: show(copy),
    compared: compared && (isCompared ? compared : { ...compared, sample_ratio: 0 }),
    redact: compared === null ? null : (mirror.config.redact ?? null),
    cautions: cautionsOf(copy, mirror.config.redact?.copy),
  };
}

function atLimit({ breaker, inFlight, rate }: Mirror, now: number): SkipReason | null {
  if (breaker.blocks(now)) return 'breaker_open';
  if (inFlight.full(now)) return 'in_flight_limit';
  return rate.has(now) ? null : 'rate_limit';
}

/** A request that would be sent, without the hop-by-hop fields that the runtime adds. */
export interface ShownRequest {
  readonly method: string;
  readonly url: string;
  /** Names and values, in the order they are sent. */
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** @param hostOfUrl whether the platform sets Host itself, from the URL */
function showRequest(request: Outbound, hostOfUrl: boolean): ShownRequest {
  const { method, destination, target, headers } = request;
  const { origin } = destination;
  const fields: [string, string][] = [];
  for (let i = 0; i < headers.length; i += 2) {
    const isHost = headers[i]!.toLowerCase() === 'host';
    fields.push([headers[i]!, isHost && hostOfUrl ? new URL(origin).host : headers[i + 1]!]);
  }
  return { method, url: origin + target, headers: fields };
}
