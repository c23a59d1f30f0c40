import { lengthOf } from '../../http/fields.ts';
import type { Outbound } from '../../http/messages.ts';
import {
  type ConnectionLeft,
  type ResponseTap,
  type SendCopy,
  TransportError,
} from '../../http/transport.ts';
import { costOf } from '../../http/web-body.ts';
import { BodyTap } from '../tapped-body.ts';
import { startFetch } from './call.ts';
import type { Dialect } from './dialect.ts';
import { passedFields } from './passed-fields.ts';

/** Sends copies with fetch and discards the responses as they arrive. */
export function fetchSendCopy(dialect: Dialect): SendCopy {
  return (request, life, tap = null) => {
    const call = startFetch(dialect, request, async (response) => {
      const observer = tap && observe(tap, dialect, response, request);
      const connection = await drain(response, dialect.drainLimit, observer);
      observer?.end(false);
      return { status: response.status, connection };
    });
    const expire = () =>
      call.abort(new TransportError('timeout', `no response within ${life / 1000} s`));
    const timer = setTimeout(expire, life);
    const ended = () => clearTimeout(timer);
    call.done.then(ended, ended);
    return call;
  };
}

function observe(
  tap: ResponseTap,
  dialect: Dialect,
  response: Response,
  request: Outbound,
): BodyTap {
  const { status, body } = response;
  const headers = passedFields(dialect, response, request);
  const isEmpty = body === null || request.method === 'HEAD';
  const length = isEmpty ? 0 : lengthOf(headers.get('content-length') ?? '');
  const bodyTap = new BodyTap(tap, status, headers, length);
  if (isEmpty) bodyTap.end(true);
  return bodyTap;
}

/**
 * Reads a short response to its end, which keeps the connection, or as much as the tap wants; cancels a long one. Never
 * rejects: once the mirror has sent its status, the copy counts as sent, even if the body breaks off.
 *
 * @param limit bytes to read at most for the sake of the connection
 * @returns the state of the connection, as far as fetch shows it
 */
async function drain(
  { body, headers }: Response,
  limit: number,
  tap: BodyTap | null,
): Promise<ConnectionLeft> {
  if (body === null) return 'kept';
  const length = Number(headers.get('content-length') ?? 0);
  try {
    const reader = body.getReader();
    for (let drained = 0; tap?.wanted || (length <= limit && drained <= limit);) {
      const { done, value } = await reader.read();
      if (done) {
        tap?.end(true);
        return 'kept';
      }
      tap?.chunk(value);
      drained += costOf(value);
    }
    await reader.cancel();
    return 'cut';
  } catch {
    // Aborted by the copy's timeout, or broken off by the mirror.
    return 'closed';
  }
}
