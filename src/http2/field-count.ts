/** Flags of HEADERS that say what is around the fields: padding, whose length comes first, and a priority (RFC 9113 section 6.2). */
const PADDED = 0x8;
const PRIORITY = 0x20;
const PRIORITY_BYTES = 5;

/** Kinds of fields by their first byte: which bits of it are an index, and whether strings follow (RFC 7541 section 6). */
const KINDS = [
  // In a table.
  { least: 0x80, index: 0x7f, isLiteral: false, isKept: false },
  // To be put into one.
  { least: 0x40, index: 0x3f, isLiteral: true, isKept: true },
  // A new size of that.
  { least: 0x20, index: 0x1f, isLiteral: false, isKept: false },
  // In none.
  { least: 0x00, index: 0x0f, isLiteral: true, isKept: false },
] as const;

/** The least byte of a field that is an index alone. */
const INDEXED = KINDS[0].least;

type Kind = (typeof KINDS)[number];

/** By the first byte. */
const KIND_OF: readonly Kind[] = Array.from({ length: 256 }, (_, byte) =>
  KINDS.find(({ least }) => byte >= least)!,
);

/** Fields of the static table come first; the largest has fewer bytes than this (RFC 7541 appendix A). */
const STATIC_FIELDS = 61;
const STATIC_BYTES = 64;

/** Fields that the dynamic table can have, each of which counts 32 bytes there besides (RFC 7541 section 4.1). */
const DYNAMIC_FIELDS = 4096 / 32;

/** A packed string has codes of five bits and more (RFC 7541 appendix B). */
const PACKED = 0x80;
const MOST_UNPACKED = 8 / 5;

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
 * Counts the fields of a block, HEADERS and its CONTINUATIONs, and their bytes, without unpacking them. A byte may stand for a field of
 * thousands, so that the length of a block says little of the work that it is.
 */
export class FieldCount {
  #count = 0;
  #bytes = 0;
  #next: number = FIELD;
  #kind: Kind = KINDS[0];
  /** The index of the current field, and its bytes. */
  #index = 0;
  #fieldBytes = 0;
  /** Bytes of the fields in the dynamic table, the last one first. */
  #table: number[] = [];
  #isPacked = false;
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

  /** Most bytes that the fields of the block so far have, unpacked. */
  get bytes(): number {
    return this.#bytes;
  }

  /** HEADERS begin, and with them a block. */
  begin(flags: number, length: number): void {
    this.#count = 0;
    this.#bytes = 0;
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
      if (this.#next === FIELD) {
        at = this.#skipIndexed(fields, at);
        if (at === fields.byteLength) break;
      }
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

  /**
   * Counts fields of one byte, each an index. A flood may consist of nothing else, so this is a loop that is fast even before it
   * has been compiled.
   *
   * @returns where something else begins
   */
  #skipIndexed(fields: Uint8Array, from: number): number {
    const table = this.#table;
    let at = from;
    let bytes = 0;
    for (; at < fields.byteLength; at++) {
      const index = fields[at]! - INDEXED;
      // Of a field with an index of several bytes all bits are set.
      if (index < 0 || index === BITS) break;
      if (index > STATIC_FIELDS) bytes += table[index - STATIC_FIELDS - 1] ?? 0;
      else if (index > 0) bytes += STATIC_BYTES;
    }
    this.#count += at - from;
    this.#bytes += bytes;
    return at;
  }

  #read(byte: number): void {
    switch (this.#next) {
      case FIELD:
        return this.#beginField(byte);
      case REST_OF_INDEX:
        this.#index += (byte & BITS) * this.#scale;
        this.#scale *= GOES_ON;
        if (byte < GOES_ON) this.#endIndex();
        return;
      case LENGTH:
        this.#isPacked = byte >= PACKED;
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
    const kind = KIND_OF[byte]!;
    this.#kind = kind;
    this.#index = byte & kind.index;
    this.#scale = 1;
    this.#fieldBytes = 0;
    // Without an index the name is one of them.
    this.#strings = !kind.isLiteral ? 0 : this.#index === 0 ? 2 : 1;
    if (this.#index === kind.index) this.#next = REST_OF_INDEX;
    else this.#endIndex();
  }

  /** Of a literal the index is that of a field with its name. */
  #endIndex(): void {
    const isSize = this.#kind === KINDS[2];
    if (this.#index > 0 && !isSize) this.#fieldBytes = this.#bytesAt(this.#index);
    this.#endPart();
  }

  #bytesAt(index: number): number {
    return index <= STATIC_FIELDS ? STATIC_BYTES : (this.#table[index - STATIC_FIELDS - 1] ?? 0);
  }

  #beginString(): void {
    this.#fieldBytes += this.#isPacked ? this.#left * MOST_UNPACKED : this.#left;
    this.#next = STRING;
    if (this.#left === 0) this.#endString();
  }

  #endString(): void {
    this.#strings -= 1;
    this.#endPart();
  }

  #endPart(): void {
    this.#next = this.#strings === 0 ? FIELD : LENGTH;
    if (this.#strings > 0) return;
    this.#bytes += this.#fieldBytes;
    if (!this.#kind.isKept) return;
    this.#table.unshift(this.#fieldBytes);
    if (this.#table.length > DYNAMIC_FIELDS) this.#table.pop();
  }
}
