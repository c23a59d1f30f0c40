import { isDisabled, type ProxyMirrorConfig } from '../../../config/proxy-mirror.ts';
import type { RouteConfig } from '../../../config/route.ts';
import { isObject } from '../../../config/schema.ts';
import { namesOf } from '../../names.ts';
import type { UiContext } from '../../view.ts';

type InForce = NonNullable<ReturnType<UiContext['inForce']>>;

/** What a mirror does at the moment. */
export interface Live {
  readonly inFlight: { readonly count: number };
  readonly breaker: {
    readonly open: boolean;
    /** In how many processes it is open, and of how many, where each of several has its own. */
    readonly openIn?: readonly [open: number, all: number];
  };
}

/** A mirror of the document. */
export interface ListedMirror {
  readonly name: string;
  /** Share of requests that are copied, 0 to 1; `null` if it is not a number: nothing of a paused mirror was checked. */
  readonly share: number | null;
  /** Whether it is compared while it is not paused. */
  readonly isCompared: boolean;
  /** `null`: it is paused. */
  readonly live: Live | null;
  /** Its name in lower case, for searches. */
  readonly text: string;
}

/** A route of the document. */
export interface ListedRoute {
  readonly id: string;
  readonly uris: readonly string[];
  readonly hosts: readonly string[];
  /** False for `status: 0`. */
  readonly isInService: boolean;
  readonly mirrors: readonly ListedMirror[];
  /** Id, uris and hosts in lower case, for searches. */
  readonly text: string;
}

/** The routes in force, in the order of the document. */
export interface Listed {
  readonly routes: readonly ListedRoute[];
  /** Places in `routes` by id. */
  readonly indexes: ReadonlyMap<string, number>;
  /** Those of all routes. */
  readonly mirrors: readonly ListedMirror[];
}

const lists = new WeakMap<InForce['table'], Listed>();

/** The routes in force. Made once for a table: there may be thousands. */
export function listed(inForce: InForce): Listed {
  let list = lists.get(inForce.table);
  if (list === undefined) lists.set(inForce.table, (list = makeList(inForce)));
  return list;
}

function makeList({ table, document }: InForce): Listed {
  const live = new Map(Array.from(table.routes(), ({ id, mirrors }) => [id, mirrors] as const));
  const routes = document.routes.map((route) =>
    listedRoute(route, live.get(String(route.id)) ?? []),
  );
  return {
    routes,
    indexes: new Map(routes.map(({ id }, index) => [id, index])),
    mirrors: routes.flatMap(({ mirrors }) => mirrors),
  };
}

function listedRoute(route: RouteConfig, live: readonly Live[]): ListedRoute {
  const { uri, uris = uri === undefined ? [] : [uri] } = route;
  const { host, hosts = host === undefined ? [] : [host] } = route;
  const plugin = route.plugins?.['proxy-mirror'];
  const id = String(route.id);
  return {
    id,
    uris,
    hosts,
    isInService: route.status !== 0,
    mirrors: plugin === undefined ? [] : listedMirrors(plugin, live),
    text: [id, ...uris, ...hosts].join('\n').toLowerCase(),
  };
}

/** @param live those that are not paused, in the same order */
function listedMirrors(plugin: ProxyMirrorConfig, live: readonly Live[]): ListedMirror[] {
  const { mirrors, ...shared }: Readonly<Record<string, unknown>> = { ...plugin };
  const own: readonly unknown[] = Array.isArray(mirrors) ? mirrors : [{}];
  const running = live[Symbol.iterator]();
  const all = own.map((one): Readonly<Record<string, unknown>> => ({
    ...shared,
    ...(isObject(one) ? one : {}),
  }));
  const names = namesOf(all);
  return own.map((one, i) => {
    const isPaused = isDisabled(plugin) || isDisabled(one);
    const { sample_ratio: share = 1, compare } = all[i]!;
    const name = names[i]!;
    return {
      name,
      text: name.toLowerCase(),
      share: typeof share === 'number' ? share : null,
      isCompared: compare === true || isObject(compare),
      live: isPaused ? null : ((running.next().value as Live | undefined) ?? null),
    };
  });
}
