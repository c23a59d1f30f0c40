/** What a client of TLS begins with, as far as it decides how its connection is served. */
export interface ClientHello {
  /** Done with: none, as the TLS library reads them again. */
  readonly bytes: 0;
  /** As asked for (RFC 6066 section 3); `''`: no name, or nothing that could be read. */
  readonly serverName: string;
}

/** Most bytes that are read of it. Those of clients have up to 2 KiB, with keys that withstand quantum computers. */
export const MAX_HELLO_BYTES: number = 16 * 1024;

const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const SERVER_NAME = 0;
/** Type, version and length of a record (RFC 8446 section 5.1). */
const RECORD_HEADER_BYTES = 5;
/** Type and length of a message (section 4). */
const MESSAGE_HEADER_BYTES = 4;
/** The version and the random value before what has a length of its own (section 4.1.2). */
const FIXED_BYTES = 2 + 32;

/**
 * Reads a ClientHello no further than for the name in it. Whether all of it is right is for the TLS library to say, which
 * reads it afterwards: what is no ClientHello has no name.
 *
 * @param bytes what has arrived, from the start
 * @returns `null` until there is enough
 */
export function parseClientHello(bytes: Buffer): ClientHello | null {
  const message = messageOf(bytes);
  if (message === null) return bytes.byteLength < MAX_HELLO_BYTES ? null : NAMELESS;
  return { bytes: 0, serverName: nameIn(new Reader(message)) };
}

const NAMELESS: ClientHello = { bytes: 0, serverName: '' };
const NONE: Buffer = Buffer.alloc(0);

/** The body of the first message, put together from its records; `null` until it is whole, empty if it is another. */
function messageOf(bytes: Buffer): Buffer | null {
  const parts: Buffer[] = [];
  let missing = MESSAGE_HEADER_BYTES;
  for (let at = 0; at < bytes.byteLength;) {
    if (bytes[at] !== HANDSHAKE) return NONE;
    if (bytes.byteLength < at + RECORD_HEADER_BYTES) return null;
    const length = bytes.readUInt16BE(at + 3);
    // A record has something in it, and the first one the header of the message, as all clients send it.
    if (length < (at === 0 ? MESSAGE_HEADER_BYTES : 1)) return NONE;
    const part = bytes.subarray(at + RECORD_HEADER_BYTES, at + RECORD_HEADER_BYTES + length);
    if (at === 0 && part.byteLength >= MESSAGE_HEADER_BYTES) {
      if (part[0] !== CLIENT_HELLO) return NONE;
      missing += part.readUIntBE(1, 3);
    }
    parts.push(part);
    missing -= part.byteLength;
    if (missing <= 0) return Buffer.concat(parts).subarray(MESSAGE_HEADER_BYTES);
    at += RECORD_HEADER_BYTES + length;
  }
  return null;
}

function nameIn(hello: Reader): string {
  hello.take(FIXED_BYTES);
  hello.vector(1); // the session
  hello.vector(2); // ciphers
  hello.vector(1); // compression
  const extensions = hello.vector(2);
  while (extensions.left > 0) {
    const type = extensions.number(2);
    const extension = extensions.vector(2);
    if (type !== SERVER_NAME) continue;
    const names = extension.vector(2);
    return names.number(1) === 0 ? names.vector(2).text() : '';
  }
  return '';
}

/** Reads fields one after another. Past the end there is nothing, and numbers are 0. */
class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.byteLength - this.#at;
  }
  take(length: number): Buffer {
    const part = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += part.byteLength;
    return part;
  }
  number(length: number): number {
    return this.take(length).reduce((value, byte) => value * 256 + byte, 0);
  }
  /** What has its length before it, in so many bytes. */
  vector(lengthBytes: number): Reader {
    return new Reader(this.take(this.number(lengthBytes)));
  }
  text(): string {
    return this.take(this.left).toString('latin1');
  }
}
