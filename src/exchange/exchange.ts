import { type Destination, NOWHERE } from '../http/destination.ts';
import type { HeaderList } from '../http/fields.ts';
import {
  IDEMPOTENT,
  type Inbound,
  type Outbound,
  type Reply,
  type Timeouts,
} from '../http/messages.ts';
import { type Call, ClientLeftError, type Forward, TransportError } from '../http/transport.ts';
import { Upload } from '../http/upload.ts';
import type { Trust } from '../request/admit.ts';
import type { Node } from './balancer.ts';
import { passHandshake, requestHeaders } from './request-headers.ts';
import type { Upstream } from './upstream.ts';

export interface ExchangeOptions {
  readonly forward: Forward;
  readonly trust: Trust;
}

const NONE: readonly Node[] = [];

/** Prepares an exchange; `null` when the upstream has no node to send it to. */
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
  /** What the first node gets; also what a copy is made from. */
  readonly request: Outbound;
  readonly #inbound: Inbound;
  readonly #upstream: Upstream;
  readonly #options: ExchangeOptions;
  /** The nodes that have got it, the present one included. */
  readonly #tried: Node[];
  #started = 0;

  constructor(inbound: Inbound, upstream: Upstream, options: ExchangeOptions, node: Node) {
    this.#inbound = inbound;
    this.#upstream = upstream;
    this.#options = options;
    this.#tried = [node];
    this.request = requestTo(node, inbound, upstream, options.trust);
  }

  /**
   * Sends it, to further nodes if the first fails and it is safe. Rejects with a `TransportError`
   * when no node answered.
   */
  send(): Promise<Reply> {
    if (this.#upstream.retryTimeout > 0) this.#started = performance.now();
    return this.#attempt(this.request);
  }

  /** Scheme, host and port of the node that has it, or had it last. */
  get node(): string {
    return this.#tried.at(-1)!.destination.origin;
  }

  #attempt(to: Outbound): Promise<Reply> {
    const upstream = this.#upstream;
    const call = this.#options.forward(to, this.#inbound);
    this.#inbound.onGone((refused) => call.abort(new ClientLeftError(undefined, refused)));
    if (upstream.counts) countUntilOver(call, this.#tried.at(-1)!);
    // With one node there is nothing to choose, and without a stream nothing to end.
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
      return this.#attempt(requestTo(next, inbound, upstream, this.#options.trust));
    }
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

/** What a node would get. Takes no turn of the balancer and sends nothing. */
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

/** The request as an upstream would have got it if there were one: what a copy is made from, then. */
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
 * Whether another node may get this request after one failed. nginx's rule: a request that may
 * have reached a server is sent to another only if it is idempotent, and never when its body is
 * gone.
 */
export function mayRetry(inbound: Inbound, error: unknown): boolean {
  if (!(error instanceof TransportError) || error instanceof ClientLeftError) return false;
  if (error.kind === 'shutdown') return false;
  if (inbound.upload !== null && inbound.upload.consumed) return false;
  return error.unsent || IDEMPOTENT.has(inbound.method);
}
