import { gatewayError } from '../../http/gateway-error.ts';
import type { Channel } from './channel.ts';
import type { RelayedRequest, RelayedResponse, SupervisorCalls, WorkerCalls } from './calls.ts';

/** The worker's end: passes on requests to the control plane, which is in the supervisor alone. */
export class Relay {
  readonly #bodies = new Map<number, ReadableStreamDefaultReader<Uint8Array>>();
  readonly #isLocal: (request: Request, env: unknown) => boolean;
  readonly #channel: Channel<SupervisorCalls, WorkerCalls>;
  #last = 0;

  constructor(
    channel: Channel<SupervisorCalls, WorkerCalls>,
    isLocal: (request: Request, env: unknown) => boolean,
  ) {
    this.#channel = channel;
    this.#isLocal = isLocal;
  }

  /** Never rejects. */
  async fetch(request: Request, env: unknown): Promise<Response> {
    const id = ++this.#last;
    const { url, method, body } = request;
    const reader = body?.getReader();
    if (reader !== undefined) this.#bodies.set(id, reader);
    try {
      const relayed = await this.#channel.ask('control', {
        id,
        url,
        method,
        headers: [...request.headers],
        hasBody: reader !== undefined,
        isLocal: this.#isLocal(request, env),
      });
      const { status, headers, body: text } = relayed;
      const isEmpty = method === 'HEAD' || status === 204 || status === 304;
      return new Response(isEmpty ? null : text, {
        status,
        headers: [...headers] as [string, string][],
      });
    } catch {
      return gatewayError(503);
    } finally {
      this.#bodies.delete(id);
      // What nobody has read.
      reader?.cancel().catch(() => {});
    }
  }

  /** The next piece of a request's body; `null` at its end, and where it was broken off. */
  async body(id: number): Promise<string | null> {
    const { done, value } = (await this.#bodies.get(id)?.read()) ?? { done: true };
    return done || value === undefined ? null : Buffer.from(value).toString('latin1');
  }
}

/** The supervisor's end: the request of a worker. Its body is asked for when it is read. */
export function requestOf(
  { id, url, method, headers, hasBody }: RelayedRequest,
  worker: Pick<Channel<WorkerCalls, SupervisorCalls>, 'ask'>,
): Request {
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const piece = await worker.ask('body', id);
      if (piece === null) controller.close();
      else controller.enqueue(new Uint8Array(Buffer.from(piece, 'latin1')));
    },
  });
  return new Request(url, {
    method,
    headers: headers as [string, string][],
    ...(hasBody && { body, duplex: 'half' }),
  });
}

export async function relayedResponse(response: Response): Promise<RelayedResponse> {
  const { status, headers } = response;
  return { status, headers: [...headers], body: await response.text() };
}
