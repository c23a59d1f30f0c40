import type { Dispatcher } from 'undici';
import type { HeaderList } from '../../http/headers.ts';
import { withoutHopByHop } from '../../http/hop-by-hop.ts';
import type { Outbound } from '../../http/outbound.ts';
import {
  type Call,
  ClientLeftError,
  type Forward,
  type TransportError,
} from '../../http/transport.ts';
import { NodeAnswer } from './answer.ts';
import { transportError } from './failure.ts';
import type { Pools } from './pools.ts';
import { NodeUpload } from './upload.ts';

/**
 * Forwarding on Node goes through undici's `dispatch`: Node's own `fetch` drops Host, adds fields,
 * decodes bodies, throws on `Expect`, and is several times slower.
 */
export function nodeForward(pools: Pools): Forward {
  return (request) => new ForwardCall(pools, request);
}

/** One exchange: undici's handler and the call it belongs to in one object, since each request needs one. */
class ForwardCall implements Call<Response>, Dispatcher.DispatchHandler {
  readonly done: Promise<Response>;
  #resolve!: (response: Response) => void;
  #reject!: (error: TransportError) => void;
  #abort: ((reason?: Error) => void) | null = null;
  #aborted: TransportError | null = null;
  #resume: (() => void) | null = null;
  #answer: NodeAnswer | null = null;

  constructor(pools: Pools, request: Outbound) {
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    try {
      pools.get(request.origin, request.timeouts.connect).dispatch(dispatchOptions(request), this);
    } catch (error) {
      this.#reject(transportError(error));
    }
  }

  abort(reason: TransportError): void {
    this.#aborted = reason;
    if (this.#abort === null) this.#reject(reason);
    else this.#abort(reason);
  }

  onConnect(abort: (reason?: Error) => void): void {
    if (this.#aborted === null) this.#abort = abort;
    else abort(this.#aborted);
  }

  onHeaders(status: number, headers: Buffer[], resume: () => void, statusText: string): boolean {
    // Interim answers belong to our connection with the upstream; the final one follows.
    if (status < 200) return true;
    this.#resume = resume;
    this.#answer = new NodeAnswer(status, statusText, withoutHopByHop(decode(headers)), {
      resume: () => this.#resume?.(),
      cancel: () => this.abort(new ClientLeftError()),
    });
    this.#resolve(this.#answer as unknown as Response);
    return true;
  }

  onData(chunk: Buffer): boolean {
    return this.#answer!.push(chunk);
  }

  onComplete(): void {
    this.#answer!.end();
  }

  onError(error: Error): void {
    const failure = this.#aborted ?? transportError(error);
    if (this.#answer === null) this.#reject(failure);
    else this.#answer.fail(failure);
  }
}

/** Header bytes are latin1 on the wire (RFC 9110 section 5.5); Node writes them back as such. */
function decode(raw: Buffer[]): HeaderList {
  const list: HeaderList = new Array(raw.length);
  for (let i = 0; i < raw.length; i++) list[i] = raw[i]!.toString('latin1');
  return list;
}

/** An outbound request in undici's words. */
export function dispatchOptions(request: Outbound): Dispatcher.DispatchOptions {
  const { body, timeouts } = request;
  return {
    path: request.target,
    method: request.method as Dispatcher.HttpMethod,
    headers: request.headers,
    body: body instanceof NodeUpload ? body.stream : (body as Uint8Array | null),
    // undici would close the connection after each HEAD.
    reset: false,
    headersTimeout: timeouts.read,
    bodyTimeout: timeouts.read,
  };
}
