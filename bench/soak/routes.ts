import { route } from '../../test/support/origin.ts';
import type { MoodyMirror } from './moody-mirror.ts';
import type { Upstream } from './upstream.ts';

/** Seconds that a copy may live: shorter than the default, so that a short soak sees timeouts, too. */
const TIMEOUT = 2;

/** Routes that between them use what decides about a copy and what limits it, by their id. */
export function soakRoutes(upstream: Upstream, [a, b]: readonly [MoodyMirror, MoodyMirror]) {
  const plugins: Readonly<Record<string, object | null>> = {
    plain: null,
    all: { host: a.url, timeout: TIMEOUT },
    sampled: { host: b.url, timeout: TIMEOUT, sample_ratio: 0.3 },
    sticky: { host: a.url, timeout: TIMEOUT, sample_ratio: 0.5, sample_key: 'arg_user' },
    filtered: {
      host: b.url,
      timeout: TIMEOUT,
      _meta: { filter: [['request_method', '==', 'POST']] },
    },
    limited: {
      host: a.url,
      timeout: TIMEOUT,
      rate_limit: 10,
      max_in_flight: 4,
      max_body_size: 65_536,
      breaker: { failures: 3, open: 1 },
    },
    both: {
      mirrors: [
        { host: a.url, timeout: TIMEOUT, breaker: false },
        { host: b.url, timeout: TIMEOUT, path: '/copy', path_concat_mode: 'prefix' },
      ],
    },
  };
  return Object.entries(plugins).map(([id, plugin]) => ({
    id,
    ...route(upstream, null, { uri: `/${id}/*` }),
    ...(plugin && { plugins: { 'proxy-mirror': plugin } }),
  }));
}
