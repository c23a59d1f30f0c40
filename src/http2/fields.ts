import { type HeaderList, isHopByHop } from '../http/fields.ts';

/** Fields by name in lower case (RFC 9113 section 8.2.1), as node:http2 takes them. */
export type Fields = Record<string, string | string[]>;

/**
 * Fields that node:http2 refuses to repeat, though HTTP/1.1 may. They are joined, which means the same (RFC 9110 section
 * 5.3).
 */
const SINGLE: ReadonlySet<string> = new Set([
  'access-control-allow-credentials',
  'access-control-max-age',
  'access-control-request-method',
  'age',
  'authorization',
  'content-encoding',
  'content-language',
  'content-length',
  'content-location',
  'content-md5',
  'content-range',
  'content-type',
  'date',
  'dnt',
  'etag',
  'expires',
  'from',
  'host',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'last-modified',
  'location',
  'max-forwards',
  'proxy-authorization',
  'range',
  'referer',
  'retry-after',
  'tk',
  'upgrade-insecure-requests',
  'user-agent',
  'x-content-type-options',
]);

/** The fields of a list without those of one connection, which HTTP/2 does not have (RFC 9113 section 8.2.2). */
export function fieldsOf(list: HeaderList): Fields {
  // Without a prototype: `constructor` and `__proto__` are names like others.
  const fields = Object.create(null) as Fields;
  for (let i = 0; i < list.length; i += 2) {
    const name = list[i]!.toLowerCase();
    if (isHopByHop(name)) continue;
    const value = list[i + 1]!;
    const before = fields[name];
    if (before === undefined) fields[name] = value;
    else if (Array.isArray(before)) before.push(value);
    else if (SINGLE.has(name)) fields[name] = `${before}, ${value}`;
    else fields[name] = [before, value];
  }
  return fields;
}
