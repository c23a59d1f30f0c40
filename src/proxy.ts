import { planComparisons } from './compare/comparisons.ts';
import type { ComparisonsOptions } from './compare/request-comparisons.ts';
import { type Exchange, prepareExchange, upstreamless } from './exchange/exchange.ts';
import type { Upstream } from './exchange/upstream.ts';
import { gatewayError, type GatewayStatus, statusOfFailure } from './http/gateway-error.ts';
import { inboundOf, type Trust } from './request/inbound.ts';
import type { RequestIds } from './request/ids.ts';
import type { Inbound, Received, Reply } from './http/messages.ts';
import { ClientLeftError, TransportError } from './http/transport.ts';
import { type CopiesOptions, planCopies } from './mirror/copies.ts';
import type { Mirror } from './mirror/mirror.ts';
import type { Runtime, WaitUntil } from './runtime/runtime.ts';
import type { Route, RouteTable } from './route-table.ts';
import type { Emit } from './telemetry/telemetry.ts';

export interface ProxyOptions {
  readonly runtime: Runtime;
  /** What keeps the work of a request alive, given the platform's `waitUntil`, if it has one. */
  readonly keeping: (platform: WaitUntil | undefined) => WaitUntil;
  /** Has the table in force at a time in milliseconds since 1970; `null` before the first. */
  readonly live: { current(nowMs: number): RouteTable | null; load(): Promise<void> | null };
  readonly trust: Trust;
  readonly requestIds: RequestIds;
  readonly copies: CopiesOptions;
  readonly comparisons: ComparisonsOptions;
  /** Paths of the control plane: the proxy leaves them to others. */
  readonly reserved: RegExp;
  readonly emit: Emit;
}

/** nginx's status for a client that left early. Never sent: only metrics, log and `onEvent` show it. */
const CLIENT_CLOSED_REQUEST = 499;

/** Responds to a request as a listener received it; `null` when its path is reserved. */
export type Proxy = (
  received: Received,
  waitUntil: WaitUntil | undefined,
) => Reply | Promise<Reply> | null;

/** Everything outside the control plane: match, forward, copy. */
export function createProxy(options: ProxyOptions): Proxy {
  const {
    runtime,
    keeping,
    live,
    trust,
    requestIds,
    copies: copiesOptions,
    reserved,
    emit,
  } = options;
  const comparisonsOptions = options.comparisons;
  const errorOf = runtime.gatewayError ?? gatewayError;
  const exchangeOptions = { forward: runtime.forward, trust };
  const identifyingOptions = { ...exchangeOptions, identify: true };

  return (received, waitUntil) => {
    const inbound = inboundOf(received, trust, requestIds);
    if (reserved.test(inbound.path)) return null;
    return respond(inbound, keeping(waitUntil), performance.now());
  };

  function respond(
    inbound: Inbound,
    waitUntil: WaitUntil,
    started: number,
  ): Reply | Promise<Reply> {
    const routes = live.current(Date.now());
    if (routes === null) {
      const loading = live.load();
      if (loading === null) return refuse(503, null, inbound, waitUntil, started);
      return loading.then(() => respond(inbound, waitUntil, started));
    }
    const route = routes.match(inbound);
    if (route === null) return refuse(404, null, inbound, waitUntil, started);
    const { upstream, mirrors, compared } = route;
    const observe = compared === null ? null : comparing(inbound, compared);
    const copies =
      mirrors.length === 0 ? null : planCopies(inbound, mirrors, copiesOptions, observe);
    const comparisons = copies?.observer ?? null;
    const exchange = prepare(inbound, upstream, comparisons !== null);
    if (exchange === null) {
      copies?.giveUp();
      comparisons?.primaryFailed();
      if (copies !== null) waitUntil(copies.send(upstreamless(inbound, trust)));
      return refuse(503, route, inbound, waitUntil, started);
    }
    // The primary first: on Workers only so many connections may be opening at once.
    const sent = exchange.send(comparisons?.primaryTap);
    if (copies !== null) waitUntil(copies.send(exchange.request));
    return sent.then(
      (response) => {
        copies?.giveUpWhenIdle();
        comparisons?.primaryResponded?.(response.status);
        response.onBrokenOff?.((error) => report(error, exchange.node, route, inbound, waitUntil));
        return completed(response.status, response, route, inbound, waitUntil, started);
      },
      (error: unknown) => {
        copies?.giveUp();
        comparisons?.primaryFailed();
        return failed(error, exchange.node, route, inbound, waitUntil, started);
      },
    );
  }

  function prepare(
    inbound: Inbound,
    upstream: Upstream | null,
    isCompared: boolean,
  ): Exchange | null {
    if (upstream === null) return null;
    return prepareExchange(inbound, upstream, isCompared ? identifyingOptions : exchangeOptions);
  }
  function comparing(inbound: Inbound, compared: NonNullable<Route['compared']>) {
    return (chosen: readonly Mirror[]) =>
      planComparisons(inbound, chosen, compared, comparisonsOptions);
  }
  function completed(
    status: number,
    response: Reply,
    route: Route | null,
    request: Inbound,
    waitUntil: WaitUntil,
    started: number,
  ): Reply {
    const seconds = (performance.now() - started) / 1000;
    const id = route === null ? '' : route.id;
    const told = emit({ type: 'request', route: id, request, status, seconds }, route?.redact);
    if (told !== undefined) waitUntil(told);
    return response;
  }
  function refuse(
    status: GatewayStatus,
    route: Route | null,
    request: Inbound,
    waitUntil: WaitUntil,
    started: number,
  ): Reply {
    return completed(status, errorOf(status), route, request, waitUntil, started);
  }
  function failed(
    error: unknown,
    node: string,
    route: Route,
    request: Inbound,
    waitUntil: WaitUntil,
    started: number,
  ): Reply {
    if (error instanceof ClientLeftError) {
      const status = error.refused ?? CLIENT_CLOSED_REQUEST;
      return completed(status, errorOf(502), route, request, waitUntil, started);
    }
    report(error as Error, node, route, request, waitUntil);
    const status = error instanceof TransportError ? statusOfFailure(error) : 502;
    return refuse(status, route, request, waitUntil, started);
  }
  function report(
    error: Error,
    node: string,
    { id: route, redact }: Route,
    request: Inbound,
    waitUntil: WaitUntil,
  ): void {
    const told = emit({ type: 'upstream_failure', route, request, node, error }, redact);
    if (told !== undefined) waitUntil(told);
  }
}
