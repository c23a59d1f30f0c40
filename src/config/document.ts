import { type Checked, type Fault, MAX_FAULTS, under, verdict } from './fault.ts';
import { hazards } from './hazard.ts';
import { parseJson } from './json.ts';
import { type RouteConfig, routeFaults } from './route.ts';
import { above, array, faultsOf, isObject, map, number, object, type Schema } from './schema.ts';
import { forbidden, hinted } from './messages.ts';

/**
 * The routes document: `routes.json`, or the value of the key `routes` in KV. Unknown fields are kept. Each route has
 * an id here, also where the text has none: see `withIds`.
 */
export interface RoutesDocument {
  readonly [field: string]: unknown;
  readonly routes: readonly RouteConfig[];
  /** Unix time in seconds at which a route expires, by route id; written for `?ttl=`. */
  readonly expires?: Readonly<Record<string, number>>;
}

// APISIX's other resource types. They are faults: a gateway that ignored them would route differently
// from what the document says.
export const RESOURCES: Readonly<Record<string, string>> = {
  services: 'put what a service holds into its routes',
  upstreams: 'put each into the "upstream" of its routes',
  plugin_configs: 'put the plugins into the routes',
  global_rules: 'put the plugins into the routes',
  consumers: 'there is no authentication here',
  consumer_groups: 'there is no authentication here',
  ssls: 'certificates are settings: TLS_CERT and TLS_KEY',
  stream_routes: 'only HTTP passes here',
  plugin_metadata: 'there is none for proxy-mirror',
  secrets: 'references to secrets are not resolved here',
  protos: 'gRPC passes as it is',
};

type Fields = Pick<RoutesDocument, 'routes' | 'expires'>;

export const documentSchema: Schema<Fields> = object<Fields>(
  // `documentFaults` checks the routes one by one.
  { routes: array() as never, expires: map(number(above(0))) },
  { required: ['routes'], open: true },
);

/**
 * Parses and checks a document.
 *
 * @returns the document as written, but for ids that are not, or all its faults; if the text is not JSON, one fault
 *   with the line and column of the first syntax error
 * @example parseDocument('{"routes":[]}') // { ok: true, value: { routes: [] } }
 */
export function parseDocument(text: string): Checked<RoutesDocument> {
  const parsed = parseJson(text);
  return parsed.ok ? checkDocument(parsed.value) : parsed;
}

/**
 * Checks a whole document: every route is valid, ids are unique, and no unsupported APISIX resource is present.
 *
 * @param isKnown whether a route was found valid before. Default: none was
 * @returns the same object, without defaults filled in, or a copy where routes have no id (`withIds`), or all its faults
 * @example checkDocument({ routes: [{ id: '1', uri: 'a', plugins: {} }] })
 * // { ok: false, faults: [{ path: ['routes', 0, 'uri'], message: ... }] }
 */
export function checkDocument(
  value: unknown,
  isKnown: (route: unknown) => boolean = () => false,
): Checked<RoutesDocument> {
  const dangers = hazards(value);
  const checked = verdict<WrittenDocument>(
    value,
    dangers.length > 0 ? dangers : documentFaults(value, isKnown),
  );
  return checked.ok ? { ok: true, value: withIds(checked.value) } : checked;
}

function documentFaults(document: unknown, isKnown: (route: unknown) => boolean): Fault[] {
  const faults = faultsOf(documentSchema, document);
  if (!isObject(document)) return faults;
  faults.push(...resourceFaults(document));
  const written: unknown[] = Array.isArray(document['routes']) ? document['routes'] : [];
  const routes = written.map((route, index) => (isObject(route) ? withId(route, index) : route));
  for (const [index, route] of routes.entries()) {
    if (faults.length > MAX_FAULTS) return faults;
    if (isKnown(written[index])) continue;
    faults.push(...under(['routes', index], routeFaults(route)));
  }
  return [...faults, ...idFaults(routes, written)];
}

function resourceFaults(document: Readonly<Record<string, unknown>>): Fault[] {
  return Object.entries(RESOURCES)
    .filter(([name]) => !isEmpty(document[name]))
    .map(([name, reason]) => ({
      path: [name],
      message: forbidden(name, `not supported here: ${reason}`),
      hiddenSteps: 1,
    }));
}

function isEmpty(value: unknown): boolean {
  if (typeof value !== 'object') return value === undefined;
  return value === null || Object.keys(value).length === 0;
}

// `1` and `"1"` are the same id: both routes would be `/apisix/admin/routes/1`.
function idFaults(routes: readonly unknown[], written: readonly unknown[]): Fault[] {
  const first = new Map<string, number>();
  return routes.flatMap((route, index): Fault[] => {
    const id = isObject(route) ? route['id'] : undefined;
    if (typeof id !== 'string' && typeof id !== 'number') return [];
    const earlier = first.get(String(id));
    if (earlier === undefined) {
      first.set(String(id), index);
      return [];
    }
    const message = `the id of routes[${index}] is already that of routes[${earlier}]`;
    return [
      { path: ['routes', index, 'id'], message: hinted(message, hintOf(written, earlier, index)) },
    ];
  });
}

/** Which of two routes with the same id has it by its place, since nobody who reads the document sees that id. */
function hintOf(written: readonly unknown[], ...indexes: number[]): string | undefined {
  const placed = indexes.find((index) => (written[index] as RouteInput).id === undefined);
  if (placed === undefined) return undefined;
  return `routes[${placed}] has no "id", so its place, ${placeOf(placed)}, is its id`;
}

/** A route as people and programs write it: without an `id`, its id is its place in the list, counted from 1. */
export type RouteInput = Omit<RouteConfig, 'id'> & { readonly id?: RouteConfig['id'] };

/** A valid document as written, in which routes may have no id. */
type WrittenDocument = Omit<RoutesDocument, 'routes'> & { readonly routes: readonly RouteInput[] };

/** Routes whose id is their place and was not written. */
const placedRoutes = new WeakSet<object>();

function placeOf(index: number): string {
  return String(index + 1);
}

function withId(route: Record<string, unknown>, index: number): Record<string, unknown> {
  return route['id'] === undefined ? { ...route, id: placeOf(index) } : route;
}

/**
 * Gives each route without an id its place as its id: `1`, `2`, ... Returns the same object when all have one.
 *
 * @example withIds({ routes: [{ uri: '/a', plugins: {} }] }).routes[0].id // '1'
 */
function withIds(document: WrittenDocument): RoutesDocument {
  if (document.routes.every(({ id }) => id !== undefined)) return document as RoutesDocument;
  const routes = document.routes.map((written, index) => {
    if (written.id !== undefined) return written as RouteConfig;
    const { id: _none, ...rest } = written;
    const route: RouteConfig = { id: placeOf(index), ...rest };
    placedRoutes.add(route);
    return route;
  });
  return { ...document, routes };
}

/**
 * The document as it is to be stored: a route that nobody has changed is written without an id if it was read without
 * one. A route that has moved up, because one before it was deleted, gets its id written: it must not become another
 * route for those who know it by its id.
 */
export function asWritten(document: RoutesDocument): WrittenDocument {
  if (!document.routes.some((route) => placedRoutes.has(route))) return document;
  const routes = document.routes.map((route, index) => {
    if (!placedRoutes.has(route) || route.id !== placeOf(index)) return route;
    const { id: _place, ...written } = route;
    return written;
  });
  return { ...document, routes };
}
