import { type KeepalivePool, nodesOf, type UpstreamConfig } from '../config/upstream.ts';
import { destination, type KeepAlive } from '../http/destination.ts';
import type { Inbound, Timeouts } from '../http/messages.ts';
import { balancer, type Node } from './balancer.ts';
import { type PassiveHealth, passiveHealth } from './passive-health.ts';

/** An upstream compiled: nothing is looked up or decided twice. */
export interface Upstream extends PassiveHealth {
  /** All of them, those of weight 0 included. */
  readonly nodes: readonly Node[];
  /** True when its balancer looks at exchanges under way, which then have to be counted. */
  readonly counts: boolean;
  /** Attempts at most, the first included. */
  readonly attempts: number;
  /** Milliseconds after which no further attempt is made; 0 for none. */
  readonly retryTimeout: number;
  readonly timeouts: Timeouts;
  /** Whether the handshake of a WebSocket is passed on as what it is. */
  readonly websocket: boolean;
  /** The Host that a node gets. */
  hostFor(inbound: Inbound, node: Node): string;
}

/** APISIX's default for each of the three. */
const DEFAULT_TIMEOUT_S = 60;

const DEFAULT_PORT: Readonly<Record<string, number>> = { http: 80, https: 443 };

interface TimeoutConfig {
  readonly connect: number;
  readonly send: number;
  readonly read: number;
}

interface RouteSettings {
  readonly timeout?: TimeoutConfig | undefined;
  readonly enable_websocket?: boolean | undefined;
}

/**
 * Compiles an upstream's configuration.
 *
 * @param route what the route says of it; its timeout wins over the upstream's own
 * @throws VarsError for a `key` that names no variable known here
 */
export function compileUpstream(config: UpstreamConfig, route: RouteSettings = {}): Upstream {
  const { scheme = 'http' } = config;
  const keepAlive = keepAliveOf(config.keepalive_pool);
  const nodes = nodesOf(config).map(({ host, port, weight, priority }): Node => {
    const address = `${host}:${port}`;
    const authority = port === DEFAULT_PORT[scheme] ? host : address;
    return {
      destination: destination(`${scheme}://${address}`, {
        ...config,
        keepAlive,
      }),
      authority,
      weight,
      priority,
      active: 0,
      failures: 0,
      ejectedUntil: 0,
    };
  });
  const pick = balancer(config, nodes);
  const retries = config.retries ?? nodes.length - 1;
  return {
    ...(nodes.length === 1 ? neverEjected(nodes[0]!) : passiveHealth(pick)),
    nodes,
    counts: config.type === 'least_conn',
    attempts: Math.max(1, retries + 1),
    retryTimeout: (config.retry_timeout ?? 0) * 1000,
    timeouts: milliseconds(route.timeout ?? config.timeout),
    websocket: route.enable_websocket === true,
    hostFor: hostRule(config),
  };
}

/** A single node gets every request, unless its weight is 0. */
function neverEjected(node: Node): PassiveHealth {
  const able = node.weight > 0;
  return {
    pick: (_, tried) => (able && tried.length === 0 ? node : null),
    failed() {},
    succeeded() {},
  };
}

function milliseconds(timeout: TimeoutConfig | undefined): Timeouts {
  const { connect, send, read } = timeout ?? {
    connect: DEFAULT_TIMEOUT_S,
    send: DEFAULT_TIMEOUT_S,
    read: DEFAULT_TIMEOUT_S,
  };
  return { connect: connect * 1000, send: send * 1000, read: read * 1000 };
}

function keepAliveOf({ size, idle_timeout, requests }: KeepalivePool = {}): Partial<KeepAlive> {
  return {
    ...(size !== undefined && { size }),
    ...(idle_timeout !== undefined && { idleTimeout: idle_timeout * 1000 }),
    ...(requests !== undefined && { requests }),
  };
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
