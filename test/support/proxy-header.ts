import { isIPv4 } from 'node:net';

const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');

/** Version 2 of the PROXY protocol: the proxy's own connection. */
export const LOCAL: Buffer = Buffer.concat([SIGNATURE, Buffer.of(0x20, 0, 0, 0)]);

/**
 * A header in version 2 of the PROXY protocol.
 *
 * @param client its address; `null`: none
 * @param more bytes behind the addresses
 * @param family family and protocol. Default: what the address has
 */
export function binaryHeader(
  client: string | null,
  more: Buffer = Buffer.alloc(0),
  family: number = client === null ? 0 : isIPv4(client) ? 0x11 : 0x21,
): Buffer {
  const rest = Buffer.concat([...(client === null ? [] : [addressesOf(client)]), more]);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(rest.byteLength);
  return Buffer.concat([SIGNATURE, Buffer.of(0x21, family), length, rest]);
}

/** The client's address and another, and two ports. */
function addressesOf(client: string): Buffer {
  const bytes = isIPv4(client) ? Buffer.from(client.split('.').map(Number)) : ipv6(client);
  return Buffer.concat([bytes, bytes, Buffer.of(0x13, 0x88, 0, 80)]);
}

function ipv6(address: string): Buffer {
  const [head = '', tail = ''] = address.split('::');
  const groups = (side: string) => (side === '' ? [] : side.split(':'));
  const missing = 8 - groups(head).length - groups(tail).length;
  const all = [...groups(head), ...Array<string>(missing).fill('0'), ...groups(tail)];
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex');
}
