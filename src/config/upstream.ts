import { type Fault, under, HIDE_PATH } from './fault.ts';
import {
  type Description,
  description,
  hostName,
  type Id,
  id,
  LONGEST_TIMER_S,
  timeout,
  type Timeout,
} from './fields.ts';
import { type NodeEntry, type Nodes, nodesFaults, parseAddress } from './nodes.ts';
import {
  among,
  atLeast,
  atMost,
  faultsOf,
  integer,
  isObject,
  number,
  typed,
  pattern,
  choice,
  string,
  object,
  type Test,
} from './schema.ts';
import { hinted } from './text.ts';

/** An upstream as it stands in a route. */
export interface UpstreamConfig extends Description {
  readonly id?: Id;
  readonly nodes: Nodes;
  /** Default `roundrobin`. */
  readonly type?: 'roundrobin' | 'chash' | 'least_conn';
  /** Default `http`. */
  readonly scheme?: 'http' | 'https';
  /** What the upstream gets as Host: the client's, the node's, or `upstream_host`. Default `pass`. */
  readonly pass_host?: 'pass' | 'node' | 'rewrite';
  readonly upstream_host?: string;
  /** Further attempts after the first. Default: the number of nodes less one. */
  readonly retries?: number;
  /** Seconds after which no further attempt starts. Default 0: no limit. */
  readonly retry_timeout?: number;
  /** The route's wins. */
  readonly timeout?: Timeout;
  /** What `key` names with `type: chash`. Default `vars`. */
  readonly hash_on?: 'vars' | 'header' | 'cookie' | 'vars_combinations';
  readonly key?: string;
  readonly keepalive_pool?: KeepalivePool;
}

/** How connections to each node are kept for further requests. On Workers that is the platform's own. */
export interface KeepalivePool {
  /** Most idle ones. Default 320. */
  readonly size?: number;
  /** Seconds that one is idle at most. Default: what the server says, else 4. */
  readonly idle_timeout?: number;
  /** Most requests on one. Default 1000. */
  readonly requests?: number;
}

/** One node, whichever form it was written in. */
export interface NodeConfig {
  /** In lower case; an IPv6 address in brackets. */
  readonly host: string;
  readonly port: number;
  readonly weight: number;
  /** Nodes of a lower priority serve only when all of a higher one are gone. */
  readonly priority: number;
}

const SCHEMES = ['http', 'https'] as const;
const NO_GRPC = 'no gRPC: it needs HTTP/2 trailers, which this gateway does not have';
const NO_DISCOVERY = 'service discovery is not supported here: list the addresses in "nodes"';

const schema = object<UpstreamConfig>(
  {
    ...description(),
    id: id(),
    // Looked at by `nodesFaults`: which texts apply depends on the form.
    nodes: typed('object or array', () => true),
    type: choice('roundrobin', 'chash', 'least_conn'),
    scheme: typed(
      'string',
      () => true,
      (value) => {
        const fault = among<unknown>(...SCHEMES)(value);
        return fault && /^grpcs?$/.test(String(value)) ? hinted(fault, NO_GRPC) : fault;
      },
    ),
    pass_host: choice('pass', 'node', 'rewrite'),
    upstream_host: hostName(),
    retries: integer(atLeast(0)),
    retry_timeout: number(atLeast(0), atMost(LONGEST_TIMER_S)),
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
  },
  {
    refused: {
      checks: 'health checks are not supported here: leave it out',
      tls: 'TLS settings of an upstream are not supported here: leave it out',
      service_name: NO_DISCOVERY,
      discovery_type: NO_DISCOVERY,
      discovery_args: NO_DISCOVERY,
    },
  },
);

/** Every fault of a route's `upstream`: of the schema, then what APISIX checks by code. */
export function upstreamFaults(upstream: unknown): Fault[] {
  const faults = faultsOf(schema, upstream);
  if (!isObject(upstream)) return faults;
  if (upstream['nodes'] !== undefined)
    faults.push(...under(['nodes'], nodesFaults(upstream['nodes'])));
  else if (upstream['service_name'] === undefined) faults.push({ path: [], message: NO_NODES });
  return [...faults, ...passHostFaults(upstream), ...hashFaults(upstream)];
}

// APISIX's `oneOf` of nodes and service discovery, of which only the first exists here.
const NO_NODES =
  'value should match only one schema, but matches none (an upstream needs "nodes"; {} is allowed)';

/** A rewritten Host needs a value. Shared with the plugin, which has the same two attributes. */
export function passHostFaults(value: Readonly<Record<string, unknown>>): Fault[] {
  if (value['pass_host'] !== 'rewrite' || value['upstream_host'] !== undefined) return [];
  const message = "`upstream_host` can't be empty when `pass_host` is `rewrite`";
  return [{ path: ['upstream_host'], message, noPrefix: true }];
}

// What `key` may name, per `hash_on` (`upstream_hash_*_schema` in apisix/schema_def.lua).
const FIELD_NAME = '^[a-zA-Z0-9-_]+$';
const KEY_TESTS: ReadonlyMap<unknown, Test<string>> = new Map([
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

function hashFaults({ type, hash_on = 'vars', key }: Readonly<Record<string, unknown>>): Fault[] {
  if (type !== 'chash') return [];
  if (key === undefined) return [{ path: ['key'], message: MISSING_KEY, noPrefix: true }];
  const message = typeof key === 'string' ? KEY_TESTS.get(hash_on)?.(key) : undefined;
  return message === undefined ? [] : [{ path: ['key'], message, hiddenSteps: HIDE_PATH }];
}

const DEFAULT_PORT = { http: 80, https: 443 };

/**
 * The nodes of a checked upstream in one shape, in the order written.
 *
 * @example
 * nodesOf({ nodes: { 'A.example': 1 }, scheme: 'https' })
 * // [{ host: 'a.example', port: 443, weight: 1, priority: 0 }]
 */
export function nodesOf({ nodes, scheme = 'http' }: UpstreamConfig): NodeConfig[] {
  const port = DEFAULT_PORT[scheme];
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
