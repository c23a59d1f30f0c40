import { parseCidr } from '../http/cidr.ts';
import {
  type Description,
  description,
  expressionFaults,
  hostName,
  type Id,
  id,
  isId,
  type Method,
  methods,
  strings,
  timeout,
  type Timeout,
} from './fields.ts';
import { type Checked, type Fault, under, verdict } from './fault.ts';
import { hazards } from './hazard.ts';
import { type PluginsConfig, pluginsFaults } from './plugins.ts';
import {
  among,
  array,
  boolean,
  faultsOf,
  integer,
  isObject,
  length,
  object,
  type Schema,
  string,
  type Test,
  typed,
} from './schema.ts';
import { noneOf } from './messages.ts';
import { type UpstreamConfig, upstreamFaults } from './upstream.ts';

/** A route as written in a document, without defaults filled in. */
export interface RouteConfig extends Description {
  readonly id: Id;
  /** Exactly one of `uri` and `uris` is required. `/a/*` matches every path that starts with `/a/`. */
  readonly uri?: string;
  readonly uris?: readonly string[];
  /** At most one of `host` and `hosts`. Default: any host. */
  readonly host?: string;
  readonly hosts?: readonly string[];
  /** Client addresses or CIDRs; at most one of `remote_addr` and `remote_addrs`. Default: any address. */
  readonly remote_addr?: string;
  readonly remote_addrs?: readonly string[];
  /** Absent or empty: any method. */
  readonly methods?: readonly Method[];
  /** Order among routes with the same URI pattern, higher first. Default 0. */
  readonly priority?: number;
  /** An expression over the request, see `compileVars`. */
  readonly vars?: readonly unknown[];
  /** Timeouts of exchanges with the upstream; wins over the upstream's own. */
  readonly timeout?: Timeout;
  /** Whether WebSockets are forwarded. Default false. */
  readonly enable_websocket?: boolean;
  /** 0 takes the route out of service. Default 1. */
  readonly status?: 0 | 1;
  readonly plugins?: PluginsConfig;
  readonly upstream?: UpstreamConfig;
}

/** Ids of APISIX objects that this gateway does not have. */
export interface References {
  readonly upstream_id?: Id;
  readonly service_id?: Id;
  readonly plugin_config_id?: Id;
}

const NO_LUA = 'no Lua runs here: use "vars" to choose requests';

const ADDRESS_HINT = 'expected an IPv4 or IPv6 address or a CIDR';

export const addressTest: Test<string> = (text) =>
  parseCidr(text) === null ? noneOf(ADDRESS_HINT) : undefined;

function address() {
  return string(addressTest);
}

function uri() {
  return string(length(1, 4096));
}

export const routeSchema: Schema<RouteConfig & References> = object<RouteConfig & References>(
  {
    ...description(),
    id: id(),
    uri: uri(),
    uris: strings(uri()),
    host: hostName(),
    hosts: strings(hostName()),
    remote_addr: address(),
    remote_addrs: strings(address()),
    methods: methods(),
    priority: integer(),
    vars: array(),
    timeout: timeout(),
    enable_websocket: boolean(),
    status: typed<0 | 1>('integer', Number.isSafeInteger, among(1, 0)),
    // `pluginsFaults` and `upstreamFaults` check the contents of these two.
    plugins: typed('object', isObject),
    upstream: typed('object', () => true),
    upstream_id: id(),
    service_id: id(),
    plugin_config_id: id(),
  },
  {
    required: ['id'],
    refused: { filter_func: NO_LUA, script: NO_LUA, script_id: NO_LUA },
  },
);

/**
 * Checks one route, including its id.
 *
 * @returns the same object, without defaults filled in, or all its faults in the order APISIX checks for them
 * @example
 * checkRoute({ id: '1', uri: '/hello', upstream: { nodes: { '127.0.0.1:1980': 1 } } })
 * // { ok: true, value }
 */
export function checkRoute(value: unknown): Checked<RouteConfig> {
  const dangers = hazards(value);
  return verdict(value, dangers.length > 0 ? dangers : routeFaults(value));
}

/** Like `checkRoute`, for a route inside a document that `hazards` has already checked. */
export function routeFaults(route: unknown): Fault[] {
  if (!isObject(route)) return faultsOf(routeSchema, route);
  // In APISIX's order (`check_conf` in apisix/admin/routes.lua), because APISIX reports the first fault only.
  return [
    ...pairFaults(route),
    ...faultsOf(routeSchema, route),
    ...requiredFaults(route),
    ...(route['upstream'] === undefined
      ? []
      : under(['upstream'], upstreamFaults(route['upstream']))),
    ...referenceFaults(route),
    ...under(['plugins'], pluginsFaults(route['plugins'])),
    ...expressionFaults(route['vars'], ['vars']),
  ];
}

type Fields = Readonly<Record<string, unknown>>;

export const PAIRS = [
  ['host', 'hosts'],
  ['remote_addr', 'remote_addrs'],
] as const;

function pairFaults(route: Fields): Fault[] {
  return PAIRS.filter(([one, many]) => route[one] !== undefined && route[many] !== undefined).map(
    ([one, many]) => ({
      path: [many],
      message: `only one of ${one} or ${many} is allowed`,
      noPrefix: true,
    }),
  );
}

const BOTH_URIS =
  'value should match only one schema, but matches both schemas 1 and 2 ' +
  '(give either "uri" or "uris")';
const NO_URI =
  'object matches none of the required: ["uri"] or ["uris"] (a route needs one of them)';
const NO_TARGET =
  'object matches none of the required: ["plugins","uri"] or ["upstream","uri"] or ' +
  '["upstream_id","uri"] or ["service_id","uri"] or ["plugins","uris"] or ["upstream","uris"] or ' +
  '["upstream_id","uris"] or ["service_id","uris"] or ["script","uri"] or ["script","uris"] ' +
  '(a route needs "upstream" or "plugins")';

const TARGETS = ['plugins', 'upstream', 'upstream_id', 'service_id', 'script'];

function requiredFaults(route: Fields): Fault[] {
  const messages: string[] = [];
  const uris = ['uri', 'uris'].filter((key) => route[key] !== undefined).length;
  if (uris === 2) messages.push(BOTH_URIS);
  if (uris === 0) messages.push(NO_URI);
  if (TARGETS.every((key) => route[key] === undefined)) messages.push(NO_TARGET);
  return messages.map((message) => ({ path: [], message }));
}

// This gateway has no such objects, so the fault is what APISIX reports when it cannot find one.
export const REFERENCES: Readonly<Record<string, string>> = {
  upstream_id: 'upstream',
  service_id: 'service',
  plugin_config_id: 'plugin config',
};

function referenceFaults(route: Fields): Fault[] {
  return Object.entries(REFERENCES)
    .filter(([key]) => isId(route[key]))
    .map(([key, what]) => ({
      path: [key],
      message: `failed to fetch ${what} info by ${what} id [${String(route[key])}], response code: 404`,
      noPrefix: true,
    }));
}
