import { connect, type Socket } from 'node:net';
import { until } from './until.ts';

/** What a client sends first (RFC 9113 section 3.4). */
export const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

/** The types of frames (RFC 9113 section 6). */
export const FRAME = {
  DATA: 0,
  HEADERS: 1,
  PRIORITY: 2,
  RST_STREAM: 3,
  SETTINGS: 4,
  PING: 6,
  GOAWAY: 7,
  WINDOW_UPDATE: 8,
  CONTINUATION: 9,
} as const;

export const FLAG = { END_STREAM: 1, ACK: 1, END_HEADERS: 4 } as const;

/** Error codes (RFC 9113 section 7). */
export const CODE = {
  NO_ERROR: 0,
  PROTOCOL_ERROR: 1,
  INTERNAL_ERROR: 2,
  REFUSED_STREAM: 7,
  CANCEL: 8,
  ENHANCE_YOUR_CALM: 11,
} as const;

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/** The bytes of a frame. */
export function frame(
  type: number,
  flags: number,
  stream: number,
  payload: Uint8Array = Buffer.alloc(0),
): Buffer {
  const bytes = Buffer.alloc(9 + payload.byteLength);
  bytes.writeUIntBE(payload.byteLength, 0, 3);
  bytes[3] = type;
  bytes[4] = flags;
  bytes.writeUInt32BE(stream, 5);
  bytes.set(payload, 9);
  return bytes;
}

/** A number of 32 bits, as many payloads have it. */
export function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Fields as name, value, name, value, each as a literal that is not indexed (RFC 7541 section 6.2.2). */
export function block(...fields: readonly string[]): Buffer {
  const parts: Buffer[] = [];
  for (let i = 0; i < fields.length; i += 2)
    parts.push(Buffer.of(0), text(fields[i]!), text(fields[i + 1]!));
  return Buffer.concat(parts);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1');
  const length: number[] = [Math.min(bytes.byteLength, 127)];
  for (let rest = bytes.byteLength - 127; rest >= 0; rest >>>= 7) {
    length.push(rest < 128 ? rest : (rest & 127) | 128);
    if (rest < 128) break;
  }
  return Buffer.concat([Buffer.from(length), bytes]);
}

/** The fields of a GET, for `block`. */
export function get(path: string, ...more: readonly string[]): string[] {
  return [':method', 'GET', ':scheme', 'http', ':path', path, ':authority', 'a.test', ...more];
}

/** A connection that sends what no client, or no server, would. */
export class RawHttp2 {
  readonly socket: Socket;
  readonly frames: Frame[] = [];
  isClosed = false;
  #rest: Buffer = Buffer.alloc(0);
  /** Bytes that come before the first frame. */
  #skip: number;

  /** Connects in clear, and sends the preface and empty settings. */
  static async open(port: number, settings: Uint8Array = Buffer.alloc(0)): Promise<RawHttp2> {
    const raw = new RawHttp2(connect(port, '127.0.0.1'));
    raw.send(Buffer.from(PREFACE), frame(FRAME.SETTINGS, 0, 0, settings));
    await raw.until(({ type }) => type === FRAME.SETTINGS, 'settings');
    raw.send(frame(FRAME.SETTINGS, FLAG.ACK, 0));
    return raw;
  }

  /** @param prefaceBytes of a client's: as many as `PREFACE` has. Default: 0 */
  constructor(socket: Socket, prefaceBytes = 0) {
    this.socket = socket;
    this.#skip = prefaceBytes;
    socket.on('error', () => {}).once('close', () => (this.isClosed = true));
    socket.on('data', (bytes: Buffer) => this.#read(bytes));
  }

  /** Sends bytes; false if the other side does not take them now. */
  send(...pieces: readonly Uint8Array[]): boolean {
    return this.socket.write(Buffer.concat(pieces));
  }

  /** Sends a whole request without a body. */
  request(stream: number, fields: readonly string[]): void {
    const flags = FLAG.END_STREAM | FLAG.END_HEADERS;
    this.send(frame(FRAME.HEADERS, flags, stream, block(...fields)));
  }

  /** The first frame that fits, once there is one. Rejects if the connection ends before. */
  async until(fits: (frame: Frame) => boolean, what: string, ms = 10_000): Promise<Frame> {
    await until(() => this.isClosed || this.frames.some(fits), ms, what);
    const found = this.frames.find(fits);
    if (found === undefined) throw new Error(`closed before ${what}`);
    return found;
  }

  /** Opens a connection whose client sees a window of so many bytes for each stream. */
  static window(port: number, bytes: number): Promise<RawHttp2> {
    return RawHttp2.open(port, Buffer.concat([Buffer.of(0, 4), word(bytes)]));
  }

  /** What becomes of a stream: the status of its response, or the code by which it or its connection was ended. */
  async fate(stream: number): Promise<string> {
    const isEnd = (one: Frame) =>
      one.type === FRAME.GOAWAY
        ? one.payload.readUInt32BE(4) !== CODE.NO_ERROR
        : one.stream === stream && (one.type === FRAME.HEADERS || one.type === FRAME.RST_STREAM);
    await until(() => this.isClosed || this.frames.some(isEnd), 10_000, `an end of ${stream}`);
    const found = this.frames.find(isEnd);
    if (found === undefined) return 'closed';
    const { type, payload } = found;
    if (type === FRAME.GOAWAY) return `goaway ${payload.readUInt32BE(4)}`;
    return type === FRAME.HEADERS ? String(statusOf(payload)) : `reset ${payload.readUInt32BE()}`;
  }

  /** The code of the GOAWAY by which the connection ends. */
  async goaway(): Promise<number> {
    const { payload } = await this.until(({ type }) => type === FRAME.GOAWAY, 'GOAWAY');
    return payload.readUInt32BE(4);
  }

  #read(bytes: Buffer): void {
    const skipped = Math.min(this.#skip, bytes.byteLength);
    this.#skip -= skipped;
    this.#rest = Buffer.concat([this.#rest, bytes.subarray(skipped)]);
    while (this.#rest.byteLength >= 9) {
      const end = 9 + this.#rest.readUIntBE(0, 3);
      if (this.#rest.byteLength < end) return;
      this.frames.push({
        type: this.#rest[3]!,
        flags: this.#rest[4]!,
        stream: this.#rest.readUInt32BE(5),
        payload: this.#rest.subarray(9, end),
      });
      this.#rest = this.#rest.subarray(end);
    }
  }
}

/** `:status` of the static table (RFC 7541 appendix A), from index 8 on. */
const STATUSES = [200, 204, 206, 304, 400, 404, 500];

/** Codes of the digits (RFC 7541 appendix B). */
const DIGITS = [
  '00000',
  '00001',
  '00010',
  '011001',
  '011010',
  '011011',
  '011100',
  '011101',
  '011110',
  '011111',
];

/** The status of a block of fields: it is the first, by index or as a literal. */
function statusOf(payload: Buffer): number {
  const [first, second] = payload;
  if (first! >= 0x88) return STATUSES[first! - 0x88]!;
  const value = payload.subarray(2, 2 + (second! & 127));
  if (second! < 128) return Number(value.toString('latin1'));
  let bits = [...value].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  let digits = '';
  while (digits.length < 3) {
    const digit = DIGITS.findIndex((code) => bits.startsWith(code));
    digits += digit;
    bits = bits.slice(DIGITS[digit]!.length);
  }
  return Number(digits);
}
