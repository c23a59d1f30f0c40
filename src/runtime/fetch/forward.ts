import { lengthOf, mayHaveLength } from '../../http/fields.ts';
import type { Outbound } from '../../http/messages.ts';
import { type Forward, type ResponseTap, TransportError } from '../../http/transport.ts';
import { webBody } from '../../http/web-body.ts';
import { BodyTap, tappedBody } from '../tapped-body.ts';
import type { Dialect } from './dialect.ts';
import { startFetch } from './call.ts';
import { passedFields } from './passed-fields.ts';

/** Statuses for which the constructor of `Response` rejects a body (Fetch standard, null body status). */
const NULL_BODY: ReadonlySet<number> = new Set([101, 103, 204, 205, 304]);

/** Forwards requests with the runtime's own fetch. */
export function fetchForward(dialect: Dialect): Forward {
  return (request, _client, tap = null) =>
    startFetch(dialect, request, (response, signal) =>
      rebuild(dialect, response, request, tap && { tap, signal }),
    );
}

/** The observer of a response, and what tells that its request was aborted. */
interface Observer {
  readonly tap: ResponseTap;
  readonly signal: AbortSignal;
}

/** A response of fetch is immutable: makes one for the client with the same status and body, and filtered fields. */
function rebuild(
  dialect: Dialect,
  response: Response,
  request: Outbound,
  observer: Observer | null,
): Response {
  if (response.status === 101) return switched(response, request, observer);
  const { status, statusText } = response;
  const headers = passedFields(dialect, response, request);
  const length = headers.get('content-length');
  if (length !== null) keepLength(headers, status, length);
  const body = NULL_BODY.has(status) ? null : response.body;
  return new Response(
    observer === null ? body : observed(dialect, body, { status, headers }, request, observer),
    { ...dialect.responseInit, status, statusText, headers } as ResponseInit,
  );
}

/** A 101 holds the upstream's end of the WebSocket, which only the platform can access. */
function switched(response: Response, request: Outbound, observer: Observer | null): Response {
  // Deno's fetch returns a 101 without a request to upgrade, and its server would forward it.
  if (!request.upgrade) throw new TransportError('protocol', 'a 101 that nobody asked for');
  if (observer !== null) new BodyTap(observer.tap, 101, response.headers, null).end(false);
  return response;
}

/** The body as it passes the tap. Not touched if the tap wants no byte of it. */
function observed(
  dialect: Dialect,
  body: ReadableStream<Uint8Array> | null,
  { status, headers }: Pick<Response, 'status' | 'headers'>,
  { method }: Outbound,
  { tap, signal }: Observer,
): ReadableStream<Uint8Array> | null {
  const field = headers.get('content-length');
  const stated = field === null ? null : Number(field);
  const isEmpty = body === null || method === 'HEAD' || stated === 0;
  const bodyTap = new BodyTap(tap, status, headers, isEmpty ? 0 : stated);
  if (isEmpty || !bodyTap.wanted) {
    bodyTap.end(isEmpty);
    return body;
  }
  // An aborted fetch shows only to a reader, and there may be none yet.
  signal.addEventListener('abort', () => bodyTap.end(false), { once: true });
  const source = dialect.sourceOf?.(body) ?? webBody({ body });
  const stream = tappedBody(source, bodyTap);
  return stated === null || dialect.sized === undefined ? stream : dialect.sized(stream, stated);
}

/** Normalizes Content-Length: an invalid one is never forwarded (RFC 9110 section 8.6), nor one the status forbids. */
function keepLength(headers: Headers, status: number, length: string): void {
  const bytes = lengthOf(length);
  if (!mayHaveLength(status)) headers.delete('content-length');
  else if (bytes === null) throw new TransportError('protocol', 'a Content-Length that is none');
  else headers.set('content-length', String(bytes));
}
