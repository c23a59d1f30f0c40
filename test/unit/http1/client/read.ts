import type { HeaderList } from '../../../../src/http/fields.ts';
import type { ResponseHead } from '../../../../src/http1/client/parse-response-head.ts';
import { ResponseParser } from '../../../../src/http1/client/response-parser.ts';
import { ProtocolError } from '../../../../src/http1/errors.ts';
import { cut } from '../pieces.ts';

/** What a parser made of some bytes. */
export interface Read {
  readonly heads: ResponseHead[];
  body: string;
  trailers: HeaderList | null;
  ended: number;
}

function reading(method: string, again: boolean) {
  const result: Read = { heads: [], body: '', trailers: null, ended: 0 };
  const parser = new ResponseParser({
    head: (head) => result.heads.push(head),
    data: (bytes) => (result.body += bytes.toString('latin1')),
    end(trailers) {
      result.ended += 1;
      result.trailers = trailers;
      if (again) parser.expect(method);
    },
  });
  parser.expect(method);
  return { result, parser };
}

/** Reads an answer that arrives in pieces of `size` bytes; `close` ends the connection after it. */
export function read(text: string, { size = Infinity, method = 'GET', close = false } = {}): Read {
  const { result, parser } = reading(method, false);
  const pieces = size === Infinity ? [text] : cut(text, size);
  for (const piece of pieces) parser.push(Buffer.from(piece, 'latin1'));
  if (close) parser.close();
  return result;
}

/** Reads pieces of a connection, one answer after another, up to what is none. */
export function readPieces(pieces: readonly string[]): Read & { readonly refused: string | null } {
  const { result, parser } = reading('GET', true);
  try {
    for (const piece of pieces) parser.push(Buffer.from(piece, 'latin1'));
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return { ...result, refused: error.message };
  }
  return { ...result, refused: null };
}
