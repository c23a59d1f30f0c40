import { joinBytes } from '../http/bytes.ts';
import { inOneLine } from '../http/quoted.ts';
import { parseJson } from '../config/json.ts';
import { AdminRefusal, failed } from './responses.ts';

/** APISIX's limit, in bytes. */
const maxBytes = 1_572_864;
/**
 * A body over the limit but not over this one is read to its end before it is refused: an answer in
 * the midst of an upload can cost the connection, and clients that send first never see it.
 */
const maxDiscarded = 16 * 1_048_576;
/** How much of a body that is not JSON is sent back. */
const maxEcho = 1024;
/** The limit of APISIX's JSON parser; beyond it, code that walks a value could run out of stack. */
const maxDepth = 1000;

/** A request body: `absent`, or the JSON value in it, `null` included. */
export type Body = { readonly absent: true } | { readonly absent: false; readonly value: unknown };

/**
 * Reads a request's JSON body. The Content-Type is not looked at, as in APISIX: `curl -d` sends
 * `application/x-www-form-urlencoded`.
 *
 * @throws Refusal (400) when it is too large or not JSON
 * @example await readBody(new Request('http://a', { method: 'PUT', body: '{}' })) // value: {}
 */
export async function readBody(request: Request): Promise<Body> {
  const declared = Number(request.headers.get('content-length') ?? 0);
  if (declared > maxDiscarded) throw tooLarge(declared);
  const bytes = await readBytes(request.body);
  // Workers shows a stream even for `Content-Length: 0`.
  if (bytes.length === 0) return { absent: true };
  const text = decode(bytes);
  if (nesting(text) > maxDepth) {
    throw notJson(`found too many nested data structures (over ${maxDepth})`, text);
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
    if (size <= maxBytes) chunks.push(chunk.value);
    else chunks = [];
    if (size > maxDiscarded) {
      // Not awaited: a client that goes on sending must not hold up the answer.
      reader?.cancel().catch(() => undefined);
      break;
    }
  }
  if (size > maxBytes) throw tooLarge(size);
  return joinBytes(chunks);
}

function decode(bytes: Uint8Array): string {
  try {
    // RFC 8259 section 8.1: JSON is UTF-8. Replacement characters would be stored for good.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw notJson('not UTF-8', new TextDecoder().decode(bytes.subarray(0, maxEcho)));
  }
}

/** Deepest level of brackets outside strings, found without recursion. */
function nesting(text: string): number {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (quoted) {
      if (code === 0x5c) i++;
      else if (code === 0x22) quoted = false;
    } else if (code === 0x22) quoted = true;
    else if (code === 0x5b || code === 0x7b) deepest = Math.max(deepest, ++depth);
    else if (code === 0x5d || code === 0x7d) depth--;
  }
  return deepest;
}

function tooLarge(size: number): AdminRefusal {
  return new AdminRefusal(
    failed(
      400,
      `invalid request body: request size ${size} is greater than the maximum size ` +
        `${maxBytes} allowed`,
    ),
  );
}

function notJson(reason: string, text: string): AdminRefusal {
  const body = { error_msg: `invalid request body: ${reason}`, req_body: text.slice(0, maxEcho) };
  return new AdminRefusal({ status: 400, body });
}
