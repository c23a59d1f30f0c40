import type { Socket } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import { webHeaders } from '../../../../src/http/fields.ts';
import type { BodySource } from '../../../../src/http/upload.ts';
import { BodyPipe, NO_FLOW } from '../../../../src/http1/body-pipe.ts';
import { ONE_PIECE_BYTES } from '../../../../src/http1/body-writer.ts';
import type { Framing } from '../../../../src/http1/framing.ts';
import { overwriteFreeBuffers, ReadBuffer } from '../../../../src/http1/read-buffer.ts';
import { bufferedResponse } from '../../../../src/http1/relayed-response.ts';
import {
  breakOff,
  outgoingResponse,
  writeResponse,
} from '../../../../src/http1/server/write-response.ts';

/** A head with a byte that differs between latin1 and UTF-8. */
const HEAD = 'HTTP/1.1 200 \u00ff\r\n\r\n';
const STRIDE_BYTES = 64 * 1024;
const CHUNKED: Framing = { kind: 'chunked' };
const length = (bytes: number): Framing => ({ kind: 'length', length: bytes });
const text = (size: number, letter = 'x') => Buffer.alloc(size, letter);
const taken = async () => {};
const WRONG_LENGTH = new Error('a body of another length than its head says');

/** A socket that keeps what is written to it: one entry for each write, and for each `cork` and `uncork`. */
class FakeSocket {
  readonly log: string[] = [];
  readonly written: unknown[] = [];
  ended = '';
  writableNeedDrain = false;
  writableLength = 0;
  destroyed = false;
  /** What `write` returns. */
  hasRoom = true;

  write(data: string | Uint8Array, encoding?: BufferEncoding): boolean {
    this.written.push(data);
    const bytes = typeof data === 'string' ? Buffer.from(data, encoding || 'utf8') : data;
    this.log.push(Buffer.from(bytes).toString('latin1'));
    return this.hasRoom;
  }
  cork(): void {
    this.log.push('[');
  }
  uncork(): void {
    this.log.push(']');
  }
  destroy(): void {
    this.ended = 'destroyed';
  }
  resetAndDestroy(): void {
    this.ended = 'reset';
  }
  get socket(): Socket {
    return this as unknown as Socket;
  }
}

function pipe(chunks: readonly Uint8Array[], ended: boolean, trailers: string[] | null = null) {
  const body = new BodyPipe(NO_FLOW, Infinity);
  for (const chunk of chunks) body.push(chunk);
  if (ended) body.end(trailers);
  return body;
}

function source(chunks: readonly Uint8Array[]): BodySource & { cancelled: number } {
  const left = [...chunks];
  const one = {
    cancelled: 0,
    read: async () => left.shift() ?? null,
    cancel: () => void one.cancelled++,
  };
  return one;
}

describe('a response without a body', () => {
  it('is its head, and the body that it must not have is cancelled', () => {
    const fake = new FakeSocket();
    const body = source([text(3)]);
    expect(writeResponse(fake.socket, HEAD, body, { kind: 'none' }, taken)).toBeNull();
    expect([fake.log, body.cancelled]).toEqual([[HEAD], 1]);
  });

  it('is its head, whatever ends the body', () => {
    const fake = new FakeSocket();
    expect(writeResponse(fake.socket, HEAD, null, length(0), taken)).toBeNull();
    expect(writeResponse(fake.socket, HEAD, null, { kind: 'none' }, taken)).toBeNull();
    expect(fake.log).toEqual([HEAD, HEAD]);
  });

  it('is not written if its head promises one', async () => {
    const fake = new FakeSocket();
    await expect(writeResponse(fake.socket, HEAD, null, length(1), taken)).rejects.toEqual(
      WRONG_LENGTH,
    );
    expect(fake.log).toEqual([]);
  });
});

