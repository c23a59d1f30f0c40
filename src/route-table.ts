import { type ComparedMirror, compareMirrors } from './compare/compared-mirror.ts';
import type { RedactedQuery } from './compare/redact.ts';
import type { RoutesDocument } from './config/document.ts';
import { documentText, type Fault, under } from './config/fault.ts';
import type { RouteConfig } from './config/route.ts';
import { compileUpstream, type Upstream } from './exchange/upstream.ts';
import {
  type Destination,
  type DestinationFault,
  destinationFaults,
  faultOnFetch,
} from './http/destination.ts';
import type { Inbound } from './http/messages.ts';
import {
  compileBaseline,
  compileMirrors,
  type Mirror,
  type MirrorOptions,
} from './mirror/mirror.ts';
import { compileMatcher, type Verdict } from './routes/matcher.ts';

/** A compiled route: where its requests go. */
export interface Route {
  readonly id: string;
  /** `null`: the route has no upstream, and its clients get 503. */
  readonly upstream: Upstream | null;
  readonly mirrors: readonly Mirror[];
  /** What is compared of which mirrors; `null`: nothing. */
  readonly compared: ReadonlyMap<Mirror, ComparedMirror<Mirror>> | null;
  /** What any of the mirrors redacts in targets, for those who are told of requests; `undefined`: nothing. */
  readonly redact: RedactedQuery | undefined;
}

/** A compiled document. Immutable: a new document is compiled to a new table. */
export interface RouteTable {
  readonly size: number;
  readonly match: (inbound: Inbound) => Route | null;
  /**
   * Returns the routes that were considered, in order, each with its verdict. If a route matches, it is the last
   * of them. Not used on the request path.
   */
  candidates(inbound: Inbound): readonly { readonly route: Route; readonly verdict: Verdict }[];
  routes(): Iterable<Route>;
  /** Returns the compiled route that was compiled from such a configuration. */
  find(config: RouteConfig): Route | undefined;
}

export interface CompileOptions extends MirrorOptions {
  /** Says why requests cannot be sent to a destination, if so. Default: as for plain fetch. */
  readonly faultOf?: ((destination: Destination) => DestinationFault | null) | undefined;
}

/** A valid document has a route whose upstream or mirror the runtime cannot send to. */
export class DestinationError extends Error {
  /** Paths begin at the document. */
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[], document: RoutesDocument) {
    super(documentText(faults, document).join('; '));
    this.faults = faults;
  }
}

/**
 * Compiles a document. Routes that have not changed since `previous` are reused with their state: a change to one
 * route must not reset the breakers, limits and balancers of the others.
 *
 * @throws DestinationError
 */
export function compileRoutes(
  document: RoutesDocument,
  previous: RouteTable | null,
  options: CompileOptions,
): RouteTable {
  const compiled = new Map<string, { config: RouteConfig; route: Route }>();
  const matcher = compileMatcher(document.routes, (config): Route => {
    const id = String(config.id);
    const route = previous?.find(config) ?? compileChecked(id, config);
    compiled.set(id, { config, route });
    return route;
  });

  function compileChecked(id: string, config: RouteConfig): Route {
    const route = compileRoute(id, config, options);
    const faults = faultsOf(route, options);
    if (faults.length === 0) return route;
    const at = ['routes', document.routes.indexOf(config)];
    throw new DestinationError(under(at, faults), document);
  }

  return {
    size: compiled.size,
    match: matcher.match,
    candidates: (inbound) =>
      matcher.candidates(inbound).map(({ entry, verdict }) => ({ route: entry.value, verdict })),
    *routes() {
      for (const { route } of compiled.values()) yield route;
    },
    find(config) {
      const entry = compiled.get(String(config.id));
      return entry !== undefined && isSame(entry.config, config) ? entry.route : undefined;
    },
  };
}

/** Most routes of an edited document are the same objects; all others of it, and of one that was read again, are not. */
function isSame(before: RouteConfig, after: RouteConfig): boolean {
  return before === after || JSON.stringify(before) === JSON.stringify(after);
}

function compileRoute(id: string, config: RouteConfig, options: MirrorOptions): Route {
  const mirror = config.plugins?.['proxy-mirror'];
  const mirrors = mirror === undefined ? [] : compileMirrors(id, mirror, options);
  return {
    id,
    upstream: config.upstream === undefined ? null : compileUpstream(config.upstream, config),
    mirrors,
    compared: compareMirrors(mirrors, (one) => compileBaseline(one, options)),
    redact: redactOf(mirrors),
  };
}

/** What is wrong with where a route sends requests and copies. Paths begin at the route. */
function faultsOf({ upstream, mirrors }: Route, options: CompileOptions): Fault[] {
  const { faultOf = faultOnFetch } = options;
  // All nodes have the same scheme and TLS.
  const node = upstream?.nodes.slice(0, 1) ?? [];
  return [
    ...under(['upstream'], destinationFaults(node, faultOf, 'scheme')),
    ...under(['plugins', 'proxy-mirror'], destinationFaults(mirrors, faultOf, 'host')),
  ];
}

function redactOf(mirrors: readonly Mirror[]): Route['redact'] {
  const query = mirrors.flatMap(({ config }) => config.redact?.query ?? []);
  return query.length === 0 ? undefined : { query };
}
