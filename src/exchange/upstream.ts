import { UPSTREAM_DEFAULTS } from '../config/defaults.ts';
import {
  defaultPort,
  type KeepalivePool,
  nodesOf,
  type UpstreamConfig,
} from '../config/upstream.ts';
import { destination, type KeepAlive } from '../http/destination.ts';
import type { Inbound, Timeouts } from '../http/messages.ts';
import { balancer, type Node } from './balancer.ts';
import { type PassiveHealth, passiveHealth } from './passive-health.ts';

/** A compiled upstream: all that can be decided from the configuration is decided once. */
export interface Upstream extends PassiveHealth {
  /** All nodes, also those of weight 0. */
  readonly nodes: readonly Node[];
  /** True if exchanges in flight must be counted, for `least_conn`. */
  readonly counts: boolean;
  /** Most attempts, the first included. */
  readonly attempts: number;
  /** Milliseconds after which no further attempt is made; 0 for no limit. */
  readonly retryTimeout: number;
  readonly timeouts: Timeouts;
  /** True if WebSocket handshakes are forwarded. */
  readonly websocket: boolean;
  /** Host of the request to a node. */
  hostFor(inbound: Inbound, node: Node): string;
}

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
 * Compiles the configuration of an upstream.
 *
 * @param route settings of the route; its timeout overrides the upstream's
 * @throws VarsError for a `key` that names an unknown variable
 */
export function compileUpstream(config: UpstreamConfig, route: RouteSettings = {}): Upstream {
  const { scheme = UPSTREAM_DEFAULTS.scheme } = config;
  const keepAlive = keepAliveOf(config.keepalive_pool);
  const nodes = nodesOf(config).map(({ host, port, weight, priority }): Node => {
    const address = `${host}:${port}`;
    const authority = port === defaultPort(scheme) ? host : address;
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
    retryTimeout: (config.retry_timeout ?? UPSTREAM_DEFAULTS.retry_timeout) * 1000,
    timeouts: milliseconds(route.timeout ?? config.timeout),
    websocket: route.enable_websocket === true,
    hostFor: hostRule(config),
  };
}

/** For an upstream with one node, which gets every request unless its weight is 0. */
function neverEjected(node: Node): PassiveHealth {
  const able = node.weight > 0;
  return {
    pick: (_, tried) => (able && tried.length === 0 ? node : null),
    failed() {},
    succeeded() {},
  };
}

function milliseconds(timeout: TimeoutConfig | undefined): Timeouts {
  const { connect, send, read } = timeout ?? UPSTREAM_DEFAULTS.timeout;
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
      // An HTTP/1.0 client may send no Host; an HTTP/1.1 server requires one (RFC 9112 section 3.2).
      return (inbound, node) => inbound.authority || node.authority;
  }
}
