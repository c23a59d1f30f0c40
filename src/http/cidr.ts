import { printable } from './quoted.ts';

/** What stands for the address of who comes through a Unix socket, as in nginx. */
export const UNIX_PEER = 'unix:';

/** An address as numbers: one 32-bit word for IPv4, four for IPv6, the highest first. */
export interface Address {
  readonly version: 4 | 6;
  readonly words: readonly number[];
}

/** A block of addresses: all that equal `network` in the bits set in `masks`. */
export interface Cidr {
  readonly version: 4 | 6;
  readonly network: readonly number[];
  readonly masks: readonly number[];
}

/**
 * Without leading zeros: some parsers read `010` as 8, others as 10, and a list of trusted addresses must not
 * be ambiguous.
 */
const OCTET = '(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])';
const IPV4 = new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`);
const GROUP = /^[0-9a-f]{1,4}$/i;
const PREFIX = /^(?:0|[1-9][0-9]{0,2})$/;
const MAX_ADDRESS_CHARACTERS = 45;

/**
 * Parses an IPv4 or IPv6 address; `null` if the text is neither. An IPv4-mapped IPv6 address (RFC 4291
 * section 2.5.5.2), which a dual-stack socket reports for an IPv4 client, is read as that IPv4 address.
 * A zone (`fe80::1%eth0`, RFC 4007) is ignored: it names an interface of this host and is not part of the
 * address.
 *
 * @example parseAddress('::ffff:192.0.2.1') // { version: 4, words: [3221225985] }
 */
export function parseAddress(text: string): Address | null {
  if (IPV4.test(text)) return { version: 4, words: [ipv4Word(text)] };
  const zone = text.indexOf('%');
  const words = ipv6Words(zone === -1 ? text : text.slice(0, zone));
  if (words === null) return null;
  return isMapped(words) ? { version: 4, words: [words[3]!] } : { version: 6, words };
}

/**
 * The address as it is reported to upstreams: IPv4-mapped IPv6 as IPv4, without a zone. `null` if the text is
 * not an address.
 *
 * @example plainAddress('::ffff:192.0.2.1') // '192.0.2.1'
 * @example plainAddress('fe80::1%eth0') // 'fe80::1'
 */
export function plainAddress(text: string): string | null {
  const address = parseAddress(text);
  if (address === null) return null;
  if (address.version === 4) return text.includes(':') ? dotted(address.words[0]!) : text;
  const zone = text.indexOf('%');
  return zone === -1 ? text : text.slice(0, zone);
}

/**
 * Parses `address/prefix`; an address without a prefix is a block of one. Bits after the prefix are
 * ignored, as is usual: `10.1.2.3/8` is `10.0.0.0/8`. `null` for any other text.
 *
 * @example parseCidr('2001:db8::/32')
 * @example parseCidr('10.0.0.0/33') // null
 */
export function parseCidr(text: string): Cidr | null {
  const slash = text.indexOf('/');
  const bare = slash === -1 ? text : text.slice(0, slash);
  if (bare.includes('%')) return null;
  const address = parseAddress(bare);
  if (address === null) return null;
  const size = bare.includes(':') ? 128 : 32;
  let prefix = size;
  if (slash !== -1) {
    const digits = text.slice(slash + 1);
    prefix = Number(digits);
    if (!PREFIX.test(digits) || prefix > size) return null;
  }
  if (address.version === 4 && size === 128) {
    // `::ffff:10.0.0.0/104` is 10.0.0.0/8. A prefix below 96 would also cover addresses that are not IPv4-mapped.
    prefix -= 96;
    if (prefix < 0) return null;
  }
  const masks = address.words.map((_, index) => maskWord(prefix - index * 32));
  const network = address.words.map((word, index) => (word & masks[index]!) >>> 0);
  return { version: address.version, network, masks };
}

/** True if the address is in the block. A block of one IP version contains no address of the other. */
export function cidrContains(cidr: Cidr, address: Address): boolean {
  if (cidr.version !== address.version) return false;
  for (let i = 0; i < cidr.network.length; i += 1) {
    if ((address.words[i]! & cidr.masks[i]!) >>> 0 !== cidr.network[i]) return false;
  }
  return true;
}

let lastText = '';
let lastAddress: Address | null = null;

/** Remembers the last address: one request is tested against many lists in a row. */
function parseOnce(text: string): Address | null {
  if (text !== lastText) {
    lastAddress = parseAddress(text);
    lastText = text;
  }
  return lastAddress;
}

/**
 * Compiles a list of addresses and CIDR blocks to a test: is this address in one of them? The test returns
 * false for a text that is not an address.
 *
 * @throws {TypeError} that quotes the first text which is neither an address nor a CIDR block
 * @example
 * const isPrivate = compileCidrs(['10.0.0.0/8', 'fd00::/8']);
 * isPrivate('10.1.2.3'); // true
 */
export function compileCidrs(texts: readonly string[]): (address: string) => boolean {
  const cidrs = texts.map((text) => {
    const cidr = parseCidr(text);
    if (cidr === null) throw new TypeError(`invalid ip address: ${printable(text)}`);
    return cidr;
  });
  return (text) => {
    const address = parseOnce(text);
    if (address === null) return false;
    for (const cidr of cidrs) if (cidrContains(cidr, address)) return true;
    return false;
  };
}

/**
 * The same for the peers of connections, among which `unix:` stands for all of Unix sockets.
 *
 * @throws {TypeError} as `compileCidrs`
 */
export function compilePeers(texts: readonly string[]): (peer: string) => boolean {
  const contains = compileCidrs(texts.filter((text) => text !== UNIX_PEER));
  return texts.includes(UNIX_PEER) ? (peer) => peer === UNIX_PEER || contains(peer) : contains;
}

/** A 32-bit word with its highest `bits` bits set. 0 is a case of its own: JavaScript shifts by 32 as by 0. */
function maskWord(bits: number): number {
  return bits <= 0 ? 0 : (0xffffffff << (32 - Math.min(bits, 32))) >>> 0;
}

function ipv4Word(text: string): number {
  return text.split('.').reduce((word, octet) => word * 256 + Number(octet), 0);
}

function dotted(word: number): string {
  return [24, 16, 8, 0].map((shift) => (word >>> shift) & 0xff).join('.');
}

function isMapped(words: readonly number[]): boolean {
  return words[0] === 0 && words[1] === 0 && words[2] === 0xffff;
}

function ipv6Words(text: string): number[] | null {
  if (text.length > MAX_ADDRESS_CHARACTERS) return null;
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const head = ipv6Groups(halves[0]!, halves.length === 1);
  const tail = halves.length === 1 ? [] : ipv6Groups(halves[1]!, true);
  if (head === null || tail === null) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null;
  const groups = [...head, ...Array<number>(missing).fill(0), ...tail];
  return [0, 2, 4, 6].map((index) => groups[index]! * 0x10000 + groups[index + 1]!);
}

/** The 16-bit groups on one side of `::`. Only the last group of the address may be written as IPv4. */
function ipv6Groups(side: string, last: boolean): number[] | null {
  if (side === '') return [];
  const groups: number[] = [];
  const parts = side.split(':');
  for (const [index, part] of parts.entries()) {
    if (GROUP.test(part)) {
      groups.push(Number.parseInt(part, 16));
    } else if (last && index === parts.length - 1 && IPV4.test(part)) {
      const word = ipv4Word(part);
      groups.push(word >>> 16, word & 0xffff);
    } else {
      return null;
    }
  }
  return groups;
}
