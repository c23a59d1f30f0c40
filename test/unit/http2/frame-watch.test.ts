import { describe, expect, it, vi } from 'vitest';
import { FrameWatch, PREFACE_BYTES } from '../../../src/http2/frame-watch.ts';
import {
  BYTES_PER_IDLE_FRAME,
  IDLE_FRAMES_PER_S,
  MAX_IDLE_FRAMES,
  USEFUL_DATA_BYTES,
  USEFUL_FIELDS,
  WORK_OF_HEAD,
  WORK_PER_TURN,
} from '../../../src/http2/limits.ts';
import { LARGE_HEAD_COST, RESET_COST } from '../../../src/http2/server/limits.ts';
import { CODE, FLAG, FRAME, frame, word } from '../../support/http2-frames.ts';
import { cut } from '../http1/pieces.ts';

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const PING = frame(FRAME.PING, 0, 0, Buffer.alloc(8));

const OF_CLIENTS = {
  maxHeadBytes: 1000,
  prefaceBytes: PREFACE_BYTES,
  resetCost: RESET_COST,
  largeHeadCost: LARGE_HEAD_COST,
  maxFields: 400,
};

/** Of one kind of frame, how many a new connection may send. */
function most(kind: Buffer, watch: FrameWatch = begun()): number {
  let count = 0;
  while (count < 10 * MAX_IDLE_FRAMES && watch.read(Buffer.from(kind))) count++;
  return count;
}

function begun(): FrameWatch {
  const watch = new FrameWatch(OF_CLIENTS);
  expect(watch.read(Buffer.from(PREFACE))).toBe(true);
  return watch;
}

// Time stands still, so that no credit grows.
vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
let nowMs = 0;

describe('frames of no use', () => {
  it.each([
    ['PING', PING, 1],
    ['SETTINGS', frame(FRAME.SETTINGS, 0, 0), 1],
    ['WINDOW_UPDATE', frame(FRAME.WINDOW_UPDATE, 0, 0, Buffer.alloc(4)), 1],
    ['PRIORITY', frame(FRAME.PRIORITY, 0, 1, Buffer.alloc(5)), 1],
    ['empty DATA', frame(FRAME.DATA, 0, 1), 1],
    ['empty CONTINUATION', frame(FRAME.CONTINUATION, 0, 1), 1],
    ['an unknown one', frame(0xf0, 0, 0), 1],
    ['RST_STREAM', frame(FRAME.RST_STREAM, 0, 1, Buffer.alloc(4)), RESET_COST],
  ])('%s: as many as the credit has', (_, kind, cost) => {
    expect(most(kind)).toBe(MAX_IDLE_FRAMES / cost);
  });

  it.each([
    ['DATA', frame(FRAME.DATA, 0, 1, Buffer.alloc(1))],
    ['the end of a body', frame(FRAME.DATA, FLAG.END_STREAM, 1)],
    ['HEADERS', frame(FRAME.HEADERS, FLAG.END_HEADERS, 1, Buffer.alloc(10))],
  ])('%s is none', (_, kind) => {
    expect(most(kind)).toBe(10 * MAX_IDLE_FRAMES);
  });

  it('have a credit that grows with time and with what the client is sent, up to its limit', () => {
    const watch = begun();
    expect(most(PING, watch)).toBe(MAX_IDLE_FRAMES);
    // The last one has used up more than there was.
    watch.wrote((10 + 1) * BYTES_PER_IDLE_FRAME);
    expect(most(PING, watch)).toBe(10);
    nowMs += (1000 * (20 + 1)) / IDLE_FRAMES_PER_S;
    expect(most(PING, watch)).toBe(20);
    watch.wrote(1e9);
    nowMs += 1e9;
    expect(most(PING, watch)).toBe(MAX_IDLE_FRAMES);
  });
});

