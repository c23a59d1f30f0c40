import { ProtocolError } from './protocol-error.ts';

/** Most bytes of all chunk extensions of a body: they mean nothing to us, and cost time to read. */
const EXTENSIONS_LIMIT = 16 * 1024;

/** Most bytes of a line with a chunk's size. */
const SIZE_LINE_LIMIT = 4096;

/** Most bytes of trailers. */
const TRAILERS_LIMIT = 32 * 1024;

/** Fields as in a head (RFC 9112 section 7.1.2); those that came in vain are checked, too. */
const TRAILERS = /^(?:[!#$%&'*+\-.^_`|~\w]+:[\t\x20-\x7e\x80-\xff]*\r\n)*$/;

/** A bare LF is no end of a line to us and may be one to others. */
const LF = 0x0a;

type State = 'size' | 'data' | 'data-end' | 'trailers' | 'done';

/**
 * Takes the chunked coding off a body that is cut anywhere. Extensions and trailers are dropped
 * (RFC 9112 sections 7.1.1 and 7.1.2).
 */
export class ChunkedDecoder {
  readonly #sizeLine: RegExp;
  readonly #data: (bytes: Buffer) => void;
  #state: State = 'size';
  /** Bytes left of the chunk. */
  #remaining = 0;
  #extensions = 0;

  /** @param sizeLine a line with a chunk's size, which its first group matches, in hex */
  constructor(sizeLine: RegExp, data: (bytes: Buffer) => void) {
    this.#sizeLine = sizeLine;
    this.#data = data;
  }

  /** True when the end of the body has been seen. */
  get done(): boolean {
    return this.#state === 'done';
  }

  /**
   * Takes what it can from the start of `input` and says how much; 0 asks for more.
   *
   * @throws ProtocolError
   */
  step(input: Buffer): number {
    switch (this.#state) {
      case 'size':
        return this.#size(input);
      case 'data':
        return this.#chunk(input);
      case 'data-end':
        return this.#chunkEnd(input);
      case 'trailers':
        return this.#trailers(input);
      case 'done':
        return 0;
    }
  }

  #size(input: Buffer): number {
    const end = input.indexOf('\r\n');
    if (end === -1 ? input.byteLength > SIZE_LINE_LIMIT : end > SIZE_LINE_LIMIT)
      throw new ProtocolError('a chunk size without an end');
    if (end === -1) {
      if (input.includes(LF)) throw new ProtocolError('not the size of a chunk');
      return 0;
    }
    const digits = this.#sizeLine.exec(input.toString('latin1', 0, end))?.[1];
    if (digits === undefined) throw new ProtocolError('not the size of a chunk');
    this.#extensions += end - digits.length;
    if (this.#extensions > EXTENSIONS_LIMIT) throw new ProtocolError('too many chunk extensions');
    this.#remaining = Number.parseInt(digits, 16);
    this.#state = this.#remaining === 0 ? 'trailers' : 'data';
    return end + 2;
  }

  #chunk(input: Buffer): number {
    const taken = Math.min(input.byteLength, this.#remaining);
    this.#remaining -= taken;
    this.#data(taken === input.byteLength ? input : input.subarray(0, taken));
    if (this.#remaining === 0) this.#state = 'data-end';
    return taken;
  }

  #chunkEnd(input: Buffer): number {
    if (input[0] !== 0x0d || (input.byteLength > 1 && input[1] !== LF))
      throw new ProtocolError('a chunk longer than its size');
    if (input.byteLength < 2) return 0;
    this.#state = 'size';
    return 2;
  }

  #trailers(input: Buffer): number {
    const end = input.indexOf('\r\n') === 0 ? 0 : input.indexOf('\r\n\r\n');
    if (end === -1 ? input.byteLength > TRAILERS_LIMIT : end > TRAILERS_LIMIT)
      throw new ProtocolError('trailers without an end');
    if (end === -1) return 0;
    if (end > 0 && !TRAILERS.test(input.toString('latin1', 0, end + 2)))
      throw new ProtocolError('trailers that are no fields');
    this.#state = 'done';
    return end === 0 ? 2 : end + 4;
  }
}
