import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { type Case, gets, ok } from '../case.ts';

const TEXT = Buffer.from('compressed or not, it is the same text. '.repeat(100));

const CODED: Readonly<Record<string, Uint8Array>> = {
  gzip: gzipSync(TEXT),
  br: brotliCompressSync(TEXT),
  deflate: deflateSync(TEXT),
  // A hand-written frame of one raw block: not every Node has zstd (RFC 8878 section 3.1.1).
  zstd: Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, 0x02, 0x11, 0x00, 0x00, 0x6f, 0x6b]),
  identity: TEXT,
  'x-unknown': Buffer.from('whatever this is'),
  // Labelled as compressed, but it is not: only the client may notice.
  'x-gzip': Buffer.from('no gzip at all'),
};

const ACCEPTED: Readonly<Record<string, readonly string[]>> = {
  'that was asked for': ['Accept-Encoding: gzip, br, deflate, zstd'],
  'that nobody asked for': [],
};

/** Content codings are a matter of upstream and client (RFC 9110 section 8.4). */
export const codings: readonly Case[] = Object.entries(CODED).flatMap(([coding, body]) =>
  Object.entries(ACCEPTED).map(([name, fields]) =>
    gets(
      `content coding ${coding} ${name}`,
      ok(
        [`Content-Encoding: ${coding}`, 'Vary: Accept-Encoding'],
        Buffer.from(body).toString('latin1'),
      ),
      { fields },
    ),
  ),
);
