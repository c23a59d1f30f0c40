import type { HeaderList } from '../../http/headers.ts';

/** Takes a body out of a byte stream that is cut anywhere. */
export interface BodyDecoder {
  /** All of it has come. */
  readonly done: boolean;
  /** What came behind it and may be passed on. */
  readonly trailers: HeaderList | null;
  /** Takes what it can from the start of `input` and says how much; 0 asks for more. */
  step(input: Buffer): number;
}

/** One body of known length after another. */
export class LengthDecoder implements BodyDecoder {
  readonly trailers = null;
  /** Bytes that are still to come. */
  remaining = 0;
  readonly #data: (bytes: Buffer) => void;

  /** @param data told of the bytes as they come */
  constructor(data: (bytes: Buffer) => void) {
    this.#data = data;
  }

  get done(): boolean {
    return this.remaining === 0;
  }

  step(input: Buffer): number {
    const taken = Math.min(input.byteLength, this.remaining);
    this.remaining -= taken;
    this.#data(taken === input.byteLength ? input : input.subarray(0, taken));
    return taken;
  }
}
