import { Duplex } from 'node:stream';
import { connect, type ConnectionOptions } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { MAX_HELLO_BYTES, parseClientHello } from '../../../../src/runtime/sockets/client-hello.ts';

/** What OpenSSL begins with. */
function helloOf(options: ConnectionOptions = {}): Promise<Buffer> {
  return new Promise((resolve) => {
    const write = (chunk: Buffer, _: unknown, done: () => void) => (resolve(chunk), done());
    const client = connect({ socket: new Duplex({ read() {}, write }), ...options });
    client.on('error', () => {});
    setImmediate(() => client.destroy());
  });
}
const record = (body: Buffer) =>
  Buffer.concat([Buffer.of(22, 3, 1, body.byteLength >> 8, body.byteLength & 0xff), body]);
const nameOf = (bytes: Buffer) => parseClientHello(bytes)?.serverName;

describe('the name in a ClientHello', () => {
  it.each(['one.test', 'a'.repeat(250), 'xn--4ca.test'])('%s', async (servername) => {
    expect(nameOf(await helloOf({ servername }))).toBe(servername);
  });

  it('is empty if there is none', async () => {
    expect(nameOf(await helloOf())).toBe('');
  });

  it('is found beside other extensions, in TLS 1.2 as well', async () => {
    const ALPNProtocols = Array.from({ length: 200 }, (_, i) => `protocol-${i}`);
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const)
      expect(nameOf(await helloOf({ servername: 'b.test', ALPNProtocols, maxVersion }))).toBe(
        'b.test',
      );
  });

  it('is found as soon as the message is whole, wherever its bytes and records are cut', async () => {
    const whole = await helloOf({ servername: 'one.test' });
    for (let end = 0; end < whole.byteLength; end++)
      expect(parseClientHello(whole.subarray(0, end))).toBeNull();
    expect(nameOf(Buffer.concat([whole, Buffer.from('more')]))).toBe('one.test');
    const message = whole.subarray(5);
    for (let at = 4; at < message.byteLength; at += 7) {
      const cut = Buffer.concat([record(message.subarray(0, at)), record(message.subarray(at))]);
      expect(parseClientHello(cut.subarray(0, -1))).toBeNull();
      expect(nameOf(cut)).toBe('one.test');
    }
  });
});

describe('what is no ClientHello', () => {
  it.each([
    ['HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['an alert', Buffer.of(21, 3, 1, 0, 2, 1, 0)],
    ['another message', record(Buffer.of(2, 0, 0, 1, 0))],
    ['an empty record', Buffer.of(22, 3, 1, 0, 0)],
    ['a record with too little', record(Buffer.of(1, 0, 0))],
    ['an empty message', record(Buffer.of(1, 0, 0, 0))],
    ['nonsense', record(Buffer.concat([Buffer.of(1, 0, 0, 200), Buffer.alloc(200, 0xff)]))],
  ])('has no name: %s', (_, bytes) => {
    expect(nameOf(bytes)).toBe('');
  });

  it('has none if it never ends', () => {
    const endless = record(Buffer.concat([Buffer.of(1, 0xff, 0xff, 0xff), Buffer.alloc(16_000)]));
    expect(parseClientHello(endless)).toBeNull();
    const longer = Buffer.concat([endless, record(Buffer.alloc(16_000))]);
    expect(nameOf(longer.subarray(0, MAX_HELLO_BYTES))).toBe('');
  });

  it('is never more than it says, whichever byte is wrong', async () => {
    const right = await helloOf({ servername: 'one.test' });
    for (let at = 0; at < right.byteLength; at++)
      for (const value of [0, 1, 0x7f, 0xff]) {
        const wrong = Buffer.from(right);
        wrong[at] = value;
        expect(['string', 'undefined']).toContain(typeof nameOf(wrong));
      }
  });
});
