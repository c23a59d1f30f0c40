import {
  isDisabled,
  type MirrorConfig,
  mirrorsOf,
  type ProxyMirrorConfig,
} from '../config/proxy-mirror.ts';
import { destination } from '../http/destination.ts';
import { headerValue } from '../http/headers.ts';
import type { Inbound } from '../http/inbound.ts';
import type { Outbound, Timeouts } from '../http/outbound.ts';
import { compileVars } from '../vars/expression.ts';
import { copyHeaders, LOOP_MARK } from './copy-headers.ts';
import { copyTarget } from './copy-target.ts';
import { type Breaker, breaker, NO_BREAKER } from './limits/breaker.ts';
import { type Churn, churn } from './limits/churn.ts';
import { type InFlight, inFlight } from './limits/in-flight.ts';
import { NO_RATE_LIMIT, type TokenBucket, tokenBucket } from './limits/token-bucket.ts';
import type { SkipReason } from './outcome.ts';
import { type Sampler, sampler } from './sample.ts';

/** One mirror of one route, compiled: what a copy looks like, who gets one, and the limits. */
export interface Mirror {
  /** Id of the route, and the configured `host`: the labels of its metrics. */
  readonly route: string;
  readonly host: string;
  /** Milliseconds that a copy may live. */
  readonly timeout: number;
  readonly maxBodySize: number;
  readonly inFlight: InFlight;
  readonly churn: Churn;
  readonly rate: TokenBucket;
  readonly breaker: Breaker;
  /**
   * Why this request gets no copy, as far as its head can tell; `null` when it gets one.
   *
   * @param draw the luck of the request, from 0 (taken by any share) up to 1. Default: drawn, when
   * it comes to that
   */
  refuses(inbound: Inbound, draw?: number): SkipReason | null;
  /** The share of requests such as this one that sampling takes. */
  readonly share: Sampler;
  /** The copy of a request. */
  copyOf(primary: Outbound, body: Uint8Array | null): Outbound;
}

/** What a mirror gets that says nothing else. APISIX has no such limits, so they are generous. */
const DEFAULTS = {
  timeout: 10,
  maxBodySize: 1_048_576,
  maxInFlight: 128,
  breaker: { failures: 10, open: 5 },
  connectionRate: 500,
} as const;

export interface MirrorOptions {
  /** Id of this gateway, the value of the loop mark. */
  readonly instance: () => string;
  /** Longest life of a copy that the platform allows, in seconds. */
  readonly longestTimeout?: number;
  /**
   * Connections a second that copies to one mirror may use up beside one for each that may be in
   * flight, as this runtime can bear. Default 500.
   */
  readonly connectionRate?: number;
}

/** Compiles the mirrors of a plugin configuration: one, several, or none when it is disabled. */
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

function compileMirror(route: string, config: MirrorConfig, options: MirrorOptions): Mirror {
  const { host } = config;
  const authority = host.slice(host.indexOf('://') + 3);
  const longest = options.longestTimeout ?? Infinity;
  const timeout = Math.min(config.timeout ?? DEFAULTS.timeout, longest) * 1000;
  const timeouts: Timeouts = { connect: timeout, send: timeout, read: timeout };
  const maxBodySize = config.max_body_size ?? DEFAULTS.maxBodySize;
  const target = copyTarget(config.path, config.path_concat_mode);
  const to = destination(host, config);
  const headers = copyHeaders(config, authority, options.instance);
  const places = config.max_in_flight ?? DEFAULTS.maxInFlight;
  // Who really needs more of them can have them: by more copies in flight.
  const rate = (options.connectionRate ?? DEFAULTS.connectionRate) + places;
  const connections = churn(rate, host.startsWith('https:'));
  const share = sampler(config.sample_ratio ?? 1, config.sample_key);
  return {
    route,
    host,
    timeout,
    maxBodySize,
    inFlight: inFlight(places, connections),
    churn: connections,
    rate: config.rate_limit === undefined ? NO_RATE_LIMIT : tokenBucket(config.rate_limit),
    breaker:
      config.breaker === false ? NO_BREAKER : breaker({ ...DEFAULTS.breaker, ...config.breaker }),
    share,
    refuses: refusal(config, share, maxBodySize),
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

/** In the order of what it costs to find out; the first that is true is the reason. */
function refusal(config: MirrorConfig, shareOf: Sampler, maxBodySize: number): Mirror['refuses'] {
  const passes = filterOf(config);
  return (inbound, draw) => {
    if (headerValue(inbound.headers, LOOP_MARK) !== undefined) return 'loop';
    // Other upgrades (h2c) are offers that a server may ignore: such a request is one like any other.
    if (/websocket/i.test(headerValue(inbound.headers, 'upgrade') ?? '')) return 'upgrade';
    if (passes !== null && !passes(inbound)) return 'filtered';
    const share = shareOf(inbound);
    if (share < 1 && (draw ?? Math.random()) >= share) return 'sampled_out';
    const length = inbound.upload?.length ?? 0;
    return length > maxBodySize ? 'body_too_large' : null;
  };
}

function filterOf(config: MirrorConfig): ((inbound: Inbound) => boolean) | null {
  const filter = config._meta?.filter;
  return filter === undefined ? null : compileVars(filter);
}
