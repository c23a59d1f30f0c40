import { type Body, type Extent, nextBody } from './body.ts';
import { limitEndless, nextFields, nextLine, type Strictness, type Text } from './lines.ts';
import {
  Broken,
  type Field,
  type Message,
  persists,
  Unfinished,
  valueOf,
  withoutSpace,
} from './message.ts';

/** The head of a response. */
export interface ResponseHead extends Pick<Message, 'line' | 'fields'> {
  readonly status: number;
  readonly extent: Extent;
  readonly persists: boolean;
}

/** A response, read by RFC 9112 from all that a server sent for one request. */
export interface ResponseReading {
  /** Heads of the 1xx responses before it. */
  readonly interim: readonly ResponseHead[];
  /** `null`: no final response has begun, or its head is invalid. */
  readonly head: ResponseHead | null;
  /** `null`: the body is incomplete, or its framing invalid. */
  readonly body: Body | null;
  readonly end: 'whole' | 'unfinished' | 'broken';
  readonly why: string;
  /** Where the response ends. Bytes after it are surplus. */
  readonly at: number;
}

export interface ResponseContext {
  /** Method of the request: a response to HEAD has no body. */
  readonly method: string;
  /** Whether the server closed its side after the last byte. */
  readonly closed: boolean;
}

const FORGIVING: Strictness = { bareLf: true, mends: true };
const HEAD_LIMIT_BYTES = 64 * 1024;
const MAX_FIELDS = 200;

/** All characters but line ends and NUL (RFC 9110 section 5.5); forwarded unchanged. */
const VALUE = /^[^\r\n\0]*$/;

const MAX_INTERIM = 32;

export function readResponse(bytes: string, context: ResponseContext, at = 0): ResponseReading {
  const text: Text = { bytes, at };
  const interim: ResponseHead[] = [];
  let head: ResponseHead | null = null;
  try {
    for (;;) {
      const next = nextHead(text, context.method);
      // The request here never asks for an upgrade.
      if (next.status === 101) throw new Broken('an upgrade that nobody asked for');
      if (next.status >= 200) {
        head = next;
        break;
      }
      if (interim.push(next) > MAX_INTERIM || text.at - at > HEAD_LIMIT_BYTES)
        throw new Broken('interim responses without end');
    }
    if (head.extent === 'close' && !context.closed) throw new Unfinished();
    const body = nextBody(text, head.extent, FORGIVING);
    return { interim, head, body, end: 'whole', why: '', at: text.at };
  } catch (error) {
    const end = error instanceof Unfinished ? 'unfinished' : 'broken';
    if (end === 'broken' && !(error instanceof Broken)) throw error;
    return { interim, head, body: null, end, why: (error as Error).message, at: text.at };
  }
}

function nextHead(text: Text, method: string): ResponseHead {
  const start = text.at;
  limitEndless(text, HEAD_LIMIT_BYTES);
  const [, version, digits, reason = ''] =
    /^(HTTP\/1\.[01]) ([1-9]\d\d)(?: ([^\r\n\0]*))?$/.exec(nextLine(text, FORGIVING)) ?? [];
  if (version === undefined) throw new Broken('no status line');
  const fields = nextFields(text, { ...FORGIVING, fields: MAX_FIELDS }, VALUE);
  if (text.at - start > HEAD_LIMIT_BYTES + 4) throw new Broken('a long head');
  const status = Number(digits);
  const { extent, faulty } = extentOf(status, method, version, fields);
  const kept = persists(version, fields) && extent !== 'close' && !faulty && status !== 101;
  return { line: [version, digits!, reason], status, fields, extent, persists: kept };
}

/** Section 6.3. `faulty`: ambiguous framing, after which the connection is closed. */
function extentOf(
  status: number,
  method: string,
  version: string,
  fields: readonly Field[],
): { extent: Extent; faulty: boolean } {
  const coding = valueOf(fields, 'transfer-encoding')?.toLowerCase();
  // `identity` meant no coding in RFC 2616. Old servers still send it, and nginx accepts it, too.
  const coded = coding !== undefined && coding !== 'identity';
  const given = valueOf(fields, 'content-length');
  const faulty = coding !== undefined && (given !== null || version === 'HTTP/1.0');
  const length = coded || status < 200 || status === 204 ? null : lengthOf(given);
  if (method === 'HEAD' || status < 200 || status === 204 || status === 304)
    return { extent: { length: 0 }, faulty };
  if (coded && coding !== 'chunked') throw new Broken('another coding');
  if (coded) return { extent: 'chunked', faulty };
  return { extent: length === null ? 'close' : { length }, faulty };
}

/** One number, which may be repeated (RFC 9110 section 8.6). */
function lengthOf(given: string | null): number | null {
  if (given === null) return null;
  const [length = '', ...more] = new Set(given.split(',').map(withoutSpace));
  if (more.length > 0 || !/^\d{1,15}$/.test(length)) throw new Broken('no length');
  return Number(length);
}
