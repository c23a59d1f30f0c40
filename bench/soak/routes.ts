import { route } from '../../test/support/origin.ts';
import type { MoodyMirror } from './moody-mirror.ts';
import type { Upstream } from './upstream.ts';

/** Timeout of a copy in seconds: shorter than the default, so that a short soak sees timeouts, too. */
const TIMEOUT_S = 2;

/** Routes, by id, that together use all conditions and limits of copies. */
export function soakRoutes(upstream: Upstream, [a, b]: readonly [MoodyMirror, MoodyMirror]) {
  const plugins: Readonly<Record<string, object | null>> = {
    plain: null,
    all: { host: a.url, timeout: TIMEOUT_S },
    sampled: { host: b.url, timeout: TIMEOUT_S, sample_ratio: 0.3 },
    sticky: { host: a.url, timeout: TIMEOUT_S, sample_ratio: 0.5, sample_key: 'arg_user' },
    filtered: {
      host: b.url,
      timeout: TIMEOUT_S,
      _meta: { filter: [['request_method', '==', 'POST']] },
    },
    limited: {
      host: a.url,
      timeout: TIMEOUT_S,
      rate_limit: 10,
      max_in_flight: 4,
      max_body_size: 65_536,
      breaker: { failures: 3, open: 1 },
    },
    both: {
      mirrors: [
        { host: a.url, timeout: TIMEOUT_S, breaker: false },
        { host: b.url, timeout: TIMEOUT_S, path: '/copy', path_concat_mode: 'prefix' },
      ],
    },
  };
  return Object.entries(plugins).map(([id, plugin]) => ({
    id,
    ...route(upstream, null, { uri: `/${id}/*` }),
    ...(plugin && { plugins: { 'proxy-mirror': plugin } }),
  }));
}
