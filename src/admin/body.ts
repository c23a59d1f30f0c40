import { joinBytes } from '../http/bytes.ts';
import { visitJson } from '../http/json-text.ts';
import { inOneLine } from '../http/quoted.ts';
import { parseJson } from '../config/json.ts';
import { AdminRefusal, failed } from './responses.ts';

/** APISIX's limit. */
const MAX_BYTES = 1_572_864;
/**
 * A body that is larger than `MAX_BYTES` but not than this is read to its end before it is refused. A response
 * during an upload can make the server close the connection, and clients that read only after sending would
 * never see it.
 */
const MAX_DISCARDED_BYTES = 16 * 1_048_576;
/** How much of a body that is not JSON is returned to the client (of one that is not UTF-8: bytes). */
const MAX_ECHOED_CHARACTERS = 1024;
/** The limit of APISIX's JSON parser. Recursive code could overflow the stack with deeper values. */
const MAX_LEVELS = 1000;

/** A request body: `absent`, or its JSON value, which may be `null`. */
export type Body = { readonly absent: true } | { readonly absent: false; readonly value: unknown };

/**
 * Reads a request's JSON body. As in APISIX, Content-Type is ignored: `curl -d` sends
 * `application/x-www-form-urlencoded`.
 *
 * @throws AdminRefusal (400) when the body is too large or not JSON
 * @example await readBody(new Request('http://a', { method: 'PUT', body: '{}' })) // value: {}
 */
export async function readBody(request: Request): Promise<Body> {
  const declared = Number(request.headers.get('content-length') ?? 0);
  if (declared > MAX_DISCARDED_BYTES) throw tooLarge(declared);
  const bytes = await readBytes(request.body);
  // Not `request.body === null`: on Workers there is a stream even with `Content-Length: 0`.
  if (bytes.length === 0) return { absent: true };
  const text = decode(bytes);
  if (isTooDeep(text)) {
    throw notJson(`found too many nested data structures (over ${MAX_LEVELS})`, text);
  }
  const parsed = parseJson(text);
  if (!parsed.ok)
    throw notJson(inOneLine(parsed.faults.map(({ message }) => message).join('; ')), text);
  return { absent: false, value: parsed.value };
}

async function readBytes(body: ReadableStream<Uint8Array> | null): Promise<Uint8Array> {
  let chunks: Uint8Array[] = [];
  let size = 0;
  const reader = body?.getReader();
  for (;;) {
    const chunk = await reader?.read();
    if (chunk === undefined || chunk.done) break;
    size += chunk.value.byteLength;
    if (size <= MAX_BYTES) chunks.push(chunk.value);
    else chunks = [];
    if (size > MAX_DISCARDED_BYTES) {
      // Not awaited: a client that keeps sending must not delay the response.
      reader?.cancel().catch(() => undefined);
      break;
    }
  }
  if (size > MAX_BYTES) throw tooLarge(size);
  return joinBytes(chunks);
}

function decode(bytes: Uint8Array): string {
  try {
    // JSON is UTF-8 (RFC 8259 section 8.1). Fatal: otherwise replacement characters would be stored.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw notJson('not UTF-8', new TextDecoder().decode(bytes.subarray(0, MAX_ECHOED_CHARACTERS)));
  }
}

/** Whether more levels are open anywhere, up to the first error, than may be. */
function isTooDeep(text: string): boolean {
  let levels = 0;
  visitJson(text, {
    open: () => (levels += 1) <= MAX_LEVELS,
    close: () => (levels -= 1) >= 0,
  });
  return levels > MAX_LEVELS;
}

function tooLarge(size: number): AdminRefusal {
  return new AdminRefusal(
    failed(
      400,
      `invalid request body: request size ${size} is greater than the maximum size ` +
        `${MAX_BYTES} allowed`,
    ),
  );
}

function notJson(reason: string, text: string): AdminRefusal {
  const echo = text.slice(0, MAX_ECHOED_CHARACTERS);
  const body = { error_msg: `invalid request body: ${reason}`, req_body: echo };
  return new AdminRefusal({ status: 400, body });
}