describe('a peer is idling', () => {
  const data = (bytes: number) => frame(FRAME.DATA, 0, 1, Buffer.alloc(bytes));
  const head = (fields: number) =>
    frame(FRAME.HEADERS, FLAG.END_HEADERS, 1, Buffer.alloc(fields, 0x82));
  const MUCH = 3 * WORK_PER_TURN;

  it.each([
    ['frames of no use', PING, WORK_PER_TURN],
    ['tiny DATA', data(USEFUL_DATA_BYTES - 1), WORK_PER_TURN],
    [
      'requests that are taken back',
      frame(FRAME.RST_STREAM, 0, 1, word(0)),
      WORK_PER_TURN / RESET_COST,
    ],
    ['a head of many fields', head(USEFUL_FIELDS + WORK_PER_TURN), 1],
  ])("that has sent more than a turn's work of them: %s", (_, piece, allowed) => {
    const watch = begun();
    for (let i = 1; i <= allowed; i++) {
      watch.read(Buffer.from(piece));
      expect(watch.isIdling).toBe(false);
    }
    watch.read(Buffer.from(piece));
    expect(watch.isIdling).toBe(true);
  });

  it.each([
    ['DATA', data(USEFUL_DATA_BYTES)],
    ['ends of bodies', frame(FRAME.DATA, FLAG.END_STREAM, 1)],
    ['requests', head(USEFUL_FIELDS)],
  ])('no matter how many %s it has sent', (_, piece) => {
    const watch = begun();
    for (let i = 0; i < MUCH; i++) watch.read(Buffer.from(piece));
    expect(watch.isIdling).toBe(false);
  });

  it('no longer when it was sent as much, or has waited', () => {
    const watch = begun();
    const idle = () => {
      for (let i = 0; i < MUCH; i++) watch.read(Buffer.from(PING));
      return watch.isIdling;
    };
    const above = MUCH - WORK_PER_TURN;
    expect(idle()).toBe(true);
    watch.wrote((above - 1) * BYTES_PER_IDLE_FRAME);
    expect(watch.isIdling).toBe(true);
    watch.wrote(BYTES_PER_IDLE_FRAME);
    expect(watch.isIdling).toBe(false);
    // What it was sent before it idled does not count.
    watch.wrote(1e9);
    expect(idle()).toBe(true);
    nowMs += (1000 * above) / IDLE_FRAMES_PER_S;
    expect(watch.isIdling).toBe(false);
  });
});

describe('resets of ours', () => {
  /** How many of them a new connection may bring about. Each sends 13 bytes, which count for the peer. */
  function mostSent(code: number): number {
    const watch = begun();
    let count = 0;
    while (count < 10 * MAX_IDLE_FRAMES && watch.sent(frame(FRAME.RST_STREAM, 0, 1, word(code))))
      count++;
    return count;
  }

  it.each([
    ['a fault of the peer', CODE.PROTOCOL_ERROR, RESET_COST],
    ['a head that is too large', CODE.ENHANCE_YOUR_CALM, LARGE_HEAD_COST],
  ])('for %s count as frames of no use', (_, code, cost) => {
    expect(mostSent(code)).toBe(Math.floor(MAX_IDLE_FRAMES / (cost - 13 / BYTES_PER_IDLE_FRAME)));
  });

  it.each([
    ['a response that broke off', CODE.INTERNAL_ERROR],
    ['a body that nobody wants', CODE.NO_ERROR],
    ['a call that is given up', CODE.CANCEL],
  ])('for %s do not', (_, code) => {
    expect(mostSent(code)).toBe(10 * MAX_IDLE_FRAMES);
  });
});

it('a fault of the peer is what we send a GOAWAY with a code for', () => {
  const faults: number[] = [];
  const watch = new FrameWatch({ ...OF_CLIENTS, onFault: (code) => faults.push(code) });
  const codes = [CODE.NO_ERROR, CODE.PROTOCOL_ERROR, CODE.NO_ERROR, CODE.ENHANCE_YOUR_CALM];
  for (const code of codes)
    watch.sent(frame(FRAME.GOAWAY, 0, 0, Buffer.concat([word(1), word(code)])));
  // Of the peer's own it is not told.
  watch.read(Buffer.concat([PREFACE, frame(FRAME.GOAWAY, 0, 0, Buffer.alloc(8, 1))]));
  expect(faults).toEqual([CODE.PROTOCOL_ERROR, CODE.ENHANCE_YOUR_CALM]);
});

it('a credit that is used up is enough until more is taken', () => {
  const watch = begun();
  expect(watch.charge(MAX_IDLE_FRAMES)).toBe(true);
  expect(watch.sent(Buffer.alloc(0))).toBe(true);
  expect(watch.charge(1)).toBe(false);
  expect(watch.sent(Buffer.alloc(0))).toBe(false);
});

it('a block of fields may be as long as its limit, over all its frames', () => {
  const part = (type: number, bytes = 400) => frame(type, 0, 1, Buffer.alloc(bytes));
  const watch = begun();
  expect(watch.read(part(FRAME.HEADERS))).toBe(true);
  expect(watch.read(part(FRAME.CONTINUATION))).toBe(true);
  expect(watch.read(part(FRAME.CONTINUATION))).toBe(false);
  const full = begun();
  expect(full.read(part(FRAME.HEADERS, OF_CLIENTS.maxHeadBytes))).toBe(true);
  expect(full.read(part(FRAME.CONTINUATION, 1))).toBe(false);
  expect(begun().read(part(FRAME.HEADERS, OF_CLIENTS.maxHeadBytes + 1))).toBe(false);
  const next = begun();
  for (let i = 0; i < 5; i++) {
    expect(next.read(part(FRAME.HEADERS))).toBe(true);
    expect(next.read(part(FRAME.CONTINUATION))).toBe(true);
  }
});

