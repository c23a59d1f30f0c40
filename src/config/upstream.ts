import { UPSTREAM_DEFAULTS } from './defaults.ts';
import { type Fault, under, HIDE_PATH } from './fault.ts';
import {
  type Description,
  description,
  hostName,
  type Id,
  id,
  MAX_TIMER_S,
  timeout,
  type Timeout,
} from './fields.ts';
import { type NodeEntry, type Nodes, nodesFaults, parseAddress } from './nodes.ts';
import {
  atLeast,
  atMost,
  faultsOf,
  integer,
  isObject,
  number,
  typed,
  pattern,
  choice,
  type Schema,
  string,
  object,
  type Test,
} from './schema.ts';
import { tls } from './tls.ts';
import type { TlsConfig } from '../http/destination.ts';

/** An upstream as written in a route, without defaults filled in. */
export interface UpstreamConfig extends Description {
  readonly id?: Id;
  readonly nodes: Nodes;
  /** Default `roundrobin`. */
  readonly type?: 'roundrobin' | 'chash' | 'least_conn';
  /** Default `http`. */
  readonly scheme?: (typeof SCHEMES)[number];
  /** Host field of the forwarded request: the client's, the node's, or `upstream_host`. Default `pass`. */
  readonly pass_host?: 'pass' | 'node' | 'rewrite';
  readonly upstream_host?: string;
  /** Retries after the first attempt. Default: the number of nodes minus one. */
  readonly retries?: number;
  /** Seconds after which no further retry starts. Default 0: no limit. */
  readonly retry_timeout?: number;
  /** The route's `timeout` wins over this one. */
  readonly timeout?: Timeout;
  /** What `key` is the name of, with `type: chash`. Default `vars`. */
  readonly hash_on?: 'vars' | 'header' | 'cookie' | 'vars_combinations';
  readonly key?: string;
  readonly keepalive_pool?: KeepalivePool;
  /** Of the connections to nodes, with `scheme: https` and `grpcs`. */
  readonly tls?: TlsConfig;
}

/** Limits of the pool of idle connections to each node. No effect on Workers, which pools connections itself. */
export interface KeepalivePool {
  /** Most idle connections. Default 320. */
  readonly size?: number;
  /** Seconds that a connection may stay idle. Default: as the server says in Keep-Alive, else 4. */
  readonly idle_timeout?: number;
  /** Most requests on one connection. Default 1000. */
  readonly requests?: number;
}

/** One node, in the same shape for both forms of `nodes`. */
export interface NodeConfig {
  /** In lower case; an IPv6 address has brackets. */
  readonly host: string;
  readonly port: number;
  readonly weight: number;
  /** Nodes with a lower priority are used only when no node with a higher priority is available. */
  readonly priority: number;
}

const SCHEMES = ['http', 'https', 'grpc', 'grpcs'] as const;
const NO_DISCOVERY = 'service discovery is not supported here: list the addresses in "nodes"';

export const upstreamSchema: Schema<UpstreamConfig> = object<UpstreamConfig>(
  {
    ...description(),
    id: id(),
    // `nodesFaults` checks the contents, because the messages depend on the form.
    nodes: typed('object or array', () => true),
    type: choice('roundrobin', 'chash', 'least_conn'),
    scheme: choice(...SCHEMES),
    pass_host: choice('pass', 'node', 'rewrite'),
    upstream_host: hostName(),
    retries: integer(atLeast(0)),
    retry_timeout: number(atLeast(0), atMost(MAX_TIMER_S)),
    timeout: timeout(),
    hash_on: choice('vars', 'header', 'cookie', 'vars_combinations'),
    key: string(),
    keepalive_pool: object<KeepalivePool>(
      {
        size: integer(atLeast(1)),
        idle_timeout: number(atLeast(0)),
        requests: integer(atLeast(1)),
      },
      { open: true },
    ),
    tls: tls(),
  },
  {
    refused: {
      checks: 'health checks are not supported here: leave it out',
      service_name: NO_DISCOVERY,
      discovery_type: NO_DISCOVERY,
      discovery_args: NO_DISCOVERY,
    },
  },
);

