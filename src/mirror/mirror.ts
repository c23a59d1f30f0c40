import { type TokenBucket, tokenBucket } from '../http/token-bucket.ts';
import { PRIMARY } from '../config/compare.ts';
import { MIRROR_DEFAULTS } from '../config/defaults.ts';
import type { Named } from '../config/mirror-names.ts';
import {
  isDisabled,
  type MirrorConfig,
  mirrorsOf,
  type ProxyMirrorConfig,
} from '../config/proxy-mirror.ts';
import { type Destination, destination } from '../http/destination.ts';
import { fieldNames, type HeaderList, headerValue } from '../http/fields.ts';
import type { Inbound, Outbound, Timeouts } from '../http/messages.ts';
import { compileVars } from '../vars/expression.ts';
import { type Sampler, sampler } from '../vars/sampler.ts';
import {
  type Breaker,
  breaker,
  type Churn,
  churn,
  type InFlight,
  inFlight,
  NO_BREAKER,
  NO_RATE_LIMIT,
} from './limits.ts';
import type { SkipReason } from './outcome.ts';

/** A compiled mirror of a route: which requests get a copy, how copies are made, and the limits. */
export interface Mirror {
  /** Id of the route. */
  readonly route: string;
  /** What it is called: its `host`, and more where another mirror of the route has the same (`config/mirror-names.ts`). */
  readonly name: string;
  readonly config: MirrorConfig;
  readonly destination: Destination;
  /** True for another instance of the old version: its outcomes are not those of a mirror. */
  readonly isBaseline: boolean;
  /** Milliseconds that a copy may take, to the last byte of the response. */
  readonly timeout: number;
  readonly maxBodySize: number;
  readonly inFlight: InFlight;
  readonly churn: Churn;
  readonly rate: TokenBucket;
  readonly breaker: Breaker;
  /**
   * Why the head of this request rules out a copy; `null` if it does not.
   *
   * @param random uniform in [0, 1): the request is sampled if it is below the share. Default: drawn when needed
   */
  skipReason(inbound: Inbound, random?: number): SkipReason | null;
  /** The probability that sampling takes a request like this. */
  readonly sampleRatio: Sampler;
  /** Makes the copy of a request. */
  copyOf(primary: Outbound, body: Uint8Array | null): Outbound;
}

/** Default of `connectionRate`, connections per second. */
const CONNECTION_RATE = 500;

export interface MirrorOptions {
  /** Id of this gateway, the value of the loop mark. */
  readonly instance: () => string;
  /** Upper limit for the timeout of a copy on this platform, in seconds. Default: none. */
  readonly longestTimeout?: number | undefined;
  /** Connections per second that copies to one mirror may use up, in addition to its `max_in_flight`. Default: 500. */
  readonly connectionRate?: number | undefined;
}

/** Compiles the mirrors of a plugin configuration: one, several, or none if it is disabled. */
export function compileMirrors(
  route: string,
  config: ProxyMirrorConfig,
  options: MirrorOptions,
): readonly Mirror[] {
  if (isDisabled(config)) return [];
  return mirrorsOf(config)
    .filter((mirror) => !isDisabled(mirror))
    .map((mirror) => compileMirror(route, mirror, options));
}

/** Copies in flight to the upstream itself: what is asked only to know the noise must not become its load. */
const MAX_BASELINES_IN_FLIGHT = 8;

/**
 * Compiles the baseline of a mirror: what gets the same request once more, so that it is seen what differs anyway.
 * `null` if the mirror has none. It has limits of its own, as a mirror has.
 *
 * @param mirror one that `compare` is configured for
 */
export function compileBaseline(mirror: Mirror, options: MirrorOptions): Mirror | null {
  const { route, config } = mirror;
  const baseline = typeof config.compare === 'object' ? config.compare.baseline : undefined;
  if (baseline === undefined) return null;
  if (baseline !== PRIMARY)
    return {
      ...compileMirror(route, { ...config, host: baseline, name: baseline }, options),
      isBaseline: true,
    };
  const { instance } = options;
  const limits = { host: config.host, name: PRIMARY, max_in_flight: MAX_BASELINES_IN_FLIGHT };
  const own = compileMirror(route, { ...limits, timeout: mirror.timeout / 1000 }, options);
  return {
    ...own,
    isBaseline: true,
    copyOf: (primary, body) => ({
      ...primary,
      headers: [...primary.headers, LOOP_MARK, instance()],
      body,
      timeouts: { connect: mirror.timeout, send: mirror.timeout, read: mirror.timeout },
    }),
  };
}

function compileMirror(route: string, config: Named<MirrorConfig>, options: MirrorOptions): Mirror {
  const { host, name } = config;
  const authority = host.slice(host.indexOf('://') + 3);
  const longest = options.longestTimeout ?? Infinity;
  const timeout = Math.min(config.timeout ?? MIRROR_DEFAULTS.timeout, longest) * 1000;
  const timeouts: Timeouts = { connect: timeout, send: timeout, read: timeout };
  const maxBodySize = config.max_body_size ?? MIRROR_DEFAULTS.max_body_size;
  // As in APISIX, `path` is not for gRPC, whose path names the method that is called.
  const target = copyTarget(
    host.startsWith('grpc') ? undefined : config.path,
    config.path_concat_mode,
  );
  const to = destination(host, config);
  const headers = copyHeaders(config, authority, options.instance);
  const places = config.max_in_flight ?? MIRROR_DEFAULTS.max_in_flight;
  // Grows with `max_in_flight`, so that a mirror that needs more connections can be given them.
  const rate = (options.connectionRate ?? CONNECTION_RATE) + places;
  const connections = churn(rate, /^\w+s:/.test(host));
  const share = sampler(config.sample_ratio ?? MIRROR_DEFAULTS.sample_ratio, config.sample_key);
  return {
    route,
    name,
    config,
    destination: to,
    isBaseline: false,
    timeout,
    maxBodySize,
    inFlight: inFlight(places, connections),
    churn: connections,
    rate: config.rate_limit === undefined ? NO_RATE_LIMIT : tokenBucket(config.rate_limit),
    breaker:
      config.breaker === false
        ? NO_BREAKER
        : breaker({ ...MIRROR_DEFAULTS.breaker, ...config.breaker }),
    sampleRatio: share,
    skipReason: skipReasonOf(config, share, maxBodySize),
    copyOf: (primary, body) => ({
      destination: to,
      target: target(primary.target),
      method: primary.method,
      headers: headers(primary.headers),
      body,
      timeouts,
    }),
  };
}