describe('a response that has arrived', () => {
  const write = (chunks: readonly Uint8Array[], framing: Framing, trailers?: string[]) => {
    const fake = new FakeSocket();
    const body = pipe(chunks, true, trailers ?? null);
    expect(writeResponse(fake.socket, HEAD, body, framing, taken)).toBeNull();
    return fake.log;
  };

  it('is one write', () => {
    expect(write([text(3), text(2, 'y')], length(5))).toEqual([`${HEAD}xxxyy`]);
    expect(write([], length(0))).toEqual([HEAD]);
    expect(write([text(3)], CHUNKED)).toEqual([`${HEAD}3\r\nxxx\r\n0\r\n\r\n`]);
    expect(write([], CHUNKED)).toEqual([`${HEAD}0\r\n\r\n`]);
    expect(write([], CHUNKED, ['A', '\u00ff'])).toEqual([`${HEAD}0\r\nA: \u00ff\r\n\r\n`]);
  });

  it('is one write up to 16 KiB, and several of one packet above', () => {
    const room = ONE_PIECE_BYTES - HEAD.length;
    expect(write([text(room)], length(room))).toEqual([HEAD + 'x'.repeat(room)]);
    const more = [text(room), text(1, 'y')];
    expect(write(more, length(room + 1))).toEqual(['[', HEAD, 'x'.repeat(room), 'y', ']']);
  });

  it('counts the framing of chunks as well', () => {
    const around = `${HEAD}${(16_000).toString(16)}\r\n\r\n0\r\n\r\n`.length;
    const room = ONE_PIECE_BYTES - around;
    const end = (size: number) => `${HEAD}${size.toString(16)}\r\n`;
    expect(write([text(room)], CHUNKED)).toHaveLength(1);
    expect(write([text(room + 1)], CHUNKED)).toEqual([
      '[',
      end(room + 1),
      'x'.repeat(room + 1),
      '\r\n0\r\n\r\n',
      ']',
    ]);
    const trailers = ['A', '\u00ff'.repeat(20_000)];
    expect(write([text(1)], CHUNKED, trailers).at(-2)).toBe(`\r\n0\r\nA: ${trailers[1]}\r\n\r\n`);
  });
});

describe('a body that is still arriving', () => {
  it('is written behind what goes out with the head', async () => {
    const fake = new FakeSocket();
    const body = pipe([text(4)], false);
    const written = writeResponse(fake.socket, HEAD, body, length(6), taken);
    body.push(text(2, 'y'));
    body.end();
    await written;
    expect(fake.log).toEqual([`${HEAD}xxxx`, 'yy']);
  });

  it.each([
    ['longer', [text(3)], [`${HEAD}xxxx`]],
    ['shorter', [text(1)], [`${HEAD}xxxx`, 'x']],
  ])('must not be %s than its head says', async (_, chunks, log) => {
    const fake = new FakeSocket();
    const body = pipe([text(4)], false);
    const written = writeResponse(fake.socket, HEAD, body, length(6), taken);
    for (const chunk of chunks) body.push(chunk);
    body.end();
    await expect(written).rejects.toEqual(WRONG_LENGTH);
    expect(fake.log).toEqual(log);
  });

  it('may have any length in chunks, and ends with its trailers', async () => {
    const fake = new FakeSocket();
    const body = pipe([], false);
    const written = writeResponse(fake.socket, HEAD, body, CHUNKED, taken);
    body.push(text(2));
    body.end(['A', '\u00ff']);
    await written;
    expect(fake.log).toEqual([HEAD, '2\r\nxx\r\n', '0\r\nA: \u00ff\r\n\r\n']);
  });

  it('of an app goes out in one packet with its head, if it is there', async () => {
    const fake = new FakeSocket();
    const written = writeResponse(fake.socket, HEAD, source([text(2)]), length(2), taken);
    expect(fake.log).toEqual(['[', HEAD]);
    await written;
    await new Promise(setImmediate);
    expect(fake.log).toEqual(['[', HEAD, 'xx', ']']);
  });

  it('is written in pieces that a slow client can take', async () => {
    const fake = new FakeSocket();
    const whole = text(STRIDE_BYTES);
    const chunks = [text(2 * STRIDE_BYTES), whole, text(STRIDE_BYTES + 1), text(1)];
    const size = chunks.reduce((sum, { byteLength }) => sum + byteLength, 0);
    await writeResponse(fake.socket, HEAD, source(chunks), length(size), taken);
    const pieces = fake.written.slice(1) as Uint8Array[];
    expect(pieces.map(({ byteLength }) => byteLength)).toEqual([
      STRIDE_BYTES,
      STRIDE_BYTES,
      STRIDE_BYTES,
      STRIDE_BYTES,
      1,
      1,
    ]);
    expect(pieces[2]).toBe(whole);
  });

  it('waits for a client that has not taken the head, and after each piece', async () => {
    const fake = new FakeSocket();
    const events: string[] = [];
    fake.writableNeedDrain = true;
    fake.hasRoom = false;
    const body = source([text(1), text(2)]);
    const read = { ...body, read: () => (events.push('read'), body.read()) };
    const wait = async () => void events.push('taken');
    await writeResponse(fake.socket, HEAD, read, length(3), wait);
    expect(events).toEqual(['taken', 'read', 'taken', 'read', 'taken', 'read']);
    events.length = 0;
    fake.writableNeedDrain = false;
    fake.hasRoom = true;
    const again = source([text(3)]);
    await writeResponse(fake.socket, HEAD, again, length(3), wait);
    expect(events).toEqual([]);
  });
});

