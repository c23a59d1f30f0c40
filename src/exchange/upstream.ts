import { nodesOf, type UpstreamConfig } from '../config/upstream.ts';
import type { Inbound } from '../http/inbound.ts';
import type { Timeouts } from '../http/outbound.ts';
import { type Pick, roundRobin } from './round-robin.ts';

/** One server of an upstream. */
export interface Node {
  /** Scheme, host and port, as transports take it. */
  readonly origin: string;
  /** Host as `pass_host: node` sends it: the port only where it is not the scheme's own. */
  readonly authority: string;
  readonly weight: number;
}

/** An upstream compiled: nothing is looked up or decided twice. */
export interface Upstream {
  readonly pick: Pick;
  /** All of them, those of weight 0 included. */
  readonly nodes: readonly Node[];
  /** Attempts at most, the first included. */
  readonly attempts: number;
  /** Milliseconds after which no further attempt is made; 0 for none. */
  readonly retryTimeout: number;
  readonly timeouts: Timeouts;
  /** The Host that a node gets. */
  hostFor(inbound: Inbound, node: Node): string;
}

/** APISIX's default for each of the three, in seconds. */
const DEFAULT_TIMEOUT = 60;

const DEFAULT_PORT: Readonly<Record<string, number>> = { http: 80, https: 443 };

interface TimeoutConfig {
  readonly connect: number;
  readonly send: number;
  readonly read: number;
}

/**
 * Compiles an upstream's configuration.
 *
 * @param timeout the route's own, which wins over the upstream's
 * @throws TypeError for a type of balancing that there is none of yet
 */
export function compileUpstream(config: UpstreamConfig, timeout?: TimeoutConfig): Upstream {
  const { scheme = 'http', type = 'roundrobin' } = config;
  // To take turns in silence would send sessions where they do not belong.
  if (type !== 'roundrobin') {
    throw new TypeError(`upstream type "${type}" is not supported yet (expected "roundrobin")`);
  }
  const nodes = nodesOf(config).map(({ host, port, weight, priority }): RankedNode => {
    const address = `${host}:${port}`;
    return {
      origin: `${scheme}://${address}`,
      authority: port === DEFAULT_PORT[scheme] ? host : address,
      weight,
      priority,
    };
  });
  const retries = config.retries ?? nodes.length - 1;
  return {
    pick: byPriority(nodes),
    nodes,
    attempts: Math.max(1, retries + 1),
    retryTimeout: (config.retry_timeout ?? 0) * 1000,
    timeouts: milliseconds(timeout ?? config.timeout),
    hostFor: hostRule(config),
  };
}

interface RankedNode extends Node {
  readonly priority: number;
}

/** Nodes of a lower priority get a request only after all of a higher one have failed it. */
function byPriority(nodes: readonly RankedNode[]): Pick {
  const ranks = [...new Set(nodes.map(({ priority }) => priority))].toSorted((a, b) => b - a);
  const picks = ranks.map((rank) => roundRobin(nodes.filter(({ priority }) => priority === rank)));
  if (picks.length === 1) return picks[0]!;
  return (tried) => {
    for (const pick of picks) {
      const node = pick(tried);
      if (node !== null) return node;
    }
    return null;
  };
}

function milliseconds(timeout: TimeoutConfig | undefined): Timeouts {
  const { connect, send, read } = timeout ?? {
    connect: DEFAULT_TIMEOUT,
    send: DEFAULT_TIMEOUT,
    read: DEFAULT_TIMEOUT,
  };
  return { connect: connect * 1000, send: send * 1000, read: read * 1000 };
}

function hostRule(config: UpstreamConfig): Upstream['hostFor'] {
  switch (config.pass_host) {
    case 'node':
      return (_, node) => node.authority;
    case 'rewrite': {
      const host = config.upstream_host!;
      return () => host;
    }
    default:
      // A client of HTTP/1.0 may name no host; an HTTP/1.1 server insists on one (RFC 9112 section 3.2).
      return (inbound, node) => inbound.authority || node.authority;
  }
}
