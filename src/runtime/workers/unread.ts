import { costOf } from '../../http/web-body.ts';

/** Most bytes that are read for nothing, as clients seldom send more before they see a refusal. */
const MOST_BYTES = 64 * 1024;

/**
 * Reads a small body that was refused unread. workerd closes the connection of such a request
 * without announcing it, and the client's next request would be lost with it.
 */
export async function discardUnread({ body, bodyUsed, headers }: Request): Promise<void> {
  if (body === null || bodyUsed || body.locked) return;
  const length = Number(headers.get('content-length') ?? 0);
  // Who asked first (RFC 9110 section 10.1.1) sends nothing after a refusal.
  if (length > MOST_BYTES || headers.has('expect')) return;
  const reader = body.getReader();
  try {
    let read = 0;
    while (read <= MOST_BYTES) {
      const { done, value } = await reader.read();
      if (done) return;
      read += costOf(value);
    }
    await reader.cancel();
  } catch {
    // The client left: there is no next request.
  }
}
