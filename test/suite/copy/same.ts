import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import type { Seen } from '../../support/origin.ts';

/** Fields of one connection, and fields that frame the body on it; Host has its own test. */
const OF_THE_WIRE = new Set([
  'connection',
  'content-length',
  'host',
  'transfer-encoding',
  'x-mirrored-by',
]);

/** End-to-end fields, in their order and case. */
export function endToEnd({ rawHeaders }: Seen): (readonly [name: string, value: string])[] {
  const fields: (readonly [string, string])[] = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!;
    if (!OF_THE_WIRE.has(name.toLowerCase())) fields.push([name, rawHeaders[i + 1]!]);
  }
  return fields;
}

/** Both got the client's bytes and the same fields, and the copy has a Content-Length. */
export function expectSame(body: Buffer, primary: Seen, copy: Seen): void {
  expect(copy.method).toBe(primary.method);
  expect(digest(primary.body)).toBe(digest(body));
  expect(digest(copy.body)).toBe(digest(body));
  expect(endToEnd(copy)).toEqual(endToEnd(primary));
  expect(copy.headers['transfer-encoding']).toBeUndefined();
  expect(copy.headers['content-length']).toBe(String(body.length));
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
