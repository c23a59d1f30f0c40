import type { HeaderList } from '../../src/http/fields.ts';
import type { ResponseTap } from '../../src/http/transport.ts';

/** A tap, and what it was told. */
export interface Heard extends ResponseTap {
  readonly heads: [status: number, headers: HeaderList, length: number | null][];
  /** The chunks so far, one character for each byte. */
  readonly text: string;
  /** Bytes of the chunks so far. */
  readonly size: number;
  readonly ended: [isComplete: boolean, trailers: HeaderList | null][];
  /** Resolves when `end` is called for the first time. */
  readonly over: Promise<void>;
}

/** @param most bytes after which it wants no more. It keeps no more either, but counts them. Default: 1 MiB */
export function heard(most = 1024 * 1024): Heard {
  const heads: Heard['heads'] = [];
  const ended: Heard['ended'] = [];
  const texts: string[] = [];
  let size = 0;
  let resolve!: () => void;
  const over = new Promise<void>((done) => (resolve = done));
  return {
    heads,
    ended,
    over,
    get text() {
      return texts.join('');
    },
    get size() {
      return size;
    },
    get wanted() {
      return size < most;
    },
    head: (...head) => void heads.push(head),
    chunk(bytes) {
      size += bytes.byteLength;
      texts.push(Buffer.from(bytes).toString('latin1'));
    },
    end(...end) {
      ended.push(end);
      resolve();
    },
  };
}
