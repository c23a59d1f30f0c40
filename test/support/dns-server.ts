import { createSocket } from 'node:dgram';

/** Records of a name: addresses of either family. */
export interface Records {
  readonly addresses: readonly string[];
  /** In seconds. Default: 60. */
  readonly ttl?: number;
}

/** How the server responds: with records, an error, or not at all. */
export type Answer = Records | 'no such name' | 'failure' | 'silence';

/** A DNS server on a loopback port with the names of a test (RFC 1035). */
export interface DnsServer {
  /** `127.0.0.1:port`, in the form of `Resolver.setServers`. */
  readonly address: string;
  /** By name in lower case, without a trailing dot; other names do not exist. May change at any time. */
  readonly names: Map<string, Answer>;
  /** Questions so far: `a.test A`. */
  readonly asked: string[];
  close(): Promise<void>;
}

const TYPES: Readonly<Record<number, string>> = { 1: 'A', 28: 'AAAA' };
const NO_ERROR = 0;
const SERVER_FAILURE = 2;
const NAME_ERROR = 3;

export async function dnsServer(names: Readonly<Record<string, Answer>> = {}): Promise<DnsServer> {
  const known = new Map(Object.entries(names));
  const asked: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (query, { address, port }) => {
    const { name, type, end } = question(query);
    asked.push(`${name} ${TYPES[type] ?? type}`);
    const answer = known.get(name) ?? 'no such name';
    if (answer === 'silence') return;
    socket.send(reply(query.subarray(0, end), type, answer), port, address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${socket.address().port}`,
    names: known,
    asked,
    close: () => new Promise((resolve) => socket.close(resolve)),
  };
}

function question(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at]!; length > 0; length = query[at]!) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

/** @param head header and question of the query */
function reply(head: Buffer, type: number, answer: Exclude<Answer, 'silence'>): Buffer {
  const { addresses, ttl = 60 } = typeof answer === 'string' ? { addresses: [] } : answer;
  const ofType = addresses.map(bytesOf).filter(({ length }) => length === (type === 1 ? 4 : 16));
  const records = ofType.map((bytes) => {
    const record = Buffer.alloc(12);
    // A pointer to the name in the question.
    record.writeUInt16BE(0xc00c, 0);
    record.writeUInt16BE(type, 2);
    record.writeUInt16BE(1, 4);
    record.writeUInt32BE(ttl, 6);
    record.writeUInt16BE(bytes.length, 10);
    return Buffer.concat([record, bytes]);
  });
  const header = Buffer.from(head);
  header.writeUInt16BE(0x8180 | codeOf(answer), 2);
  header.writeUInt16BE(records.length, 6);
  // No authority and no additional records, whatever the query had.
  header.writeUInt32BE(0, 8);
  return Buffer.concat([header, ...records]);
}

function codeOf(answer: Exclude<Answer, 'silence'>): number {
  if (typeof answer !== 'string') return NO_ERROR;
  return answer === 'failure' ? SERVER_FAILURE : NAME_ERROR;
}

function bytesOf(address: string): Buffer {
  if (!address.includes(':')) return Buffer.from(address.split('.').map(Number));
  const [before = '', after] = address.split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':'));
  const [first, last] = [groups(before), groups(after ?? '')];
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => '0');
  const all = after === undefined ? first : [...first, ...zeros, ...last];
  return Buffer.from(all.map((group) => group.padStart(4, '0')).join(''), 'hex');
}
