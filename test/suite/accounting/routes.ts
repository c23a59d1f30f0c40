import { route } from '../../support/origin.ts';
import type { Stage } from '../../support/stage.ts';
import { type LoggingMirror, type MirrorKind, MIRRORS } from './mirrors.ts';

/** In seconds. Longer than any pause of a busy machine: a held copy ends when its mirror releases it. */
const timeout = 60;

/** A sampling key that two mirrors share. */
const sample_key = 'http_x_user';

/** Mirrors of each route: how the server behaves, and the plugin attributes. */
export const ROUTES = {
  plain: [['steady', { compare: true }]],
  shares: [['steady', { sample_ratio: 0.3 }]],
  sticky: [
    ['steady', { sample_key, sample_ratio: 0.2 }],
    ['steady', { sample_key, sample_ratio: 0.5, compare: { max_body_size: 100 } }],
  ],
  filtered: [['steady', { _meta: { filter: [['arg_copy', '==', 'yes']] } }]],
  small: [['steady', { max_body_size: 1000 }]],
  crowded: [['holding', { max_in_flight: 4, timeout, compare: true }]],
  limited: [['steady', { rate_limit: 0.1 }]],
  broken: [['absent', { breaker: { failures: 5, open: 0.5 } }]],
  wavering: [['wavering', { breaker: false, timeout, compare: true }]],
  several: [
    ['steady', { timeout }],
    ['absent', { breaker: false }],
    ['wavering', { sample_ratio: 0.5, breaker: { failures: 3, open: 0.1 }, timeout }],
    ['holding', { timeout, compare: { baseline: 'primary' } }],
  ],
} as const satisfies Readonly<Record<string, readonly (readonly [MirrorKind, object])[]>>;

export type RouteName = keyof typeof ROUTES;

/** A route in force, and its mirrors. */
export interface OpenRoute {
  readonly name: RouteName;
  readonly id: string;
  readonly mirrors: readonly LoggingMirror[];
  /** Labels of the mirrors that are compared. */
  readonly compared: readonly { readonly route: string; readonly mirror: string }[];
  /** Requests sent to it so far. */
  requests: number;
}

/** Creates a route with mirrors of its own. */
export async function openRoute(stage: Stage, name: RouteName): Promise<OpenRoute> {
  const id = stage.fresh(name);
  const mirrors = await Promise.all(ROUTES[name].map(([kind]) => MIRRORS[kind]()));
  const configured = ROUTES[name].map(([, plugin], i) => ({ ...plugin, host: mirrors[i]!.url }));
  await stage.gateway.put(id, {
    ...route(stage.upstream, null, { uri: `/${id}/*` }),
    plugins: { 'proxy-mirror': { mirrors: configured } },
  });
  const compared = configured
    .filter((plugin) => 'compare' in plugin)
    .map(({ host }) => ({ route: id, mirror: host }));
  return { name, id, mirrors, compared, requests: 0 };
}