/** Checks the reasons to skip a request, the cheapest first. */
function skipReasonOf(
  config: MirrorConfig,
  shareOf: Sampler,
  maxBodySize: number,
): Mirror['skipReason'] {
  const methods = methodsOf(config);
  const passes = filterOf(config);
  const isSampled = config.sample_ratio !== undefined && config.sample_ratio < 1;
  return (inbound, random) => {
    if (headerValue(inbound.headers, LOOP_MARK) !== undefined) return 'loop';
    // Other upgrades (h2c) are offers that a server may ignore: such a request is copied like any other.
    if (/websocket/i.test(headerValue(inbound.headers, 'upgrade') ?? '')) return 'upgrade';
    if (methods !== null && !methods.has(inbound.method)) return 'filtered';
    if (passes !== null && !passes(inbound)) return 'filtered';
    if (isSampled && isLeftOut(shareOf(inbound), random)) return 'sampled_out';
    const length = inbound.upload?.length ?? 0;
    return length > maxBodySize ? 'body_too_large' : null;
  };
}

function isLeftOut(share: number, random?: number): boolean {
  return share < 1 && (random ?? Math.random()) >= share;
}

function methodsOf({ methods = [] }: MirrorConfig): ReadonlySet<string> | null {
  return methods.length === 0 ? null : new Set<string>(methods);
}

function filterOf(config: MirrorConfig): ((inbound: Inbound) => boolean) | null {
  const filter = config._meta?.filter;
  return filter === undefined ? null : compileVars(filter);
}

/** Makes the target of a copy from the primary's. */
export type CopyTarget = (target: string) => string;

/**
 * Compiles `path` and `path_concat_mode`. The query is always kept. The client's path is kept undecoded (APISIX sends
 * it decoded, which can change its meaning).
 *
 * @example copyTarget('/a', 'prefix')('/hello?x=1') // '/a/hello?x=1'
 */
export function copyTarget(
  configured: string | undefined,
  mode: 'replace' | 'prefix' = MIRROR_DEFAULTS.path_concat_mode,
): CopyTarget {
  if (configured === undefined) return (target) => target;
  const path = encoded(configured);
  if (mode === 'prefix') return (target) => path + target;
  return (target) => {
    const mark = target.indexOf('?');
    return mark === -1 ? path : path + target.slice(mark);
  };
}

/** Percent-encodes a configured path: APISIX allows `#`, spaces and any letter there, a request line does not. */
function encoded(path: string): string {
  return path.replace(/[^\x21-\x7e]|#/gu, escaped);
}

/** Like `encodeURIComponent`, but never throws: that function rejects lone surrogates, which JSON may contain. */
function escaped(character: string): string {
  const bytes = new TextEncoder().encode(character);
  return Array.from(bytes, (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(
    '',
  );
}

/** Field that marks copies. Requests with it are not copied, so that a mirror that leads back here causes no loop. */
const LOOP_MARK = 'x-mirrored-by';

/** Makes the fields of a copy from the primary's. */
export type CopyHeaders = (primary: HeaderList) => HeaderList;

/**
 * Compiles `pass_host`, `upstream_host` and `headers` of a mirror.
 *
 * @param authority the mirror's own host and port, sent with `pass_host: node`
 * @param instance returns the id of this gateway, the value of the loop mark. Called with the first copy, since Workers
 * have no random numbers before a request is served
 */
export function copyHeaders(
  config: MirrorConfig,
  authority: string,
  instance: () => string,
): CopyHeaders {
  const host = hostOf(config, authority);
  const { set = {}, add = {}, remove = [] } = config.headers ?? {};
  const dropped = new Set([...remove, ...Object.keys(set)].map((name) => name.toLowerCase()));
  if (host !== null) dropped.add('host');
  // Host is the first field (RFC 9110 section 7.2).
  const first = host === null ? [] : ['Host', host];
  let last: HeaderList | null = null;
  const appended = () => (last ??= [...pairs(set), ...pairs(add), LOOP_MARK, instance()]);
  if (dropped.size === 0) return (primary) => primary.concat(appended());
  const nameOf = fieldNames(dropped);
  return (primary) => {
    const list: HeaderList = first.slice();
    for (let i = 0; i < primary.length; i += 2) {
      if (nameOf(primary[i]!) === '') list.push(primary[i]!, primary[i + 1]!);
    }
    return list.concat(appended());
  };
}

/** Host of copies; `null` keeps the primary's. */
function hostOf(config: MirrorConfig, authority: string): string | null {
  switch (config.pass_host) {
    case 'node':
      return authority;
    case 'rewrite':
      return config.upstream_host!;
    default:
      return null;
  }
}

function pairs(fields: Readonly<Record<string, string>>): HeaderList {
  return Object.entries(fields).flat();
}