/** All faults of a route's `upstream`: first against the schema, then the rules that APISIX checks in code. */
export function upstreamFaults(upstream: unknown): Fault[] {
  const faults = faultsOf(upstreamSchema, upstream);
  if (!isObject(upstream)) return faults;
  if (upstream['nodes'] !== undefined)
    faults.push(...under(['nodes'], nodesFaults(upstream['nodes'])));
  else if (upstream['service_name'] === undefined) faults.push({ path: [], message: NO_NODES });
  return [...faults, ...passHostFaults(upstream), ...hashFaults(upstream)];
}

// APISIX's `oneOf`: an upstream has nodes or service discovery. This gateway only has nodes.
const NO_NODES =
  'value should match only one schema, but matches none (an upstream needs "nodes"; {} is allowed)';

/** `pass_host: rewrite` needs an `upstream_host`. The plugin has the same two attributes and the same rule. */
export function passHostFaults(value: Readonly<Record<string, unknown>>): Fault[] {
  if (value['pass_host'] !== 'rewrite' || value['upstream_host'] !== undefined) return [];
  const message = "`upstream_host` can't be empty when `pass_host` is `rewrite`";
  return [{ path: ['upstream_host'], message, noPrefix: true }];
}

// Allowed values of `key` for each `hash_on` (`upstream_hash_*_schema` in apisix/schema_def.lua).
const FIELD_NAME = '^[a-zA-Z0-9-_]+$';
export const KEY_TESTS: ReadonlyMap<unknown, Test<string>> = new Map([
  [
    'vars',
    pattern(
      '^((uri|server_name|server_addr|request_uri|remote_port|remote_addr|query_string|host|hostname' +
        '|mqtt_client_id)|arg_[0-9a-zA-z_-]+)$',
    ),
  ],
  ['header', pattern(FIELD_NAME)],
  ['cookie', pattern(FIELD_NAME)],
]);

const MISSING_KEY = 'missing key (type "chash" needs "key": the name of what "hash_on" reads)';

function hashFaults(upstream: Readonly<Record<string, unknown>>): Fault[] {
  const { type, hash_on = UPSTREAM_DEFAULTS.hash_on, key } = upstream;
  if (type !== 'chash') return [];
  if (key === undefined) return [{ path: ['key'], message: MISSING_KEY, noPrefix: true }];
  const message = typeof key === 'string' ? KEY_TESTS.get(hash_on)?.(key) : undefined;
  return message === undefined ? [] : [{ path: ['key'], message, hiddenSteps: HIDE_PATH }];
}

/** @example defaultPort('grpcs') // 443 */
export function defaultPort(scheme: string): number {
  return scheme.endsWith('s') ? 443 : 80;
}

/**
 * The nodes of a checked upstream, in the order of the document, with default ports filled in.
 *
 * @example
 * nodesOf({ nodes: { 'A.example': 1 }, scheme: 'https' })
 * // [{ host: 'a.example', port: 443, weight: 1, priority: 0 }]
 */
export function nodesOf({
  nodes,
  scheme = UPSTREAM_DEFAULTS.scheme,
}: UpstreamConfig): NodeConfig[] {
  const port = defaultPort(scheme);
  if (isList(nodes)) {
    return nodes.map((node) => ({
      host: node.host.toLowerCase(),
      port: node.port ?? port,
      weight: node.weight,
      priority: node.priority ?? 0,
    }));
  }
  return Object.entries(nodes).map(([text, weight]) => {
    const address = parseAddress(text);
    if (address === null) throw new TypeError(`not a checked upstream: node ${text}`);
    return { host: address.host.toLowerCase(), port: address.port ?? port, weight, priority: 0 };
  });
}

// `Array.isArray` does not narrow a readonly array.
function isList(nodes: Nodes): nodes is readonly NodeEntry[] {
  return Array.isArray(nodes);
}
