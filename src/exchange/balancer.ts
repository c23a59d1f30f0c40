import type { UpstreamConfig } from '../config/upstream.ts';
import type { Destination } from '../http/destination.ts';
import type { Inbound } from '../http/messages.ts';
import { murmur3 } from '../vars/murmur3.ts';
import { compileVariable } from '../vars/variable.ts';

/** One server of an upstream, and what balancers remember of it. */
export interface Node {
  readonly destination: Destination;
  /** Host as `pass_host: node` sends it: the port only where it is not the scheme's own. */
  readonly authority: string;
  readonly weight: number;
  /** Nodes of a lower priority get a request only after all of a higher one are out. */
  readonly priority: number;
  /** Exchanges under way. */
  active: number;
  /** Failures since it last answered. */
  failures: number;
  /** Until when it gets no requests, on the clock of `performance.now()`. */
  ejectedUntil: number;
}

/**
 * Picks a node for an attempt; `null` when none is left.
 *
 * @param out nodes that are out of the running: tried by this request already, or ejected
 */
export type Pick = (inbound: Inbound, out: readonly Node[]) => Node | null;

/**
 * Smooth weighted round robin, as nginx does it: exact over every whole cycle, and spread evenly
 * within it. A node of weight 0 is never picked.
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

/** The node with the fewest exchanges under way for its weight; among equals they take turns. */
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

/** Hashes are 32 bits wide; never 0 or 1, whose logarithms are of no use. */
const HASH_RANGE = 2 ** 32 + 1;

/**
 * Consistent hashing: the same key goes to the same node, in the share that its weight asks for,
 * and when a node goes or comes only the keys of that node move. Rendezvous hashing (Thaler and
 * Ravishankar, 1998, with logarithmic weights) does that without a ring of points and its memory;
 * its cost grows with the nodes of one upstream, which are few.
 *
 * @param keyOf what requests are told apart by
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

/** Names of APISIX's that are another's here. */
const ALIASES: Readonly<Record<string, string>> = { hostname: 'host', server_name: 'host' };

/**
 * Compiles `hash_on` and `key` to what `type: chash` tells requests apart by. A request that does
 * not have it goes by the client's address, as in APISIX.
 *
 * @throws VarsError for a variable that is not known here
 * @example hashKey({ hash_on: 'header', key: 'x-user', nodes }) // reads X-User
 */
function hashKey({ hash_on = 'vars', key = '' }: UpstreamConfig): (inbound: Inbound) => string {
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

/** `$remote_addr$arg_id`: variables in a text. */
function combination(key: string): (inbound: Inbound) => string | undefined {
  const parts = key.split(/\$\{?(\w+)\}?/).map((part, i) => {
    if (i % 2 === 0) return () => part;
    return compileVariable(ALIASES[part] ?? part);
  });
  return (inbound) => {
    const values = parts.map((part) => part(inbound));
    // Text alone would send every request to one node.
    return values.some((value, i) => i % 2 === 1 && value) ? values.join('') : undefined;
  };
}

/** Nodes of a lower priority get a request only when all of a higher one are out. */
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

/** Ways to balance, by `type`. */
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
 * Compiles `type`, `hash_on`, `key` and the nodes' priorities to how a node is picked.
 *
 * @throws VarsError for a `key` that names no variable known here
 */
export function balancer(config: UpstreamConfig, nodes: readonly Node[]): Pick {
  return byPriority(nodes, BALANCERS[config.type ?? 'roundrobin'](config));
}
