import { describe, expect, it } from 'vitest';
import { MAX_HEADER_BYTES, parseProxyHeader } from '../../../../src/http1/server/proxy-header.ts';
import { binaryHeader, LOCAL } from '../../../support/proxy-header.ts';

const CLIENT_4 = '192.0.2.9';
const CLIENT_6 = '2001:db8::5';

/** The same header, but with the command LOCAL. */
function localWith(header: Buffer): Buffer {
  const local = Buffer.from(header);
  local[12] = 0x20;
  return local;
}

const HEADERS: readonly [name: string, header: string | Buffer, client: string | null][] = [
  ['IPv4', 'PROXY TCP4 192.0.2.9 192.0.2.1 5000 80\r\n', CLIENT_4],
  ['IPv6', 'PROXY TCP6 2001:db8::5 2001:db8::1 5000 80\r\n', CLIENT_6],
  ['IPv4 in IPv6', 'PROXY TCP6 ::ffff:192.0.2.9 ::1 5000 80\r\n', CLIENT_4],
  ['unknown', 'PROXY UNKNOWN\r\n', null],
  ['unknown, with the rest', 'PROXY UNKNOWN ffff:f::1 ffff:f::1 65535 65535\r\n', null],
  ['port 0', 'PROXY TCP4 192.0.2.9 192.0.2.1 0 0\r\n', CLIENT_4],
  ['the last port', 'PROXY TCP4 192.0.2.9 192.0.2.1 65535 65535\r\n', CLIENT_4],
  ['the longest', `PROXY UNKNOWN ${'x'.repeat(91)}\r\n`, null],
  ['binary IPv4', binaryHeader(CLIENT_4), CLIENT_4],
  ['binary IPv6', binaryHeader(CLIENT_6), CLIENT_6],
  ['binary, with more behind the addresses', binaryHeader(CLIENT_4, Buffer.alloc(100)), CLIENT_4],
  ['binary, a Unix socket', binaryHeader(null, Buffer.alloc(216), 0x31), null],
  ['binary, unspecified', binaryHeader(null), null],
  ['binary, the longest', binaryHeader(null, Buffer.alloc(MAX_HEADER_BYTES - 16)), null],
  ['LOCAL', LOCAL, null],
  // The proxy's own connection: what addresses it names is not to be believed.
  ['LOCAL, with addresses', localWith(binaryHeader(CLIENT_4)), null],
  [
    'LOCAL, with addresses of a family that is not known',
    localWith(binaryHeader(CLIENT_4, Buffer.alloc(0), 0x77)),
    null,
  ],
];

describe.each(HEADERS)('%s', (_, header, client) => {
  const bytes = Buffer.from(header as string, 'latin1');
  const whole = { bytes: bytes.byteLength, client };

  it('is read, whatever follows it', () => {
    expect(parseProxyHeader(bytes)).toEqual(whole);
    expect(parseProxyHeader(Buffer.concat([bytes, Buffer.from('GET /\r\n')]))).toEqual(whole);
  });

  it('is waited for to its last byte', () => {
    for (let length = 0; length < bytes.byteLength; length++)
      expect(parseProxyHeader(bytes.subarray(0, length)), String(length)).toBeNull();
  });
});

const NO_HEADER = 'expected a header of the PROXY protocol, found something else';
const NO_TEXT = 'expected PROXY, TCP4 or TCP6, two addresses and two ports, or PROXY UNKNOWN';
const NO_COMMAND = 'expected version 2 and LOCAL or PROXY, found something else';
const NO_ADDRESSES = 'expected addresses of TCP, found others or too few bytes';

/** What is wrong is known by the byte that makes it so, and not when more has come. */
const WRONG: readonly [name: string, header: string | Buffer, message: string][] = [
  ['a request', 'G', NO_HEADER],
  ['half of the word', 'PROX ', NO_HEADER],
  ['a family of another protocol', 'PROXY UDP4 192.0.2.9 192.0.2.1 5000 80\r\n', NO_TEXT],
  ['an address of the other family', 'PROXY TCP4 2001:db8::5 2001:db8::1 5000 80\r\n', NO_TEXT],
  ['a name', 'PROXY TCP4 localhost 192.0.2.1 5000 80\r\n', NO_TEXT],
  ['an address that some read as octal', 'PROXY TCP4 010.0.0.1 192.0.2.1 5000 80\r\n', NO_TEXT],
  ['two spaces', 'PROXY TCP4  192.0.2.9 192.0.2.1 5000 80\r\n', NO_TEXT],
  ['a port that is too large', 'PROXY TCP4 192.0.2.9 192.0.2.1 65536 80\r\n', NO_TEXT],
  ['a port with a zero in front', 'PROXY TCP4 192.0.2.9 192.0.2.1 080 80\r\n', NO_TEXT],
  ['no addresses', 'PROXY TCP4\r\n', NO_TEXT],
  ['no ports', 'PROXY TCP4 192.0.2.9 192.0.2.1\r\n', NO_TEXT],
  ['more than two ports', 'PROXY TCP4 192.0.2.9 192.0.2.1 1 2 3\r\n', NO_TEXT],
  ['no end', `PROXY UNKNOWN ${'x'.repeat(93)}`, 'expected CR LF within 107 bytes, found none'],
  ['a signature that is not quite right', '\r\n\r\n\0\r\nQUIT\r', NO_HEADER],
  [
    'version 1 in binary',
    Buffer.concat([LOCAL.subarray(0, 12), Buffer.of(0x11, 0, 0, 0)]),
    NO_COMMAND,
  ],
  [
    'an unknown command',
    Buffer.concat([LOCAL.subarray(0, 12), Buffer.of(0x22, 0, 0, 0)]),
    NO_COMMAND,
  ],
  ['datagrams', binaryHeader(null, Buffer.alloc(12), 0x12).subarray(0, 16), NO_ADDRESSES],
  [
    'too few bytes for an address',
    binaryHeader(null, Buffer.alloc(11), 0x11).subarray(0, 16),
    NO_ADDRESSES,
  ],
  [
    'too many bytes',
    binaryHeader(null, Buffer.alloc(MAX_HEADER_BYTES - 15)).subarray(0, 16),
    'expected at most 4096 bytes, found 4097',
  ],
];

it.each(WRONG)('is none: %s', (_, header, message) => {
  const bytes = Buffer.from(header as string, 'latin1');
  expect(() => parseProxyHeader(bytes)).toThrow(
    expect.objectContaining({ name: 'ProxyHeaderError', message }),
  );
});
