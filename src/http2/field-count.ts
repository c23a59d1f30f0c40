/** Flags of HEADERS that say what is around the fields: padding, whose length comes first, and a priority (RFC 9113 section 6.2). */
const PADDED = 0x8;
const PRIORITY = 0x20;
const PRIORITY_BYTES = 5;

/** Kinds of fields by their first byte: which bits of it are an index, and whether strings follow (RFC 7541 section 6). */
const KINDS = [
  // In a table.
  { least: 0x80, index: 0x7f, isLiteral: false },
  // To be put into one.
  { least: 0x40, index: 0x3f, isLiteral: true },
  // A new size of that.
  { least: 0x20, index: 0x1f, isLiteral: false },
  // In none.
  { least: 0x00, index: 0x0f, isLiteral: true },
] as const;

/** What comes next in a block of fields. */
const FIELD = 0;
const REST_OF_INDEX = 1;
const LENGTH = 2;
const REST_OF_LENGTH = 3;
const STRING = 4;

/** The seven bits of each byte of a number, and the bit that says that another one follows (RFC 7541 section 5.1). */
const BITS = 0x7f;
const GOES_ON = 0x80;

/**
 * Counts the fields of a block, HEADERS and its CONTINUATIONs, without unpacking them. A byte may stand for a field of
 * thousands, so that the length of a block says little of the work that it is.
 */
export class FieldCount {
  #count = 0;
  #next = FIELD;
  /** Strings of the current field that are still to come: its name and its value. */
  #strings = 0;
  /** Bytes of the current string that are still to come. */
  #left = 0;
  /** What a bit of the next byte of a length counts. */
  #scale = 1;
  /** Bytes of the current frame that are still to come, and those around the fields. */
  #payload = 0;
  #lengthOfPadding = 0;
  #priority = 0;
  #padding = 0;

  /** HEADERS begin, and with them a block. */
  begin(flags: number, length: number): void {
    this.#count = 0;
    this.#next = FIELD;
    this.goOn(length);
    this.#lengthOfPadding = (flags & PADDED) === 0 ? 0 : 1;
    this.#priority = (flags & PRIORITY) === 0 ? 0 : PRIORITY_BYTES;
  }

  /** CONTINUATION begins. */
  goOn(length: number): void {
    this.#payload = length;
    this.#padding = 0;
  }

  /** Looks at the next bytes of the frame, split anywhere. Returns how many fields of the block have begun so far. */
  read(bytes: Uint8Array): number {
    const fields = this.#fieldsIn(bytes);
    for (let at = 0; at < fields.byteLength;) {
      if (this.#next !== STRING) {
        this.#read(fields[at++]!);
        continue;
      }
      const passed = Math.min(this.#left, fields.byteLength - at);
      at += passed;
      this.#left -= passed;
      if (this.#left === 0) this.#endString();
    }
    return this.#count;
  }

  /** The bytes of a frame without those around its fields. */
  #fieldsIn(bytes: Uint8Array): Uint8Array {
    let from = this.#lengthOfPadding;
    if (from > 0) this.#padding = bytes[0]!;
    this.#lengthOfPadding = 0;
    const priority = Math.min(this.#priority, bytes.byteLength - from);
    this.#priority -= priority;
    from += priority;
    this.#payload -= bytes.byteLength;
    const to = bytes.byteLength - Math.max(0, this.#padding - this.#payload);
    return bytes.subarray(from, Math.max(from, to));
  }

  #read(byte: number): void {
    switch (this.#next) {
      case FIELD:
        return this.#beginField(byte);
      case REST_OF_INDEX:
        if (byte < GOES_ON) this.#endIndex();
        return;
      case LENGTH:
        // The first bit says whether the string is packed.
        this.#left = byte & BITS;
        this.#scale = 1;
        if (this.#left === BITS) this.#next = REST_OF_LENGTH;
        else this.#beginString();
        return;
      default:
        this.#left += (byte & BITS) * this.#scale;
        this.#scale *= GOES_ON;
        if (byte < GOES_ON) this.#beginString();
    }
  }

  #beginField(byte: number): void {
    this.#count += 1;
    const kind = KINDS.find(({ least }) => byte >= least)!;
    const index = byte & kind.index;
    // Without an index the name is one of them.
    this.#strings = !kind.isLiteral ? 0 : index === 0 ? 2 : 1;
    if (index === kind.index) this.#next = REST_OF_INDEX;
    else this.#endIndex();
  }

  #endIndex(): void {
    this.#next = this.#strings === 0 ? FIELD : LENGTH;
  }

  #beginString(): void {
    this.#next = STRING;
    if (this.#left === 0) this.#endString();
  }

  #endString(): void {
    this.#strings -= 1;
    this.#endIndex();
  }
}
