import { type ConnectionLeft, type SendCopy, TransportError } from '../../http/transport.ts';
import type { Dialect } from './dialect.ts';
import { costOf } from '../../http/web-body.ts';
import { startFetch } from './call.ts';

/** Sends copies through fetch and drops the answers as they arrive. */
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
 * Reads a short answer to its end, which keeps the connection, and cuts a long one off. A mirror
 * that sent its status has answered, whatever becomes of the body, so this never rejects.
 *
 * @param limit bytes that are read
 * @returns what is left of the connection, as far as fetch shows it
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
    // Aborted by the copy's deadline, or broken off by the mirror.
    return 'closed';
  }
}
