import { compilePeers, UNIX_PEER } from '../http/cidr.ts';
import { quoted } from '../http/quoted.ts';

/** A setting has an invalid value. The message is one line, and the program does not start. */
export class SettingError extends Error {
  override readonly name = 'SettingError';
}

/** Parses a setting's text. Throws a SettingError that names the setting, `from`, and what was expected. */
export type Read<T> = (text: string, from: string) => T;

function wrong(from: string, expected: string, text: string): SettingError {
  return new SettingError(`${from}: expected ${expected}, found ${quoted(text)}`);
}

/** @example wholeNumber(0, 65535)('9080', 'PORT') // 9080 */
export function wholeNumber(least: number, most: number, unit = ''): Read<number> {
  return (text, from) => {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    throw wrong(from, `a whole number${unit} from ${least} to ${most}`, text);
  };
}

/** Seconds, fractions allowed. */
export function seconds(least: number, most: number): Read<number> {
  return (text, from) => {
    const value = /^\d{1,9}(?:\.\d{1,6})?$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    throw wrong(from, `seconds from ${least} to ${most}`, text);
  };
}

const SIZE_UNITS: Readonly<Record<string, number>> = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

/** A number of bytes, optionally with `K`, `M` or `G` (also `KiB`, `MB` and so on; all are powers of 1024). */
export const size: Read<number> = (text, from) => {
  const [, digits, unit] = /^(\d{1,12})\s*([KMG]?)(?:i?B)?$/i.exec(text) ?? [];
  if (digits !== undefined) return Number(digits) * SIZE_UNITS[unit!.toUpperCase()]!;
  throw wrong(from, 'bytes such as 67108864, 64M or 64MiB', text);
};

/** As `size`, between two numbers of bytes. */
export function sizeWithin(least: number, most: number): Read<number> {
  return (text, from) => {
    const bytes = size(text, from);
    if (bytes >= least && bytes <= most) return bytes;
    throw wrong(from, `bytes from ${least} to ${most}`, text);
  };
}

/** IP addresses, CIDRs and `unix:`, separated by commas. */
export const cidrs: Read<readonly string[]> = (text, from) => {
  const list = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  try {
    compilePeers(list);
    return list;
  } catch {
    throw wrong(from, 'addresses or ranges such as 10.0.0.0/8,::1', text);
  }
};

/** One of a few words. */
export function oneOf<T extends string>(options: readonly T[]): Read<T> {
  return (text, from) => {
    const option = options.find((name) => name === text);
    if (option !== undefined) return option;
    throw wrong(from, `one of ${options.join(', ')}`, text);
  };
}

export const words: Read<string> = (text, from) => {
  if (text !== '') return text;
  throw wrong(from, 'some text', text);
};

/** Most bytes of the path of a Unix socket, on Linux. */
const MAX_SOCKET_PATH_BYTES = 107;

/** An address or a name, or `unix:/path`. */
export const host: Read<string> = (text, from) => {
  const path = text.startsWith(UNIX_PEER) ? text.slice(UNIX_PEER.length) : null;
  if (path === null) return words(text, from);
  const bytes = new TextEncoder().encode(path).byteLength;
  if (bytes > 0 && bytes <= MAX_SOCKET_PATH_BYTES) return text;
  throw wrong(from, `unix: and a path of at most ${MAX_SOCKET_PATH_BYTES} bytes`, text);
};

/** A share of requests, with APISIX's limits for `sample_ratio`. */
export const ratio: Read<number> = (text, from) => {
  const value = /^(?:\d+(?:\.\d+)?|\.\d+)$/.test(text) ? Number(text) : NaN;
  if (value >= 0.00001 && value <= 1) return value;
  throw wrong(from, 'a number from 0.00001 to 1', text);
};

/** A URL with scheme, host and optionally a port, and nothing after them but an optional slash. */
export const origin: Read<URL> = (text, from) => {
  const url = URL.canParse(text) ? new URL(text) : null;
  const bare = url !== null && url.pathname === '/' && url.search === '' && url.hash === '';
  const plain = url !== null && url.username === '' && url.password === '' && url.hostname !== '';
  if (url !== null && bare && plain && /^https?:$/.test(url.protocol)) return url;
  throw wrong(
    from,
    'http:// or https://, a host and optionally a port, such as http://127.0.0.1:1999',
    text,
  );
};
