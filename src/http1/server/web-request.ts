import { webHeaders } from '../../http/headers.ts';
import { byteStream } from '../../http/web-body.ts';
import { urlHost } from './host.ts';
import type { ServerRequest } from './request.ts';

/** Methods that no `Request` can be made with (Fetch standard, forbidden methods). */
const FORBIDDEN = /^(?:trace|track)$/i;

/** Methods that no `Request` can have a body with. It takes them in any case, and writes them in capitals. */
const BODILESS = /^(?:get|head)$/i;

/** A real `Request` of one that came in. */
export function webRequest(served: ServerRequest, signal: AbortSignal): Request {
  const { method, target, head } = served;
  const forbidden = FORBIDDEN.test(method);
  const request = new Request(`http://${urlHost(head.authority)}${pathOf(target)}`, {
    method: forbidden ? 'GET' : method,
    headers: webHeaders(head.headers),
    signal,
    body: forbidden || BODILESS.test(method) ? null : bodyOf(served),
    duplex: 'half',
  } as RequestInit);
  return forbidden ? Object.defineProperty(request, 'method', { value: method }) : request;
}

/** `OPTIONS *` is about no path, and a URL has one. */
function pathOf(target: string): string {
  return target === '*' ? '/*' : target;
}

function bodyOf({
  upload,
}: ServerRequest): ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer> | null {
  if (upload === null) return null;
  // A copy: whoever reads it may write to it.
  return upload.whole === null ? byteStream(upload.reader()) : new Uint8Array(upload.whole);
}
