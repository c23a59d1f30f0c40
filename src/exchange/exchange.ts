import { type Destination, NOWHERE } from '../http/destination.ts';
import { type HeaderList, headerValue } from '../http/fields.ts';
import {
  IDEMPOTENT,
  type Inbound,
  type Outbound,
  type Reply,
  type Timeouts,
} from '../http/messages.ts';
import {
  type Call,
  ClientLeftError,
  type Forward,
  type ResponseTap,
  TransportError,
} from '../http/transport.ts';
import { Upload } from '../http/upload.ts';
import type { Trust } from '../request/inbound.ts';
import type { Node } from './balancer.ts';
import { passHandshake, requestHeaders } from './request-headers.ts';
import type { Upstream } from './upstream.ts';

export interface ExchangeOptions {
  readonly forward: Forward;
  readonly trust: Trust;
  /** Gives the request an `X-Request-Id` if the client did not, so that it can be told which copy belongs to it. */
  readonly identify?: boolean;
}

const NONE: readonly Node[] = [];

/** Prepares an exchange and picks its first node; `null` if the upstream has no node. */
export function prepareExchange(
  inbound: Inbound,
  upstream: Upstream,
  options: ExchangeOptions,
): Exchange | null {
  const node = upstream.pick(inbound, NONE);
  return node === null ? null : new Exchange(inbound, upstream, options, node);
}

/** One request on its way to an upstream. */
export class Exchange {
  /** The request to the first node. Copies are made from it as well. */
  readonly request: Outbound;
  readonly #inbound: Inbound;
  readonly #upstream: Upstream;
  readonly #options: ExchangeOptions;
  /** The nodes tried so far, the current one last. */
  readonly #tried: Node[];
  /** Observes the response that is passed on. */
  #tap: ResponseTap | null = null;
  /** Start on the clock of `performance.now()`; set only if there is a retry timeout. */
  #started = 0;

  constructor(inbound: Inbound, upstream: Upstream, options: ExchangeOptions, node: Node) {
    this.#inbound = inbound;
    this.#upstream = upstream;
    this.#options = options;
    this.#tried = [node];
    this.request = this.#requestTo(node);
  }

  /**
   * Sends the request. If a node fails and a retry is safe, tries the next. Rejects with a `TransportError` if no
   * node responded.
   *
   * @param tap observes the response
   */
  send(tap: ResponseTap | null = null): Promise<Reply> {
    this.#tap = tap;
    if (this.#upstream.retryTimeout > 0) this.#started = performance.now();
    return this.#attempt(this.request);
  }

  /** Scheme, host and port of the node that was tried last. */
  get node(): string {
    return this.#tried.at(-1)!.destination.origin;
  }

  #attempt(to: Outbound): Promise<Reply> {
    const upstream = this.#upstream;
    const call = this.#options.forward(to, this.#inbound, this.#tap);
    this.#inbound.onGone((refused) => call.abort(new ClientLeftError(undefined, refused)));
    if (upstream.counts) countUntilOver(call, this.#tried.at(-1)!);
    // With one node nothing can be ejected or retried, and only a streamed body must be cancelled.
    if (upstream.nodes.length === 1 && !(to.body instanceof Upload)) return call.done;
    return this.#orNext(call);
  }

  async #orNext(call: Call<Reply>): Promise<Reply> {
    const upstream = this.#upstream;
    const inbound = this.#inbound;
    const node = this.#tried.at(-1)!;
    try {
      const response = await call.done;
      upstream.succeeded(node);
      inbound.upload?.onResponse();
      return response;
    } catch (error) {
      if (!(error instanceof TransportError && error.blameless)) upstream.failed(node);
      const next = this.#mayTryAgain(error) ? upstream.pick(inbound, this.#tried) : null;
      if (next === null) {
        inbound.upload?.cancel();
        throw error;
      }
      this.#tried.push(next);
      return this.#attempt(this.#requestTo(next));
    }
  }

  #requestTo(node: Node): Outbound {
    const request = requestTo(node, this.#inbound, this.#upstream, this.#options.trust);
    if (this.#options.identify) identify(request, this.#inbound.id);
    return request;
  }

  #mayTryAgain(error: unknown): boolean {
    const { retryTimeout, attempts } = this.#upstream;
    if (retryTimeout > 0 && performance.now() - this.#started >= retryTimeout) return false;
    return this.#tried.length < attempts && mayRetry(this.#inbound, error);
  }
}

function countUntilOver(call: Call<Reply>, node: Node): void {
  node.active++;
  call.onOver(() => node.active--);
}

/** Builds the request to a node. Does not call the balancer and sends nothing. */
export function requestTo(
  node: Node,
  inbound: Inbound,
  upstream: Upstream,
  trust: Trust,
): Outbound {
  const headers = requestHeaders(inbound, upstream.hostFor(inbound, node), trust);
  const request = outboundOf(inbound, node.destination, headers, upstream.timeouts);
  return upstream.websocket ? passHandshake(inbound, request) : request;
}

/** Gives a request that was just built an `X-Request-Id`, unless the client did. */
export function identify({ headers }: Outbound, id: string): void {
  if (headerValue(headers, 'x-request-id') === undefined) headers.push('X-Request-Id', id);
}

/** The request that copies are made from if the route has no upstream. */
export function upstreamless(inbound: Inbound, trust: Trust): Outbound {
  const headers = requestHeaders(inbound, inbound.authority, trust);
  return outboundOf(inbound, NOWHERE, headers, { connect: 0, send: 0, read: 0 });
}

function outboundOf(
  { target, method, upload }: Inbound,
  destination: Destination,
  headers: HeaderList,
  timeouts: Timeouts,
): Outbound {
  return { destination, target, method, headers, body: upload?.buffered ?? upload, timeouts };
}

/**
 * True if the request may be sent to another node after a failure. As in nginx: a request that may have reached a
 * server is retried only if it is idempotent, and never if its body cannot be sent from the start again.
 */
export function mayRetry(inbound: Inbound, error: unknown): boolean {
  if (!(error instanceof TransportError) || error instanceof ClientLeftError) return false;
  if (error.kind === 'shutdown') return false;
  if (inbound.upload !== null && inbound.upload.consumed) return false;
  return error.unsent || IDEMPOTENT.has(inbound.method);
}
