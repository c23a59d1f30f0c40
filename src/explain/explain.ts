import type { RoutesDocument } from '../config/document.ts';
import { isDisabled, mirrorsOf } from '../config/proxy-mirror.ts';
import { requestTo, upstreamless } from '../exchange/exchange.ts';
import type { Inbound, Outbound } from '../http/messages.ts';
import type { Mirror } from '../mirror/mirror.ts';
import type { SkipReason } from '../mirror/outcome.ts';
import type { Trust } from '../request/admit.ts';
import type { Route, RouteTable } from '../route-table.ts';
import type { Verdict } from '../routes/matcher.ts';
import { inboundOf, type Question } from './question.ts';

/** What would become of a request. Nothing of it is sent, counted or remembered. */
export interface Explanation {
  /** What routes see of it. `path` is decoded, with dot segments and double slashes resolved. */
  readonly request: Pick<Inbound, 'method' | 'host' | 'path'> & { readonly remote_addr: string };
  /** How many routes there are. */
  readonly routes: number;
  /** Id of the route that takes it; `null`: none does, the client gets 404. */
  readonly route: string | null;
  /** Routes that come first by host, path or priority, in their order, and what each one failed on. */
  readonly passed_over: readonly {
    readonly route: string;
    readonly because: Exclude<Verdict, 'matched'>;
  }[];
  /** What the first node would get, and all that take turns; `null`: no node, the client gets 503. */
  readonly upstream: { readonly nodes: readonly string[]; readonly request: ShownRequest } | null;
  readonly mirrors: readonly MirrorExplanation[];
}

export interface ExplainOptions {
  readonly table: RouteTable;
  /** What the table was made of. */
  readonly document: RoutesDocument;
  readonly trust: Trust;
  /** True where the platform writes Host itself, from the URL (Workers). */
  readonly hostOfUrl: boolean;
}

/**
 * Says what the gateway would do with a request: its route, why not the ones before it, and for
 * each mirror whether it would get a copy, which one, or why not.
 *
 * @param question checked
 * @example explain({ url: 'http://shop.example/cart', headers: { 'x-user': '7' } }, options)
 */
export function explain(question: Question, options: ExplainOptions): Explanation {
  const { table, document, trust, hostOfUrl } = options;
  const inbound = inboundOf(question, trust);
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

  /** In the order of the configuration, which knows the disabled ones, too. */
  function mirrors(of: Route): MirrorExplanation[] {
    const config = document.routes.find(({ id }) => String(id) === of.id)?.plugins?.[
      'proxy-mirror'
    ];
    if (config === undefined) return [];
    const compiled = of.mirrors[Symbol.iterator]();
    const copied = primary?.request ?? upstreamless(inbound, trust);
    return mirrorsOf(config).map((one) =>
      isDisabled(config) || isDisabled(one)
        ? { mirror: one.host, copied: 'never', share: 0, because: 'disabled', copy: null }
        : explainMirror(compiled.next().value!, inbound, copied, show),
    );
  }
  function show(request: Outbound): ShownRequest {
    return showRequest(request, hostOfUrl);
  }
}

function primaryOf({ upstream }: Route, inbound: Inbound, trust: Trust) {
  if (upstream === null) return null;
  const nodes = upstream.nodes.filter(({ weight }) => weight > 0);
  if (nodes.length === 0) return null;
  const request = requestTo(nodes[0]!, inbound, upstream, trust);
  return { nodes: nodes.map(({ destination }) => destination.origin), request };
}

/** What a mirror would get of a request. */
export interface MirrorExplanation {
  /** The configured `host`. */
  readonly mirror: string;
  /** `sometimes`: it is left to chance for each request. */
  readonly copied: 'always' | 'sometimes' | 'never';
  /** Share of such requests that is copied, 0 to 1. */
  readonly share: number;
  /** Why never. Limits are those of this moment. */
  readonly because: SkipReason | 'disabled' | null;
  readonly copy: ShownRequest | null;
}

/**
 * Asks a mirror without taking anything from its limits.
 *
 * @param primary what the copy would be made from
 */
export function explainMirror(
  mirror: Mirror,
  inbound: Inbound,
  primary: Outbound,
  show: (request: Outbound) => ShownRequest,
): MirrorExplanation {
  // With the best of luck: what is refused even so is refused always.
  const because = mirror.skipReason(inbound, 0) ?? atLimit(mirror, performance.now());
  if (because !== null)
    return { mirror: mirror.host, copied: 'never', share: 0, because, copy: null };
  const share = mirror.share(inbound);
  return {
    mirror: mirror.host,
    copied: share < 1 ? 'sometimes' : 'always',
    share,
    because: null,
    copy: show(mirror.copyOf(primary, null)),
  };
}

function atLimit({ breaker, inFlight, rate }: Mirror, now: number): SkipReason | null {
  if (breaker.blocks(now)) return 'breaker_open';
  if (inFlight.full(now)) return 'in_flight_limit';
  return rate.has(now) ? null : 'rate_limit';
}

/** A request that would be sent. Fields of the connection are the runtime's, and not among these. */
export interface ShownRequest {
  readonly method: string;
  readonly url: string;
  /** Name and value, in their order. */
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** @param hostOfUrl true where the platform writes Host itself, from the URL */
export function showRequest(request: Outbound, hostOfUrl: boolean): ShownRequest {
  const { method, destination, target, headers } = request;
  const { origin } = destination;
  const fields: [string, string][] = [];
  for (let i = 0; i < headers.length; i += 2) {
    const isHost = headers[i]!.toLowerCase() === 'host';
    fields.push([headers[i]!, isHost && hostOfUrl ? new URL(origin).host : headers[i + 1]!]);
  }
  return { method, url: origin + target, headers: fields };
}
