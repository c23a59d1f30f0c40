import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { isCalled, type Message } from '../message.ts';
import { is, type Rule, unless } from '../rule.ts';

const EXTENSION = /\r\n[\da-f]+ ?;/;

const DECODE: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  gzip: gunzipSync,
  br: brotliDecompressSync,
};

/** A body as the client decodes it. */
function decoded({ fields, body }: Message): string {
  const coding = fields.find((field) => isCalled(field, 'content-encoding'))?.value ?? '';
  const bytes = Buffer.from(body, 'latin1');
  return (DECODE[coding]?.(bytes) ?? bytes).toString('latin1');
}

/** Bodies that arrive as other bytes. */
export const bodies: readonly Rule[] = [
  {
    name: 'the platform compresses again, with the same content',
    on: unless('rawCodings'),
    accepts: ({ side, what, name }, { pair }) =>
      side === 'client' &&
      (what === 'body' || what === 'framing' || name === 'content-encoding') &&
      pair.through.got.message!.fields.some((field) => isCalled(field, 'content-encoding')) &&
      decoded(pair.direct.got.message!) === decoded(pair.through.got.message!),
  },
  {
    name: 'a chunk with an extension is lost from a response',
    on: unless('chunkExtensions'),
    accepts: ({ side, what, through }, { exchange }) =>
      side === 'client' &&
      what === 'body' &&
      through.join() === '' &&
      EXTENSION.test(exchange.response.segments.join('')),
  },
  {
    name: 'a chunked body that breaks off ends as if it were complete',
    on: unless('brokenChunks'),
    accepts: (difference, { pair }) =>
      is('client', 'end')(difference) &&
      pair.direct.got.end === 'cut' &&
      pair.through.got.end === 'kept',
  },
];
