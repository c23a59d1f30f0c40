import type { SendCopy } from '../../http/transport.ts';
import { ANSWER_DRAIN_LIMIT } from '../limits.ts';
import type { Dialect } from './dialect.ts';
import { startFetch } from './call.ts';

/** Sends copies through fetch and drops the answers as they arrive. */
export function fetchSendCopy(dialect: Dialect): SendCopy {
  return (request) =>
    startFetch(dialect, request, async (response) => {
      await drain(response);
      // What became of the connection is the runtime's secret.
      return { status: response.status, connection: 'kept' };
    });
}

/**
 * Reads a short answer to its end, which keeps the connection, and cuts a long one off. A mirror
 * that sent its status has answered, whatever becomes of the body, so this never rejects.
 */
async function drain(response: Response): Promise<void> {
  const { body } = response;
  if (body === null) return;
  try {
    if (Number(response.headers.get('content-length') ?? Infinity) <= ANSWER_DRAIN_LIMIT) {
      await response.arrayBuffer();
      return;
    }
    const reader = body.getReader();
    for (let drained = 0; drained <= ANSWER_DRAIN_LIMIT;) {
      const { done, value } = await reader.read();
      if (done) return;
      drained += value.byteLength;
    }
    await reader.cancel();
  } catch {
    // Aborted by the copy's deadline, or broken off by the mirror.
  }
}
