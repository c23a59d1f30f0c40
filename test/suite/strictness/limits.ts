import { expect, it } from 'vitest';
import type { Wire } from '../strictness.ts';
import { conversation, refusal } from './conversation.ts';

const get = (target: string, fields: string) =>
  `GET ${target} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n${fields}\r\n`;

const OVER: readonly (readonly [what: string, status: number, text: string])[] = [
  ['a request line over 8 KiB', 414, get(`/${'a'.repeat(8192)}`, '')],
  ['a request line without end', 414, `GET /${'a'.repeat(9000)}`],
  ['a head over 32 KiB', 431, get('/', `A: ${'a'.repeat(32_768)}\r\n`)],
  ['a head without end', 431, `GET / HTTP/1.1\r\nA: ${'a'.repeat(40_000)}`],
  ['over 200 fields', 431, get('/', 'A: 1\r\n'.repeat(199))],
  ['an expectation that cannot be met', 417, get('/', 'Expect: miracles\r\n')],
];

const WITHIN: readonly (readonly [what: string, text: string])[] = [
  ['a request line of 8 KiB', get(`/${'a'.repeat(8192 - 14)}`, '')],
  ['a head of nearly 32 KiB', get('/', `A: ${'a'.repeat(15_000)}\r\n`.repeat(2))],
  ['fields near 200', get('/', 'A: 1\r\n'.repeat(190))],
];

/** How large a head may be, and the response to a larger one. */
export function requestLimits(wire: () => Wire): void {
  it.each(OVER)('%s: %i', async (_, status, text) => {
    expect(await conversation(wire().gateway.port, text)).toMatch(refusal(status));
  });

  it.each(WITHIN)('%s: forwarded', async (_, text) => {
    // The test's own upstream refuses heads over 16 KiB; what matters is that it got the request.
    expect(await conversation(wire().gateway.port, text)).toMatch(/^HTTP\/1\.1 (?:200|431) /);
  });
}
