import { plainAddress } from '../../http/cidr.ts';

// The header of the PROXY protocol, by which a proxy that passes on TCP says whose connection it is. HAProxy defines both
// versions: section 2.1 of its specification the text, 2.2 the binary form.

/** What a connection from a proxy begins with. */
export interface ProxyHeader {
  /** Its bytes: what the client sent follows. */
  readonly bytes: number;
  /** Address of the client; `null` if it is the proxy's own connection, or the proxy does not know. */
  readonly client: string | null;
}

/** What a connection began with is no header. */
export class ProxyHeaderError extends Error {
  override readonly name = 'ProxyHeaderError';
}

/** With everything that may follow the addresses: as nginx. The binary form could have 64 KiB. */
export const MAX_HEADER_BYTES = 4096;

/** By the specification, with CR LF. */
const MAX_TEXT_BYTES = 107;

const TEXT = 'PROXY ';
const SIGNATURE = '\r\n\r\n\0\r\nQUIT\n';
/** Bytes before the addresses of the binary form. */
const FIXED_BYTES = 16;

/** The client's address in the binary form, by family and protocol, in a part of so many bytes. */
const ADDRESSES: ReadonlyMap<
  number,
  { readonly bytes: number; read(part: Buffer): string | null }
> = new Map([
  [0x00, { bytes: 0, read: () => null }],
  [0x11, { bytes: 12, read: (part) => part.subarray(0, 4).join('.') }],
  [0x21, { bytes: 36, read: ipv6Of }],
  [0x31, { bytes: 216, read: () => null }],
]);

/**
 * Parses the header of either version.
 *
 * @param bytes what has arrived, from the start
 * @returns `null` until all of it is there
 * @throws ProxyHeaderError as soon as it cannot become one
 * @example parseProxyHeader(Buffer.from('PROXY TCP4 192.0.2.1 192.0.2.2 5000 80\r\nGET')) // { bytes: 41, client: '192.0.2.1' }
 */
export function parseProxyHeader(bytes: Buffer): ProxyHeader | null {
  const start = bytes.toString('latin1', 0, SIGNATURE.length);
  if (start.startsWith(TEXT)) return parseText(bytes);
  if (start === SIGNATURE) return parseBinary(bytes);
  if (TEXT.startsWith(start) || SIGNATURE.startsWith(start)) return null;
  throw new ProxyHeaderError('expected a header of the PROXY protocol, found something else');
}

/** `PROXY TCP4 192.0.2.1 192.0.2.2 5000 80`, or `PROXY UNKNOWN` and whatever the proxy likes. */
function parseText(bytes: Buffer): ProxyHeader | null {
  const end = bytes.subarray(0, MAX_TEXT_BYTES).indexOf('\r\n');
  if (end === -1) {
    if (bytes.byteLength < MAX_TEXT_BYTES) return null;
    throw new ProxyHeaderError(`expected CR LF within ${MAX_TEXT_BYTES} bytes, found none`);
  }
  const [, family, ...rest] = bytes.toString('latin1', 0, end).split(' ');
  if (family === 'UNKNOWN') return { bytes: end + 2, client: null };
  const [source, target, ...ports] = rest;
  const isRight = family === 'TCP4' || family === 'TCP6';
  const addresses = [source, target].map((text) => addressOf(family!, text));
  if (!isRight || addresses.includes(null) || ports.length !== 2 || !ports.every(isPort))
    throw new ProxyHeaderError(
      'expected PROXY, TCP4 or TCP6, two addresses and two ports, or PROXY UNKNOWN',
    );
  return { bytes: end + 2, client: addresses[0]! };
}

function addressOf(family: string, text = ''): string | null {
  return text.includes(':') === (family === 'TCP6') ? plainAddress(text) : null;
}

function isPort(text: string): boolean {
  return /^(?:0|[1-9]\d{0,4})$/.test(text) && Number(text) <= 65_535;
}

function parseBinary(bytes: Buffer): ProxyHeader | null {
  if (bytes.byteLength < FIXED_BYTES) return null;
  const command = bytes[12]!;
  // Version 2, and LOCAL (the proxy's own connection: a health check) or PROXY.
  if (command !== 0x20 && command !== 0x21)
    throw new ProxyHeaderError('expected version 2 and LOCAL or PROXY, found something else');
  const length = bytes.readUInt16BE(14);
  const end = FIXED_BYTES + length;
  if (end > MAX_HEADER_BYTES)
    throw new ProxyHeaderError(`expected at most ${MAX_HEADER_BYTES} bytes, found ${end}`);
  const addresses = command === 0x20 ? ADDRESSES.get(0)! : ADDRESSES.get(bytes[13]!);
  if (addresses === undefined || length < addresses.bytes)
    throw new ProxyHeaderError('expected addresses of TCP, found others or too few bytes');
  if (bytes.byteLength < end) return null;
  return { bytes: end, client: addresses.read(bytes.subarray(FIXED_BYTES, end)) };
}

function ipv6Of(part: Buffer): string | null {
  const groups = Array.from({ length: 8 }, (_, i) => part.readUInt16BE(2 * i).toString(16));
  // In the form in which addresses are written everywhere else (RFC 5952).
  return plainAddress(new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1));
}
