import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { client, gate } from './gate.ts';

/** Lets what is on its way through sockets arrive; timers stand still. */
async function settle(): Promise<void> {
  for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
}

async function pass(milliseconds: number): Promise<void> {
  await settle();
  await vi.advanceTimersByTimeAsync(milliseconds);
  await settle();
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const HEAD = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n';

/** A sender who takes his time, and what he gets. */
const SLOW: readonly (readonly [what: string, text: string, seconds: number, got: RegExp])[] = [
  ['no byte of a head', '', 60, /^$/],
  ['a part of a head', 'GET / HTTP/1.1\r\n', 60, /^HTTP\/1\.1 408 [^]*"408 Request Time-out"\}\n$/],
  ['a part of a body', `${HEAD}bo`, 60, /^HTTP\/1\.1 408 /],
  ['no further request', `${HEAD}body`, 75, /^HTTP\/1\.1 200 [^]*body\r\n0\r\n\r\n$/],
];

describe('a client that sends', () => {
  it.each(SLOW)('%s', async (_, text, seconds, got) => {
    const {
      write,
      text: seen,
      ended,
    } = client(await gate(async (request) => new Response(await request.text())));
    write(text);
    await pass(seconds * 1000 - 100);
    expect(ended()).toBe(false);
    await pass(200);
    expect(ended()).toBe(true);
    expect(seen()).toMatch(got);
  });

  it('a head byte by byte has no longer for it', async () => {
    const { write, ended, text } = client(await gate(() => new Response('.')));
    for (const byte of 'GET / ') {
      write(byte);
      await pass(9990);
    }
    expect(ended()).toBe(false);
    await pass(200);
    expect(ended()).toBe(true);
    expect(text()).toContain('408');
  });

  it('a body slowly has all the time it needs', async () => {
    const { write, text } = client(
      await gate(async (request) => new Response(`got ${await request.text()}`)),
    );
    write(HEAD);
    for (const byte of 'body') {
      await pass(50_000);
      write(byte);
    }
    await pass(0);
    expect(text()).toContain('got body');
  });

  it('all, and waits for its answer, waits as long as that takes', async () => {
    let answer!: (response: Response) => void;
    const { write, text, ended } = client(
      await gate(() => new Promise<Response>((resolve) => (answer = resolve))),
    );
    write(`${HEAD}body`);
    await pass(3_600_000);
    expect(ended()).toBe(false);
    answer(new Response('late'));
    await pass(0);
    expect(text()).toContain('late');
  });
});
