import { ProtocolError, RequestRefusal } from '../../../../src/http1/errors.ts';
import type { HeadLimits } from '../../../../src/http1/server/limits.ts';
import type { RequestHead } from '../../../../src/http1/server/parse-request-head.ts';
import { RequestParser } from '../../../../src/http1/server/request-parser.ts';

/** What a parser made of some bytes. */
export interface Read {
  readonly requests: { readonly head: RequestHead; body: string; whole: boolean }[];
  /** Status that it was refused with, `null` if it was not. */
  refused: number | null;
  /** What the log says of that. */
  why: string;
  /** Bytes at the end that are no whole head yet. */
  held: number;
}

/** Reads pieces of a connection, one request after another, up to a refusal. */
export function readPieces(pieces: readonly string[], limits?: HeadLimits): Read {
  const read: Read = { requests: [], refused: null, why: '', held: 0 };
  const parser = new RequestParser(
    {
      head: (head) => read.requests.push({ head, body: '', whole: head.framing.kind === 'none' }),
      data: (bytes) => (read.requests.at(-1)!.body += bytes.toString('latin1')),
      end: () => (read.requests.at(-1)!.whole = true),
    },
    limits,
  );
  try {
    for (const piece of pieces) {
      parser.push(Buffer.from(piece, 'latin1'));
      while (parser.isComplete) parser.next();
    }
    read.held = parser.held;
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    read.refused = error instanceof RequestRefusal ? error.status : 400;
    read.why = error.message;
  }
  return read;
}