it('a block may have as many fields as its limit, over all its frames, before they are unpacked', () => {
  const part = (type: number, fields: number) => frame(type, 0, 1, Buffer.alloc(fields, 0x82));
  const { maxFields } = OF_CLIENTS;
  expect(begun().read(part(FRAME.HEADERS, maxFields))).toBe(true);
  expect(begun().read(part(FRAME.HEADERS, maxFields + 1))).toBe(false);
  const withoutBody = Buffer.alloc(maxFields + 1, 0x82);
  expect(begun().read(frame(FRAME.HEADERS, FLAG.END_STREAM, 1, withoutBody))).toBe(false);
  const watch = begun();
  for (let i = 0; i < 3; i++) {
    expect(watch.read(part(FRAME.HEADERS, maxFields - 1))).toBe(true);
    expect(watch.read(part(FRAME.CONTINUATION, 1))).toBe(true);
    // Not counted with them.
    expect(watch.read(frame(FRAME.DATA, 0, 1, Buffer.alloc(500, 0x82)))).toBe(true);
  }
  expect(watch.read(part(FRAME.CONTINUATION, 1))).toBe(false);
});

it('a block may unpack to as many bytes as its limit', () => {
  const field = Buffer.concat([
    Buffer.of(0x40, 1),
    Buffer.from('a'),
    Buffer.of(99),
    Buffer.alloc(99),
  ]);
  const head = (references: number) =>
    frame(FRAME.HEADERS, 0, 1, Buffer.concat([field, Buffer.alloc(references, 0xbe)]));
  const watch = () => new FrameWatch({ maxHeadBytes: 1000, maxFieldBytes: 500 });
  expect(watch().read(head(4))).toBe(true);
  expect(watch().read(head(5))).toBe(false);
});

describe('the work of one turn', () => {
  const DATA = frame(FRAME.DATA, 0, 1, Buffer.alloc(5));
  const HEAD = frame(FRAME.HEADERS, 0, 1);
  const fields = (type: number, count: number) => frame(type, 0, 1, Buffer.alloc(count, 0x82));
  /** The parts of several frames, each by its number of bytes. */
  function partsOf(...frames: readonly Buffer[]): number[] {
    const parts: number[] = [];
    const bytes = Buffer.concat(frames);
    expect(begun().read(bytes, parts)).toBe(true);
    return [0, ...parts].map((at, i) => (parts[i] ?? bytes.byteLength) - at);
  }
  const some = (count: number, kind: Buffer) => Array<Buffer>(count).fill(kind);

  it('are so many frames, of any kind', () => {
    const all = WORK_PER_TURN * PING.byteLength;
    expect(partsOf(...some(WORK_PER_TURN, PING))).toEqual([all]);
    expect(partsOf(...some(2 * WORK_PER_TURN, PING), DATA)).toEqual([all, all, DATA.byteLength]);
    expect(partsOf(...some(WORK_PER_TURN, DATA), PING)).toHaveLength(2);
  });

  it('are fewer heads, and still fewer the more fields they have', () => {
    const heads = Math.ceil(WORK_PER_TURN / (1 + WORK_OF_HEAD));
    expect(partsOf(...some(heads + 1, HEAD))).toEqual([heads * HEAD.byteLength, HEAD.byteLength]);
    const room = WORK_PER_TURN - 1 - WORK_OF_HEAD;
    expect(partsOf(fields(FRAME.HEADERS, room - 1), DATA)).toHaveLength(1);
    expect(partsOf(fields(FRAME.HEADERS, room), DATA)).toHaveLength(2);
    const head = fields(FRAME.HEADERS, room - 3);
    const [less, more] = [1, 2].map((count) => fields(FRAME.CONTINUATION, count));
    expect(partsOf(head, less!, DATA)).toHaveLength(1);
    expect(partsOf(head, more!, DATA)).toHaveLength(2);
  });

  it('ends after what takes a request back', () => {
    const reset = frame(FRAME.RST_STREAM, 0, 1, Buffer.alloc(4));
    const all = WORK_PER_TURN * PING.byteLength;
    expect(partsOf(...some(WORK_PER_TURN, PING), reset, reset, DATA)).toEqual([
      all + 2 * reset.byteLength,
      DATA.byteLength,
    ]);
  });

  it('begins anew with what is read next, be that in a frame', () => {
    const watch = begun();
    const all = Buffer.concat(some(WORK_PER_TURN + 2, PING));
    const parts: number[] = [];
    expect(watch.read(all.subarray(0, 20), parts)).toBe(true);
    expect(watch.read(all.subarray(20), parts)).toBe(true);
    // The second, whose header was not complete, is one of these.
    expect(parts).toEqual([(1 + WORK_PER_TURN) * PING.byteLength - 20]);
  });
});

