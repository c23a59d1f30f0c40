import { type ConnectionLeft, type SendCopy, TransportError } from '../../http/transport.ts';
import type { Dialect } from './dialect.ts';
import { costOf } from '../../http/web-body.ts';
import { startFetch } from './call.ts';

/** Sends copies with fetch and discards the responses as they arrive. */
export function fetchSendCopy(dialect: Dialect): SendCopy {
  return (request, life) => {
    const call = startFetch(dialect, request, async (response) => {
      return { status: response.status, connection: await drain(response, dialect.drainLimit) };
    });
    const expire = () =>
      call.abort(new TransportError('timeout', `not answered within ${life / 1000} s`));
    const timer = setTimeout(expire, life);
    const ended = () => clearTimeout(timer);
    call.done.then(ended, ended);
    return call;
  };
}

/**
 * Reads a short response to its end, which keeps the connection, and cancels a long one. Never rejects: once the
 * mirror has sent its status, the copy counts as sent, even if the body breaks off.
 *
 * @param limit bytes to read at most
 * @returns the state of the connection, as far as fetch shows it
 */
async function drain({ body, headers }: Response, limit: number): Promise<ConnectionLeft> {
  if (body === null) return 'kept';
  const length = Number(headers.get('content-length') ?? 0);
  try {
    const reader = body.getReader();
    for (let drained = 0; length <= limit && drained <= limit;) {
      const { done, value } = await reader.read();
      if (done) return 'kept';
      drained += costOf(value);
    }
    await reader.cancel();
    return 'cut';
  } catch {
    // Aborted by the copy's timeout, or broken off by the mirror.
    return 'closed';
  }
}
