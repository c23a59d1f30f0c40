const EMPTY = Buffer.alloc(0);

/** Room for the first few bytes of something that comes byte by byte. */
const LITTLE = 256;

/**
 * Bytes that wait for more. What comes is copied to the end of it, and what is there only when the room
 * runs out, which then doubles: the cost is in proportion to the bytes, however they are cut.
 */
export class Backlog {
  #room: Buffer = EMPTY;
  #start = 0;
  #end = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  /** All of them, until the next change. */
  get bytes(): Buffer {
    return this.#room.subarray(this.#start, this.#end);
  }

  /** One character per byte. */
  get text(): string {
    return this.#room.toString('latin1', this.#start, this.#end);
  }

  /** Adds the bytes between two offsets. */
  add(bytes: Buffer, from: number = 0, to: number = bytes.byteLength): void {
    const length = this.length + to - from;
    if (this.#end + to - from > this.#room.byteLength) {
      const larger = Buffer.allocUnsafe(Math.max(2 * length, LITTLE));
      this.#room.copy(larger, 0, this.#start, this.#end);
      this.#end = this.length;
      this.#start = 0;
      this.#room = larger;
    }
    bytes.copy(this.#room, this.#end, from, to);
    this.#end += to - from;
  }

  /** In place of all that was there: bytes that nobody else has, and that are not copied. */
  set(bytes: Buffer): void {
    this.#room = bytes;
    this.#start = 0;
    this.#end = bytes.byteLength;
  }

  /** Drops so many at the start. */
  skip(count: number): void {
    this.#start += count;
    if (this.#start === this.#end) this.clear();
  }

  clear(): void {
    this.#room = EMPTY;
    this.#start = 0;
    this.#end = 0;
  }
}
