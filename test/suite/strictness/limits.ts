import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GatewayProcess, TestServerRuntime } from '../../runtimes/runtime.ts';
import { origin, type Origin, route } from '../../support/origin.ts';
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

const KIB = 1024;

/** A setting, and what it allows and refuses. The upstream of the test takes heads of up to 16 KiB. */
const SIZES = [
  ['2K', 200, get('/', `A: ${'a'.repeat(KIB)}\r\n`)],
  ['2K', 431, get('/', `A: ${'a'.repeat(2 * KIB)}\r\n`)],
  ['2K', 431, get(`/${'a'.repeat(3 * KIB)}`, '')],
  ['64K', 200, get(`/${'a'.repeat(12 * KIB)}`, '')],
  ['64K', 414, get(`/${'a'.repeat(64 * KIB)}`, '')],
] as const;

/** Heads of another size, in one write and byte by byte at their end. */
export function headSize(runtime: TestServerRuntime): void {
  describe.each(['2K', '64K'])('%s', (size) => {
    let upstream: Origin;
    let gateway: GatewayProcess;
    beforeAll(async () => {
      upstream = await origin();
      const env = { MAX_HEAD_SIZE: size };
      gateway = await runtime.start({ routes: [{ ...route(upstream), id: '1' }], env });
    });
    afterAll(() => Promise.all([gateway.stop(), upstream.close()]));

    const cases = SIZES.filter(([of]) => of === size);
    it.each(cases)(`%s: %i`, async (_, status, text) => {
      expect(await conversation(gateway.port, text)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    });
  });
}