describe('the buffer of a chunk', () => {
  beforeAll(() => overwriteFreeBuffers());

  /** The first byte of a chunk after it was written, from a buffer that may be used again. */
  async function after(state: Partial<FakeSocket>, isPipe: boolean): Promise<number> {
    const fake = Object.assign(new FakeSocket(), state);
    const reads = new ReadBuffer();
    // After a long read, the next one gets a buffer of its own.
    reads.next();
    reads.filled(STRIDE_BYTES);
    reads.next().fill('x');
    const chunk = reads.keep(reads.filled(STRIDE_BYTES));
    const body = isPipe ? pipe([], false) : source([chunk]);
    const written = writeResponse(fake.socket, HEAD, body, length(STRIDE_BYTES), taken);
    if (body instanceof BodyPipe) {
      body.push(chunk);
      body.end();
    }
    await written;
    return chunk[0]!;
  }

  it('is used again once the system has it', async () => {
    expect(await after({}, true)).not.toBe(text(1)[0]);
  });

  it.each([
    ['is not sent yet', { writableLength: 1 }, true],
    ['is not sent any more', { destroyed: true }, true],
    ['has another reader', {}, false],
  ])('is left alone if it %s', async (_, state, isPipe) => {
    expect(await after(state, isPipe)).toBe(text(1)[0]);
  });
});

it.each([
  ['close', 'reset'],
  ['chunked', 'destroyed'],
  ['length', 'destroyed'],
] as const)('a body that breaks off and ends by %s is %s', (kind, ended) => {
  const fake = new FakeSocket();
  breakOff(fake.socket, kind === 'length' ? length(1) : { kind });
  expect(fake.ended).toBe(ended);
});

describe('what is written of a web Response', () => {
  it('has the phrase of its status, if it has none of its own', () => {
    const reason = (status: number, statusText = '') =>
      outgoingResponse(new Response(null, { status, statusText })).reason;
    expect([reason(404), reason(404, 'Nope'), reason(299)]).toEqual(['Not Found', 'Nope', '']);
  });

  it('is nothing if its body was read by somebody else', async () => {
    const used = new Response('x');
    await used.text();
    expect(() => outgoingResponse(used)).toThrow('the body was read by somebody else');
  });

  it('asks for another protocol than the upstream did, if an app says so', () => {
    const fields = { upgrade: 'h2c', 'content-length': '0' };
    const response = new Response(null, {
      status: 426,
      headers: webHeaders(Object.entries(fields).flat()),
    });
    expect(outgoingResponse(response).upgrade).toBe('h2c');
    const relayed = bufferedResponse(426, 'A: 1\r\n', new Uint8Array(0));
    const seen = relayed.toResponse();
    seen.headers.set('upgrade', 'websocket');
    expect(outgoingResponse(seen).upgrade).toBe('websocket');
  });
});
