import { prepareExchange, upstreamless } from './exchange/exchange.ts';
import { gatewayError, type GatewayStatus, STATUS_OF_FAILURE } from './exchange/gateway-error.ts';
import type { Trust } from './exchange/trust.ts';
import type { Inbound } from './http/inbound.ts';
import { ClientLeftError, TransportError } from './http/transport.ts';
import type { PlannedCopies } from './mirror/copies.ts';
import type { Mirror } from './mirror/mirror.ts';
import type { Runtime, WaitUntil } from './runtime/port.ts';
import type { RouteTable } from './route-table.ts';
import type { Listener } from './telemetry/events.ts';

export interface DataPlaneOptions {
  readonly runtime: Runtime;
  /** The table in force; `null` before there is one. */
  readonly table: () => RouteTable | null;
  readonly trust: Trust;
  readonly plan: (inbound: Inbound, mirrors: readonly Mirror[]) => PlannedCopies | null;
  readonly emit: Listener;
}

/** nginx's name for a client that did not wait. It reaches metrics only. */
const CLIENT_CLOSED_REQUEST = 499;

export type DataPlane = (inbound: Inbound, waitUntil: WaitUntil) => Response | Promise<Response>;

/** Everything outside the control plane: match, forward, copy. */
export function dataPlane(options: DataPlaneOptions): DataPlane {
  const { runtime, table, trust, plan, emit } = options;
  const errorOf = runtime.gatewayError ?? gatewayError;

  return (inbound, waitUntil) => {
    const started = performance.now();
    const routes = table();
    if (routes === null) return refuse(503, '');
    const route = routes.match(inbound);
    if (route === null) return refuse(404, '');
    const copies = route.mirrors.length === 0 ? null : plan(inbound, route.mirrors);
    const exchange =
      route.upstream === null
        ? null
        : prepareExchange(inbound, route.upstream, { forward: runtime.forward, trust });
    if (exchange === null) {
      copies?.giveUp();
      if (copies !== null) waitUntil(copies.send(upstreamless(inbound, trust)));
      return refuse(503, route.id);
    }
    // The primary first: on Workers only so many connections may be opening at once.
    const answer = exchange.send();
    if (copies !== null) waitUntil(copies.send(exchange.request));
    return answer.then(
      (response) => {
        copies?.answered();
        return done(route.id, response.status, response);
      },
      (error: unknown) => {
        copies?.giveUp();
        return failed(route.id, error);
      },
    );

    function refuse(status: GatewayStatus, id: string): Response {
      return done(id, status, errorOf(status));
    }
    function failed(id: string, error: unknown): Response {
      if (error instanceof ClientLeftError) return done(id, CLIENT_CLOSED_REQUEST, errorOf(502));
      emit({ type: 'upstream_failure', route: id, request: inbound, error: error as Error });
      const status = error instanceof TransportError ? STATUS_OF_FAILURE[error.kind] : 502;
      return refuse(status, id);
    }
    function done(id: string, status: number, response: Response): Response {
      const seconds = (performance.now() - started) / 1000;
      emit({ type: 'request', route: id, request: inbound, status, seconds });
      return response;
    }
  };
}
