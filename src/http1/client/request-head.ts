import type { Outbound } from '../../http/outbound.ts';

/** How the body of a request is marked. */
export type BodyFraming = 'none' | 'length' | 'chunked';

/** Control characters, spaces and anything that is no byte would break the request line. */
// oxlint-disable-next-line no-control-regex
const NOT_IN_TARGET = /[^\x21-\x7e\x80-\xff]/;

/**
 * The head of a request, one character per byte, up to and including the empty line.
 *
 * @throws TypeError when method or target could not stand in a request line
 */
export function requestHead({ method, target, headers, body }: Outbound): {
  head: string;
  framing: BodyFraming;
} {
  if (NOT_IN_TARGET.test(target) || NOT_IN_TARGET.test(method)) {
    throw new TypeError('a method or target that cannot stand in a request line');
  }
  let head = `${method} ${target} HTTP/1.1\r\n`;
  let hasLength = false;
  for (let i = 0; i < headers.length; i += 2) {
    const field = headers[i]!;
    if (field.length === 14 && field.toLowerCase() === 'content-length') {
      hasLength = true;
      // Bytes have the length they have, whatever the client said of its own body.
      if (body instanceof Uint8Array && Number(headers[i + 1]) !== body.byteLength) {
        head += `${field}: ${body.byteLength}\r\n`;
        continue;
      }
    }
    head += `${field}: ${headers[i + 1]!}\r\n`;
  }
  if (body === null) return { head: `${head}\r\n`, framing: 'none' };
  if (body instanceof Uint8Array && !hasLength) {
    return { head: `${head}Content-Length: ${body.byteLength}\r\n\r\n`, framing: 'length' };
  }
  if (hasLength) return { head: `${head}\r\n`, framing: 'length' };
  return { head: `${head}Transfer-Encoding: chunked\r\n\r\n`, framing: 'chunked' };
}
