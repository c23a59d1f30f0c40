import { webHeaders } from '../../http/headers.ts';
import { byteStream } from '../../http/web-body.ts';
import type { BodyPipe } from '../body-pipe.ts';
import { fieldsOf } from '../fields.ts';
import type { Head } from './answer-head.ts';

/** Statuses that `Response` refuses to build with a body (Fetch standard, null body status). */
const NULL_BODY: ReadonlySet<number> = new Set([101, 103, 204, 205, 304]);

/**
 * A web `Response` of an answer: of bytes when all of them are here, else of a stream that reads
 * from the connection as the client reads from it.
 */
export function webAnswer(head: Head, body: BodyPipe): Response {
  const { status, reason, lines, upgrade } = head;
  const content = bodyOf(head, body);
  const fields = fieldsOf(lines);
  if (upgrade !== null) fields.push('Upgrade', upgrade);
  const init = { statusText: reason, headers: webHeaders(fields) };
  const fits = status >= 200 && status <= 599 && (content === null || !NULL_BODY.has(status));
  return fits
    ? new Response(content, { ...init, status })
    : withStatus(new Response(content, init), status);
}

function bodyOf(
  { framing }: Head,
  body: BodyPipe,
): ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer> | null {
  if (framing.kind === 'none' || framing.kind === 'switched') return null;
  if (framing.kind === 'length' && framing.length === 0) return null;
  // A copy: whoever reads it may write to it.
  return body.whole === null ? byteStream(body) : new Uint8Array(body.whole);
}

/** No `Response` can be made with a 101 or a 999, or with a body in a 205; it can only be told later. */
function withStatus(response: Response, status: number): Response {
  return Object.defineProperties(response, {
    status: { value: status },
    ok: { value: status >= 200 && status < 300 },
  });
}