it('hides GOAWAY, and changes nothing else, however the bytes are split', () => {
  const goaway = frame(FRAME.GOAWAY, 0, 0, Buffer.alloc(8, FRAME.GOAWAY));
  const data = frame(FRAME.DATA, 0, 1, Buffer.alloc(20, FRAME.GOAWAY));
  // Behind a PING, with bits in its header that mean ACK where the flags of a PING are.
  const odd = frame(FRAME.DATA, 0, 1, Buffer.alloc(21));
  const all = Buffer.concat([PREFACE, goaway, data, goaway, PING, odd]);
  const hidden = Buffer.from(goaway);
  hidden[3] = 0xff;
  const expected = Buffer.concat([PREFACE, hidden, data, hidden, PING, odd]).toString('latin1');
  for (const size of [1, 2, 3, 5, 8, all.byteLength]) {
    const watch = new FrameWatch(OF_CLIENTS);
    const pieces = cut(all.toString('latin1'), size).map((piece) => Buffer.from(piece, 'latin1'));
    for (const piece of pieces) expect(watch.read(piece)).toBe(true);
    expect(Buffer.concat(pieces).toString('latin1')).toBe(expected);
  }
});

describe('an acknowledgement', () => {
  const ack = (type: number) => frame(type, FLAG.ACK, 0, Buffer.alloc(type === FRAME.PING ? 8 : 0));
  /** The flags that node:http2 sees, of one frame after the other. */
  function flagsOf(watch: FrameWatch, type: number, count: number): number[] {
    return Array.from({ length: count }, () => {
      const bytes = ack(type);
      expect(watch.read(bytes)).toBe(true);
      return bytes[4]!;
    });
  }

  it('of our settings is one, and one more for each further SETTINGS of ours', () => {
    const watch = begun();
    // The peer's own are none.
    expect(watch.read(frame(FRAME.SETTINGS, 0, 0))).toBe(true);
    expect(flagsOf(watch, FRAME.SETTINGS, 3)).toEqual([FLAG.ACK, 0, 0]);
    watch.configured();
    expect(flagsOf(watch, FRAME.SETTINGS, 2)).toEqual([FLAG.ACK, 0]);
  });

  it('of a PING is seen for each that was sent', () => {
    const watch = begun();
    expect(flagsOf(watch, FRAME.PING, 1)).toEqual([0]);
    watch.pinged();
    watch.pinged();
    expect(watch.read(Buffer.from(PING))).toBe(true);
    expect(flagsOf(watch, FRAME.PING, 3)).toEqual([FLAG.ACK, FLAG.ACK, 0]);
  });
});

it('of a server tells of GOAWAY, however the bytes are split, and may have no limit', () => {
  const goaway = (last: number, bytes = 12) => {
    const payload = Buffer.alloc(bytes);
    payload.writeUInt32BE(last);
    return frame(FRAME.GOAWAY, 0, 0, payload);
  };
  // The first bit is reserved.
  const all = Buffer.concat([
    PING,
    goaway(2 ** 31 - 1),
    PING,
    goaway(7 + 2 ** 31),
    // Without a reason it has so many bytes.
    goaway(0, 8),
    PING,
  ]);
  for (const size of [1, 2, 3, 10, 11, all.byteLength]) {
    const told: number[] = [];
    const watch = new FrameWatch({
      maxHeadBytes: 1000,
      maxIdleFrames: Infinity,
      onGoaway: (last) => told.push(last),
    });
    for (const piece of cut(all.toString('latin1'), size))
      expect(watch.read(Buffer.from(piece, 'latin1'))).toBe(true);
    expect(told).toEqual([2 ** 31 - 1, 7, 0]);
    expect(most(PING, watch)).toBe(10 * MAX_IDLE_FRAMES);
  }
});

it('of a server takes no GOAWAY that is too short for one', () => {
  const told: number[] = [];
  const watch = new FrameWatch({ maxHeadBytes: 1000, onGoaway: (last) => told.push(last) });
  expect(watch.read(frame(FRAME.GOAWAY, 0, 0, Buffer.alloc(7)))).toBe(true);
  expect(told).toEqual([]);
});
