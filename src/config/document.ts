import { type Checked, documentText, type Fault, MOST_FAULTS, under, verdict } from './fault.ts';
import { hazards } from './hazard.ts';
import { parseJson } from './json.ts';
import { type RouteConfig, routeFaults } from './route.ts';
import { above, array, faultsOf, isObject, map, number, object } from './schema.ts';
import { forbidden } from './text.ts';

/** The document of routes: `routes.json`, or the value of `routes` in KV. Other fields are kept. */
export interface RoutesDocument {
  readonly [field: string]: unknown;
  readonly routes: readonly RouteConfig[];
  /** Id to the unix second in which the route ends; written for `?ttl=`. */
  readonly expires?: Readonly<Record<string, number>>;
}

// APISIX's other resources. To ignore them would route otherwise than the document says.
const RESOURCES: Readonly<Record<string, string>> = {
  services: 'put what a service holds into its routes',
  upstreams: 'put each into the "upstream" of its routes',
  plugin_configs: 'put the plugins into the routes',
  global_rules: 'put the plugins into the routes',
  consumers: 'there is no authentication here',
  consumer_groups: 'there is no authentication here',
  ssls: 'TLS ends in front of this gateway',
  stream_routes: 'only HTTP passes here',
  plugin_metadata: 'there is none for proxy-mirror',
  secrets: 'references to secrets are not resolved here',
  protos: 'gRPC does not pass here',
};

const schema = object<Pick<RoutesDocument, 'routes' | 'expires'>>(
  // Routes are looked at one by one.
  { routes: array() as never, expires: map(number(above(0))) },
  { required: ['routes'], open: true },
);

/**
 * Reads and checks a document.
 *
 * @returns the document as written, or all faults; of text that is not JSON the first slip, with
 *   line and column
 * @example parseDocument('{"routes":[]}') // { ok: true, value: { routes: [] } }
 */
export function parseDocument(text: string): Checked<RoutesDocument> {
  const parsed = parseJson(text);
  return parsed.ok ? checkDocument(parsed.value) : parsed;
}

/**
 * Checks a document as a whole: every route, ids unique, nothing in it that would change routing if
 * it were ignored.
 *
 * @returns the same object, nothing filled in, or all faults
 * @example checkDocument({ routes: [{ uri: '/a', plugins: {} }] })
 * // { ok: false, faults: [{ path: ['routes', 0, 'id'], message: 'property "id" is required', ... }] }
 */
export function checkDocument(value: unknown): Checked<RoutesDocument> {
  const dangers = hazards(value);
  return verdict(value, dangers.length > 0 ? dangers : documentFaults(value));
}

function documentFaults(document: unknown): Fault[] {
  const faults = faultsOf(schema, document);
  if (!isObject(document)) return faults;
  faults.push(...resourceFaults(document));
  const routes: unknown[] = Array.isArray(document['routes']) ? document['routes'] : [];
  for (const [index, route] of routes.entries()) {
    if (faults.length > MOST_FAULTS) return faults;
    faults.push(...under(['routes', index], routeFaults(route)));
  }
  return [...faults, ...idFaults(routes)];
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

// `1` and `"1"` are one id: both are `/apisix/admin/routes/1`.
function idFaults(routes: readonly unknown[]): Fault[] {
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
    return [{ path: ['routes', index, 'id'], message }];
  });
}

/** A route as code writes it: `id` may be left out and is then its place, from 1. */
export type RouteInput = Omit<RouteConfig, 'id'> & { readonly id?: RouteConfig['id'] };

/** Routes handed in by code are not valid. The message lists every fault with its place. */
export class InvalidRoutes extends Error {
  override readonly name = 'InvalidRoutes';
}

/**
 * A document of routes given in code.
 *
 * @throws InvalidRoutes
 */
export function routesDocument(routes: readonly RouteInput[]): RoutesDocument {
  const document = {
    routes: routes.map((route, i) => ({ ...route, id: route.id ?? String(i + 1) })),
  };
  const checked = checkDocument(document);
  if (!checked.ok) throw new InvalidRoutes(documentText(checked.faults, document).join('\n'));
  return checked.value;
}
