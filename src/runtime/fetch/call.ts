import { webHeaders } from '../../http/fields.ts';
import type { Outbound } from '../../http/messages.ts';
import {
  type Call,
  ClientLeftError,
  type FailureKind,
  TransportError,
} from '../../http/transport.ts';
import { uploadBytes, uploadStream } from '../../http/web-body.ts';
import { type Dialect, messageOf } from './dialect.ts';

/**
 * Bodies up to this size are read into memory before they are forwarded: one chunk costs a fetch far less than a
 * stream, and can be sent again.
 */
const GATHER_LIMIT_BYTES = 64 * 1024;

/** Failures before a connection exists, hence before any byte is sent. fetch gives no other evidence. */
const BEFORE_SENDING: ReadonlySet<FailureKind> = new Set(['connect', 'dns', 'tls']);

/** Starts a fetch with a timeout for the response's head, and passes the response to `read`. */
export function startFetch<T>(
  dialect: Dialect,
  request: Outbound,
  read: (response: Response, signal: AbortSignal) => T | Promise<T>,
): Call<T> {
  const controller = new AbortController();
  let aborted: TransportError | null = null;
  const abort = (reason: TransportError) => {
    aborted ??= reason;
    controller.abort(reason);
  };
  const done = run();
  return { done, abort, onOver: (callback) => void done.then(callback, callback) };

  async function run(): Promise<T> {
    const { read: limit } = request.timeouts;
    const expire = () =>
      abort(new TransportError('timeout', `no response within ${limit / 1000} s`));
    let timer = setTimeout(expire, limit);
    let headArrived = false;
    const progress = () => {
      clearTimeout(timer);
      // The upload may go on after the response began: no timeout for it then, as that would cut the response.
      if (headArrived) return;
      timer = setTimeout(expire, limit);
    };
    const broke = (error: unknown) => abort(new ClientLeftError(error));
    try {
      const response = await fetch(request.destination.origin + request.target, {
        ...dialect.init,
        method: request.method,
        headers: webHeaders(request.headers),
        body: await toBody(dialect, request.body, { progress, broke }),
        redirect: 'manual',
        signal: controller.signal,
        duplex: 'half',
      } as RequestInit);
      return await read(response, controller.signal);
    } catch (error) {
      if (aborted !== null) throw aborted;
      if (error instanceof TransportError) throw error;
      const kind = dialect.kindOf(error);
      // On runtimes with ambiguous error texts, no kind proves that nothing was sent.
      const unsent = !dialect.cannotProveUnsent && BEFORE_SENDING.has(kind);
      throw new TransportError(kind, messageOf(error), error, unsent);
    } finally {
      headArrived = true;
      clearTimeout(timer);
    }
  }
}

async function toBody(
  dialect: Dialect,
  body: Outbound['body'],
  { progress, broke }: Record<'progress' | 'broke', (error?: unknown) => void>,
): Promise<ReadableStream<Uint8Array> | Uint8Array | null> {
  if (body === null || body instanceof Uint8Array) return body;
  const { length } = body;
  if (length !== null && length <= GATHER_LIMIT_BYTES) {
    return uploadBytes(body).catch((error: unknown) => {
      throw new ClientLeftError(error);
    });
  }
  const stream = uploadStream(body, progress, broke);
  return length === null || dialect.sized === undefined ? stream : dialect.sized(stream, length);
}
