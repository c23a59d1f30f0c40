import { afterEach, describe, expect, it } from 'vitest';
import { openRate } from '../../../bench/load/open-rate.ts';
import { resultOf } from '../../../bench/own-process.ts';
import { type Respond, type Origin, origin } from '../../support/origin.ts';

let server: Origin | null = null;
afterEach(() => server?.close());

async function serve(answer: Respond): Promise<string> {
  server = await origin(answer);
  return `${server.url}/x`;
}

const ok: Respond = (_, response) => response.end('ok');

describe('a fixed number of requests', () => {
  const FIXED = new URL('../../../bench/load/fixed-number.mjs', import.meta.url);

  it.each([0, 40_000])('arrive whole, %d bytes each, and are answered', async (bytes) => {
    const url = await serve(ok);
    expect(await resultOf(FIXED, [url, '3', '20', String(bytes)])).toEqual({ wrong: 0 });
    expect(server!.seen).toHaveLength(20);
    expect(server!.seen.every(({ body }) => body.length === bytes)).toBe(true);
  });

  it('counts those that were not', async () => {
    let count = 0;
    const url = await serve((_, response) => {
      count += 1;
      response.statusCode = count === 3 ? 500 : 200;
      if (count === 5) response.destroy();
      // Chunked and in pieces, unlike the others.
      else response.write('piece', () => response.end());
    });
    expect(await resultOf(FIXED, [url, '1', '5', '0'])).toEqual({ wrong: 2 });
  });
});

describe('a fixed rate', () => {
  /** Requests of the first second, which is not timed, but must be answered right as well. */
  const WARM_UP = 100;

  it('does not wait for answers to count how long they took', async () => {
    let held: (() => void)[] | null = null;
    let asked = 0;
    const url = await serve((_, response) => {
      asked += 1;
      // A stall of half a second, during which a load that waits would have one request to tell of.
      if (asked === WARM_UP + 20) {
        held = [];
        setTimeout(() => {
          held?.forEach((answer) => answer());
          held = null;
        }, 500);
      }
      const answer = () => void response.end('ok');
      if (held === null) answer();
      else held.push(answer);
    });
    const { p99 } = await openRate({ url, connections: 1, rate: 100, seconds: 1 });
    expect(server!.seen).toHaveLength(WARM_UP + 100);
    expect(p99).toBeGreaterThan(400);
  });

  it('fails when a response is wrong', async () => {
    const url = await serve((_, response) => {
      response.statusCode = 503;
      response.end();
    });
    await expect(openRate({ url, connections: 1, rate: 100, seconds: 0.1 })).rejects.toThrow(
      `${WARM_UP + 10} requests got a wrong response`,
    );
  });
});
