import { parseCidr } from '../http/cidr.ts';
import { quoted } from '../http/quoted.ts';
import { type Fault, MAX_FAULTS, HIDE_PATH } from './fault.ts';
import {
  atLeast,
  atMost,
  faultsOf,
  integer,
  isObject,
  object,
  type Schema,
  string,
  type Test,
  typed,
} from './schema.ts';
import { noneOf, wrongType } from './messages.ts';

/** A node in the array form of `nodes`, as written in the document. */
export interface NodeEntry {
  readonly host: string;
  readonly port?: number;
  readonly weight: number;
  readonly priority?: number;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** The object form, `{"host:port": weight}`, or the array form. */
export type Nodes = Readonly<Record<string, number>> | readonly NodeEntry[];

/** Host and port of a key of the object form; `port` is `null` when the key has none. */
export interface Address {
  readonly host: string;
  readonly port: number | null;
}

export const NAME: RegExp = /^[0-9a-zA-Z._-]+$/;
const ADDRESS_HINT =
  'expected a name, an IPv4 address or an IPv6 address in brackets, no scheme or path';

/** True for an IPv6 address without brackets. */
function isIPv6(text: string): boolean {
  return text.includes(':') && !text.includes('/') && parseCidr(text) !== null;
}

function isHost(text: string): boolean {
  return text.startsWith('[') ? text.endsWith(']') && isIPv6(text.slice(1, -1)) : NAME.test(text);
}

/**
 * Parses `host`, `host:port`, `[v6]`, `[v6]:port` or an IPv6 address without brackets; `null` for anything
 * else. As in APISIX's `parse_addr`, a text with two colons and no brackets is an address without a port.
 *
 * @example parseAddress('[::1]:80') // { host: '[::1]', port: 80 }
 */
export function parseAddress(text: string): Address | null {
  if (isIPv6(text)) return { host: `[${text}]`, port: null };
  const [, host, port] = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,9}))?$/.exec(text) ?? [];
  if (host === undefined || !isHost(host)) return null;
  return { host, port: port === undefined ? null : Number(port) };
}

export const portTest: Test<number> = (value) =>
  value < 1 || value > 65535 ? `invalid port ${value}` : undefined;

export const nodeHost: Test<string> = (host) =>
  isHost(host) ? undefined : `invalid host ${quoted(host)}`;

// Balancers add up the weights. With each below 2^31, the sum over any list that fits in memory is exact.
export const weight: Schema<number> = integer(atLeast(0), atMost(2 ** 31 - 1));

export const entry: Schema<NodeEntry> = object<NodeEntry>(
  {
    host: string(nodeHost),
    port: integer(portTest),
    weight,
    priority: integer(),
    metadata: typed('object', isObject),
  },
  { required: ['host', 'weight'] },
);

/**
 * Faults of `nodes`. APISIX's text only says that neither of the two forms matches, so the node and the reason
 * follow in parentheses. APISIX has separate texts for two cases: a port out of range in the object form, and
 * an IPv6 address without brackets.
 */
export function nodesFaults(nodes: unknown): Fault[] {
  if (Array.isArray(nodes)) return faultsOfEach(nodes.entries(), entryFaults);
  if (isObject(nodes)) return faultsOfEach(Object.entries(nodes), keyFaults);
  return [{ path: [], message: noneOf(wrongType('object or array', nodes)) }];
}

function faultsOfEach<K>(
  nodes: Iterable<[key: K, node: unknown]>,
  faultsAt: (key: K, node: unknown) => Fault[],
): Fault[] {
  const faults: Fault[] = [];
  for (const [key, node] of nodes) {
    if (faults.length > MAX_FAULTS) break;
    faults.push(...faultsAt(key, node));
  }
  return faults;
}

function entryFaults(index: number, node: unknown): Fault[] {
  if (isObject(node) && typeof node['host'] === 'string' && isIPv6(node['host'])) {
    const message = "IPv6 address must be enclosed with '[' and ']'";
    return [{ path: [index, 'host'], message, hiddenSteps: HIDE_PATH }];
  }
  return faultsOf(entry, node).map(({ path, message }) => {
    const where = [`node ${index + 1}`, ...path].join(', ');
    const hint = path[0] === 'host' && message.startsWith('invalid') ? `; ${ADDRESS_HINT}` : '';
    return {
      path: [index, ...path],
      message: noneOf(`${where}: ${message}${hint}`),
      hiddenSteps: 1 + path.length,
    };
  });
}

function keyFaults(key: string, value: unknown): Fault[] {
  const address = parseAddress(key);
  const faults: Fault[] = faultsOf(weight, value).map(({ message }) => ({
    path: [key],
    message: noneOf(`weight of ${quoted(key)}: ${message}`),
    hiddenSteps: 1,
  }));
  if (address === null) {
    const message = noneOf(`invalid address ${quoted(key)}: ${ADDRESS_HINT}`);
    faults.push({ path: [key], message, hiddenSteps: 1 });
  } else if (address.port !== null && (address.port < 1 || address.port > 65535)) {
    faults.push({ path: [key], message: `invalid port ${address.port}`, noPrefix: true });
  }
  return faults;
}
