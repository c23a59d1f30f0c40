import type { HeaderList } from '../http/headers.ts';
import type { Inbound } from '../http/inbound.ts';
import type { Outbound, Timeouts } from '../http/outbound.ts';
import { type Call, ClientLeftError, type Forward } from '../http/transport.ts';
import { Upload } from '../http/upload.ts';
import { passHandshake } from './handshake.ts';
import { requestHeaders } from './request-headers.ts';
import { mayRetry } from './retry.ts';
import type { Trust } from './trust.ts';
import type { Node } from './balancer/node.ts';
import type { Upstream } from './upstream.ts';

/** One request on its way to an upstream. */
export interface Exchange {
  /** What the first node gets; also what a copy is made from. */
  readonly request: Outbound;
  /**
   * Sends it, to further nodes if the first fails and it is safe. Rejects with a `TransportError`
   * when no node answered.
   */
  send(): Promise<Response>;
}

export interface ExchangeOptions {
  readonly forward: Forward;
  readonly trust: Trust;
}

const NONE: readonly Node[] = [];

/** Prepares an exchange; `null` when the upstream has no node to send it to. */
export function prepareExchange(
  inbound: Inbound,
  upstream: Upstream,
  { forward, trust }: ExchangeOptions,
): Exchange | null {
  const node = upstream.pick(inbound, NONE);
  if (node === null) return null;
  const request = requestTo(node, inbound, upstream, trust);
  return { request, send: () => attempt(request, [node], performance.now()) };

  function attempt(to: Outbound, tried: Node[], started: number): Promise<Response> {
    const call = forward(to, inbound);
    inbound.onGone(() => call.abort(new ClientLeftError()));
    if (upstream.counts) countUntilOver(call, tried.at(-1)!);
    // With one node there is nothing to choose, and without a stream nothing to end.
    if (upstream.nodes.length === 1 && !(to.body instanceof Upload)) return call.done;
    return orNext(call, tried, started);
  }

  async function orNext(call: Call<Response>, tried: Node[], started: number): Promise<Response> {
    try {
      const response = await call.done;
      upstream.answered(tried.at(-1)!);
      inbound.upload?.answered();
      return response;
    } catch (error) {
      if (!(error instanceof ClientLeftError)) upstream.failed(tried.at(-1)!);
      const elapsed = performance.now() - started;
      const late = upstream.retryTimeout > 0 && elapsed >= upstream.retryTimeout;
      const last = late || tried.length >= upstream.attempts || !mayRetry(inbound, error);
      const next = last ? null : upstream.pick(inbound, tried);
      if (next === null) {
        inbound.upload?.cancel();
        throw error;
      }
      return attempt(requestTo(next, inbound, upstream, trust), [...tried, next], started);
    }
  }
}

function countUntilOver(call: Call<Response>, node: Node): void {
  node.active++;
  call.onOver(() => node.active--);
}

/** What a node would get. Takes no turn of the balancer and sends nothing. */
export function requestTo(
  node: Node,
  inbound: Inbound,
  upstream: Upstream,
  trust: Trust,
): Outbound {
  const headers = requestHeaders(inbound, upstream.hostFor(inbound, node), trust);
  const request = outboundOf(inbound, node.origin, headers, upstream.timeouts);
  return upstream.websocket ? passHandshake(inbound, request) : request;
}

/** The request as an upstream would have got it if there were one: what a copy is made from, then. */
export function upstreamless(inbound: Inbound, trust: Trust): Outbound {
  const headers = requestHeaders(inbound, inbound.authority, trust);
  return outboundOf(inbound, '', headers, { connect: 0, send: 0, read: 0 });
}

function outboundOf(
  { target, method, upload }: Inbound,
  origin: string,
  headers: HeaderList,
  timeouts: Timeouts,
): Outbound {
  return { origin, target, method, headers, body: upload?.whole ?? upload, timeouts };
}
