import type { HeaderList } from '../http/headers.ts';

/**
 * Told of a body as it comes.
 *
 * @param wire bytes that it took on the wire, with what framed them
 */
export type OnData = (bytes: Buffer, wire: number) => void;

/** Takes a body out of a byte stream that is cut anywhere. */
export interface BodyDecoder {
  /** All of it has come. */
  readonly done: boolean;
  /** What came behind it and may be passed on. */
  readonly trailers: HeaderList | null;
  /**
   * Takes what belongs to the body.
   *
   * @returns where it stopped: at the end of the input, or of the body
   */
  read(input: Buffer, from: number): number;
}

/** One body of known length after another. */
export class LengthDecoder implements BodyDecoder {
  readonly trailers = null;
  /** Bytes that are still to come. */
  remaining = 0;
  readonly #data: OnData;

  constructor(data: OnData) {
    this.#data = data;
  }

  get done(): boolean {
    return this.remaining === 0;
  }

  read(input: Buffer, from: number): number {
    const taken = Math.min(input.byteLength - from, this.remaining);
    const to = from + taken;
    this.remaining -= taken;
    this.#data(part(input, from, to), taken);
    return to;
  }
}

/** The bytes between two offsets. */
export function part(input: Buffer, from: number, to: number): Buffer {
  return to - from === input.byteLength ? input : input.subarray(from, to);
}
