import { UPSTREAM_DEFAULTS } from '../config/defaults.ts';
import type { UpstreamConfig } from '../config/upstream.ts';
import type { Destination } from '../http/destination.ts';
import type { Inbound } from '../http/messages.ts';
import { murmur3 } from '../vars/murmur3.ts';
import { compileVariable } from '../vars/variable.ts';

/** A server of an upstream, with the state that balancing needs. */
export interface Node {
  readonly destination: Destination;
  /** Host for `pass_host: node`: with the port only if it is not the scheme's default. */
  readonly authority: string;
  readonly weight: number;
  /** A node of lower priority gets a request only if all nodes of higher priority are excluded. */
  readonly priority: number;
  /** Exchanges in flight; counted only for `least_conn`. */
  active: number;
  /** Failures since the last response. */
  failures: number;
  /** End of the ejection, on the clock of `performance.now()`. */
  ejectedUntil: number;
}

/**
 * Picks a node for an attempt; `null` if none is left.
 *
 * @param out excluded nodes: tried already by this request, or ejected
 */
export type Pick = (inbound: Inbound, out: readonly Node[]) => Node | null;

/**
 * Smooth weighted round robin, as in nginx: exact over each full cycle, and spread evenly within it. A node of
 * weight 0 is never picked.
 *
 * @example weights 3:2:1 give the order a b a c b a
 */
function roundRobin(nodes: readonly Node[]): Pick {
  const able = nodes.filter((node) => node.weight > 0);
  if (able.length === 0) return () => null;
  if (able.length === 1) {
    const only = able[0]!;
    return (_, out) => (out.includes(only) ? null : only);
  }
  const credit = able.map(() => 0);
  return (_, out) => {
    let best = -1;
    let total = 0;
    for (let i = 0; i < able.length; i++) {
      if (out.length > 0 && out.includes(able[i]!)) continue;
      const { weight } = able[i]!;
      total += weight;
      credit[i]! += weight;
      if (best === -1 || credit[i]! > credit[best]!) best = i;
    }
    if (best === -1) return null;
    credit[best]! -= total;
    return able[best]!;
  };
}

/** The node with the fewest exchanges in flight for its weight; round robin among equals. */
function leastConn(nodes: readonly Node[]): Pick {
  const able = nodes.filter((node) => node.weight > 0);
  const turns = roundRobin(able);
  return (inbound, out) => {
    let least = Infinity;
    for (const node of able) {
      if (!out.includes(node)) least = Math.min(least, node.active / node.weight);
    }
    const busier = able.filter((node) => node.active / node.weight > least);
    return turns(inbound, busier.length === 0 ? out : [...out, ...busier]);
  };
}

/** Maps 32-bit hashes into (0, 1): the ends are excluded, as the score is undefined there. */
const HASH_RANGE = 2 ** 32 + 1;

/**
 * Consistent hashing: the same key goes to the same node, keys are shared out by weight, and when a node is added
 * or removed, only its own keys move. Implemented as rendezvous hashing (Thaler and Ravishankar, 1998, with
 * logarithmic weights), which needs no ring of points in memory; its cost grows with the nodes of one upstream,
 * which are few.
 *
 * @param keyOf the hash key of a request
 */
function chash(nodes: readonly Node[], keyOf: (inbound: Inbound) => string): Pick {
  const able = nodes.filter((node) => node.weight > 0);
  return (inbound, out) => {
    const key = keyOf(inbound);
    let best: Node | null = null;
    let highest = -Infinity;
    for (const node of able) {
      if (out.length > 0 && out.includes(node)) continue;
      const point = (murmur3(`${node.destination.origin} ${key}`) + 1) / HASH_RANGE;
      const score = -node.weight / Math.log(point);
      if (score <= highest) continue;
      highest = score;
      best = node;
    }
    return best;
  };
}

/** Variables of APISIX that have another name here. */
const ALIASES: Readonly<Record<string, string>> = { hostname: 'host', server_name: 'host' };

/**
 * Compiles `hash_on` and `key` to a function that reads the hash key of a request. If the request lacks it, the
 * key is the client's address, as in APISIX.
 *
 * @throws VarsError for an unknown variable
 * @example hashKey({ hash_on: 'header', key: 'x-user', nodes }) // reads X-User
 */
function hashKey({
  hash_on = UPSTREAM_DEFAULTS.hash_on,
  key = '',
}: UpstreamConfig): (inbound: Inbound) => string {
  const read = READERS[hash_on](key);
  return (inbound) => read(inbound) || inbound.remoteAddr;
}

const READERS: Readonly<
  Record<
    NonNullable<UpstreamConfig['hash_on']>,
    (key: string) => (inbound: Inbound) => string | undefined
  >
> = {
  vars: (key) => compileVariable(ALIASES[key] ?? key),
  header: (key) => compileVariable(`http_${key}`),
  cookie: (key) => compileVariable(`cookie_${key}`),
  vars_combinations: combination,
};

/** A text with variables: `$remote_addr$arg_id`. */
function combination(key: string): (inbound: Inbound) => string | undefined {
  const parts = key.split(/\$\{?(\w+)\}?/).map((part, i) => {
    if (i % 2 === 0) return () => part;
    return compileVariable(ALIASES[part] ?? part);
  });
  return (inbound) => {
    const values = parts.map((part) => part(inbound));
    // Without a value of any variable, the text alone would send all requests to one node.
    return values.some((value, i) => i % 2 === 1 && value) ? values.join('') : undefined;
  };
}

/** Balances among the nodes of the highest priority that are not excluded. */
function byPriority(nodes: readonly Node[], balance: Balance): Pick {
  const ranks = [...new Set(nodes.map(({ priority }) => priority))].toSorted((a, b) => b - a);
  const picks = ranks.map((rank) => balance(nodes.filter(({ priority }) => priority === rank)));
  if (picks.length === 1) return picks[0]!;
  return (inbound, out) => {
    for (const pick of picks) {
      const node = pick(inbound, out);
      if (node !== null) return node;
    }
    return null;
  };
}

/** Balancers by `type`. */
const BALANCERS: Readonly<
  Record<NonNullable<UpstreamConfig['type']>, (config: UpstreamConfig) => Balance>
> = {
  roundrobin: () => roundRobin,
  least_conn: () => leastConn,
  chash(config) {
    const keyOf = hashKey(config);
    return (nodes) => chash(nodes, keyOf);
  },
};

type Balance = (nodes: readonly Node[]) => Pick;

/**
 * Compiles `type`, `hash_on`, `key` and the priorities of the nodes to a function that picks a node.
 *
 * @throws VarsError for a `key` that names an unknown variable
 */
export function balancer(config: UpstreamConfig, nodes: readonly Node[]): Pick {
  return byPriority(nodes, BALANCERS[config.type ?? UPSTREAM_DEFAULTS.type](config));
}
