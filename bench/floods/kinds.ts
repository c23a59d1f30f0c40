import { MAX_IDLE_FRAMES } from '../../src/http2/limits.ts';
import { MAX_STREAMS, RESET_COST, TOO_LARGE_HEAD_COST } from '../../src/http2/server/limits.ts';
import {
  block,
  CODE,
  FLAG,
  FRAME,
  frame,
  get,
  PREFACE,
  word,
} from '../../test/support/http2-frames.ts';

/** What a client sends on a connection, again and again. */
export interface Kind {
  readonly name: string;
  /** More than it may send: the connection is ended. */
  readonly beyond: Buffer;
  /** Nearly as much as it may send, if it may send any: the client leaves before it is found out. */
  readonly below: Buffer;
}

/** The peer knows by the acknowledgement of this PING that all before it has been read. */
export const LAST_PING = 'all read';

const OPENS = FLAG.END_STREAM | FLAG.END_HEADERS;
const BEGIN = Buffer.concat([Buffer.from(PREFACE), frame(FRAME.SETTINGS, 0, 0)]);
const END = frame(FRAME.PING, 0, 0, Buffer.from(LAST_PING));

/** A client that only has a connection. */
export const IDLE: Kind = { name: 'nothing', beyond: BEGIN, below: BEGIN };

const PATH = '/flooded';
const POST = frame(
  FRAME.HEADERS,
  FLAG.END_HEADERS,
  1,
  block(':method', 'POST', ...get(PATH).slice(2)),
);

/** Request number `i`, with such fields besides. */
const request = (i: number, ...fields: readonly Uint8Array[]) =>
  frame(FRAME.HEADERS, OPENS, 2 * i + 1, Buffer.concat([block(...get(PATH)), ...fields]));

/**
 * Requests with one field many times: the first request has it, and puts it into the table of the connection (RFC 7541
 * section 6.2.1). A byte stands for it from then on.
 */
const bomb = (valueBytes: number, times: number) => {
  const field = block('x', 'a'.repeat(valueBytes));
  field[0] = 0x40;
  const again = Buffer.alloc(times, 0xbe);
  return (i: number) => request(i, ...(i === 1 ? [field] : []), again);
};

const reset = (i: number) => frame(FRAME.RST_STREAM, 0, 2 * i + 1, word(CODE.CANCEL));
const priority = (i: number) =>
  frame(FRAME.PRIORITY, 0, 2 * i + 1, Buffer.concat([word(0), Buffer.of(1)]));
/** Changes the window of all streams. */
const settings = (i: number) =>
  frame(FRAME.SETTINGS, 0, 0, Buffer.concat([Buffer.of(0, 4), word(65_535 - (i % 2))]));

/** Requests count for nothing, but there may only be so many at a time. */
const ONE_OF_STREAMS = MAX_IDLE_FRAMES / MAX_STREAMS;

export const KINDS: readonly Kind[] = [
  kind('requests that are taken back', (i) => Buffer.concat([request(i), reset(i)]), {
    cost: RESET_COST,
  }),
  kind('requests to be reset', (i) => request(i, block('X', 'a')), { cost: RESET_COST }),
  kind('heads of 32 MB in 8 KB', bomb(4000, 8000), { cost: MAX_IDLE_FRAMES }),
  kind('heads of 100 KB in 100 bytes', bomb(4000, 24), { cost: TOO_LARGE_HEAD_COST }),
  kind('heads of 50 KB in 400 bytes', bomb(140, 340), { cost: TOO_LARGE_HEAD_COST }),
  kind('heads of 30 KB in 250 bytes', bomb(140, 190), { cost: ONE_OF_STREAMS }),
  kind('CONTINUATION', (i) => frame(FRAME.CONTINUATION, 0, 1, block('x', `${i}`)), {
    first: frame(FRAME.HEADERS, FLAG.END_STREAM, 1, block(...get(PATH))),
    // Each has a field.
    cost: MAX_IDLE_FRAMES / 390,
  }),
  kind('PING', () => frame(FRAME.PING, 0, 0, Buffer.alloc(8))),
  kind('ACK of PING', () => frame(FRAME.PING, FLAG.ACK, 0, Buffer.alloc(8))),
  kind('SETTINGS', settings),
  kind('PRIORITY', priority),
  kind('DATA without data', () => frame(FRAME.DATA, 0, 1), { first: POST }),
  kind('DATA of one byte', () => frame(FRAME.DATA, 0, 1, Buffer.alloc(1)), { first: POST }),
  kind('WINDOW_UPDATE', (i) => frame(FRAME.WINDOW_UPDATE, 0, i % 2, word(1)), { first: POST }),
  kind('frames that nobody knows', () => frame(0xfe, 0, 0, Buffer.alloc(1))),
  { name: 'connections', beyond: script(), below: script() },
];

interface Traits {
  /** What comes first. Default: nothing. */
  readonly first?: Buffer;
  /** As how many frames of no use a piece counts. Default: 1. */
  readonly cost?: number;
}

/** @param piece what is sent again and again; `i` counts from 1 */
function kind(name: string, piece: (i: number) => Buffer, { first, cost = 1 }: Traits = {}): Kind {
  const before = first === undefined ? [] : [first];
  const pieces = (frames: number) =>
    Array.from({ length: Math.ceil(frames / cost) }, (_, i) => piece(i + 1));
  return {
    name,
    beyond: script(...before, ...pieces(3 * MAX_IDLE_FRAMES)),
    below: script(...before, ...pieces(0.8 * MAX_IDLE_FRAMES)),
  };
}

function script(...pieces: readonly Buffer[]): Buffer {
  return Buffer.concat([BEGIN, ...pieces, END]);
}
