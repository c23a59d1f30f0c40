import { costOf } from '../http/web-body.ts';

/** Most bytes of a rejected body that are read. Clients seldom send more before they see the response. */
const DISCARD_LIMIT_BYTES = 64 * 1024;

/**
 * Reads and discards a small body of a rejected request. If the body is left unread, workerd closes the connection
 * without `Connection: close`, and the client's next request on it is lost.
 */
export async function discardUnread({ body, bodyUsed, headers }: Request): Promise<void> {
  if (body === null || bodyUsed || body.locked) return;
  const length = Number(headers.get('content-length') ?? 0);
  // A client that sent Expect: 100-continue (RFC 9110 section 10.1.1) sends no body after a rejection.
  if (length > DISCARD_LIMIT_BYTES || headers.has('expect')) return;
  const reader = body.getReader();
  try {
    let read = 0;
    while (read <= DISCARD_LIMIT_BYTES) {
      const { done, value } = await reader.read();
      if (done) return;
      read += costOf(value);
    }
    await reader.cancel();
  } catch {
    // The client left, so there is no next request.
  }
}
