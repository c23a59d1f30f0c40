import { prepareExchange, upstreamless } from './exchange/exchange.ts';
import { gatewayError, type GatewayStatus, STATUS_OF_FAILURE } from './http/gateway-error.ts';
import type { Trust } from './request/admit.ts';
import type { Inbound, Reply } from './http/messages.ts';
import { ClientLeftError, TransportError } from './http/transport.ts';
import type { PlannedCopies } from './mirror/copies.ts';
import type { Mirror } from './mirror/mirror.ts';
import type { Runtime, WaitUntil } from './runtime/port.ts';
import type { RouteTable } from './route-table.ts';
import type { Listener } from './telemetry/events.ts';

export interface ProxyOptions {
  readonly runtime: Runtime;
  /** The table in force; `null` before there is one. */
  readonly table: () => RouteTable | null;
  readonly trust: Trust;
  readonly plan: (inbound: Inbound, mirrors: readonly Mirror[]) => PlannedCopies | null;
  readonly emit: Listener;
}

/** nginx's name for a client that did not wait. It reaches metrics only. */
const CLIENT_CLOSED_REQUEST = 499;

export type Proxy = (inbound: Inbound, waitUntil: WaitUntil) => Reply | Promise<Reply>;

/** Everything outside the control plane: match, forward, copy. */
export function createProxy(options: ProxyOptions): Proxy {
  const { runtime, table, trust, plan, emit } = options;
  const errorOf = runtime.gatewayError ?? gatewayError;
  const exchangeOptions = { forward: runtime.forward, trust };

  return (inbound, waitUntil) => {
    const started = performance.now();
    const routes = table();
    if (routes === null) return refuse(503, '', inbound, started);
    const route = routes.match(inbound);
    if (route === null) return refuse(404, '', inbound, started);
    const { id, upstream, mirrors } = route;
    const copies = mirrors.length === 0 ? null : plan(inbound, mirrors);
    const exchange = upstream === null ? null : prepareExchange(inbound, upstream, exchangeOptions);
    if (exchange === null) {
      copies?.giveUp();
      if (copies !== null) waitUntil(copies.send(upstreamless(inbound, trust)));
      return refuse(503, id, inbound, started);
    }
    // The primary first: on Workers only so many connections may be opening at once.
    const sent = exchange.send();
    if (copies !== null) waitUntil(copies.send(exchange.request));
    return sent.then(
      (response) => {
        copies?.giveUpWhenIdle();
        return completed(response.status, response, id, inbound, started);
      },
      (error: unknown) => {
        copies?.giveUp();
        return failed(error, exchange.node, id, inbound, started);
      },
    );
  };

  function completed(
    status: number,
    response: Reply,
    route: string,
    request: Inbound,
    started: number,
  ): Reply {
    const seconds = (performance.now() - started) / 1000;
    emit({ type: 'request', route, request, status, seconds });
    return response;
  }
  function refuse(status: GatewayStatus, route: string, request: Inbound, started: number) {
    return completed(status, errorOf(status), route, request, started);
  }
  function failed(
    error: unknown,
    node: string,
    route: string,
    request: Inbound,
    started: number,
  ): Reply {
    if (error instanceof ClientLeftError) {
      const status = error.refused ?? CLIENT_CLOSED_REQUEST;
      return completed(status, errorOf(502), route, request, started);
    }
    emit({ type: 'upstream_failure', route, request, node, error: error as Error });
    const status = error instanceof TransportError ? STATUS_OF_FAILURE[error.kind] : 502;
    return refuse(status, route, request, started);
  }
}
