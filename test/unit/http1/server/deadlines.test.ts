import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { standsStill, turns, turnsUntil } from '../../../support/turns.ts';
import { client, gate } from './gate.ts';

async function pass(milliseconds: number): Promise<void> {
  await turns(50);
  await vi.advanceTimersByTimeAsync(milliseconds);
  await turns(50);
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

describe('a client that does not read', () => {
  /** An answer without end, and how much of it was asked for. */
  function endless() {
    const state = { pulled: 0, cancelled: false };
    const part = Buffer.alloc(64 * 1024);
    const answer = () =>
      new Response(
        new ReadableStream({
          pull(controller) {
            state.pulled += part.length;
            controller.enqueue(part);
          },
          cancel: () => void (state.cancelled = true),
        }),
      );
    return { state, answer };
  }
  /** Until both systems' buffers are full. */
  const full = (state: { readonly pulled: number }) => standsStill(() => state.pulled);

  it('is cut off when it took nothing for 60 s', async () => {
    const { state, answer } = endless();
    const { write, socket } = client(await gate(answer));
    socket.pause();
    write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await full(state);
    await pass(59_900);
    expect(state.cancelled).toBe(false);
    await pass(200);
    expect(state.cancelled).toBe(true);
  });

  it('has all the time it needs when it takes some now and then', async () => {
    const { state, answer } = endless();
    const { write, socket } = client(await gate(answer));
    socket.pause();
    write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await full(state);
    for (let minute = 0; minute < 5; minute++) {
      await pass(50_000);
      const before = state.pulled;
      socket.resume();
      await turnsUntil(() => state.pulled > before);
      socket.pause();
      await full(state);
    }
    expect(state.cancelled).toBe(false);
  });

  it.each([
    ['its last answer', 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'],
    ['answers while it asks on', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(100)],
    [
      'its answer while it sends on',
      `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 90000000\r\n\r\n${'x'.repeat(9_000_000)}`,
    ],
  ])('%s, is cut off, too', async (_, text) => {
    let answered = 0;
    const listening = await gate(() => {
      answered++;
      return new Response(new Uint8Array(20_000_000));
    });
    const { write, socket } = client(listening);
    socket.pause();
    write(text);
    await turnsUntil(() => answered > 0);
    await turns(500);
    let closed = false;
    void listening.stop().then(() => (closed = true));
    await pass(59_900);
    expect(closed).toBe(false);
    // What it could read by then takes a moment to be written.
    for (let i = 0; i < 3 && !closed; i++) await pass(60_000);
    expect(closed).toBe(true);
  });
});

it('all clients that are turned away are told, however many', async () => {
  let asked = false;
  const crowded: number[] = [];
  const hold = () => {
    asked = true;
    return new Promise<never>(() => {});
  };
  const options = { maxConnections: 1, onCrowded: (most: number) => void crowded.push(most) };
  const listening = await gate(hold, options);
  client(listening).write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await turnsUntil(() => asked);
  const further = Array.from({ length: 250 }, () => client(listening));
  await turnsUntil(() => further.every(({ ended }) => ended()));
  const told = further.filter(({ text }) => text().startsWith('HTTP/1.1 503 '));
  expect([told.length, crowded.length]).toEqual([250, 250]);
  expect(new Set(crowded)).toEqual(new Set([1]));
});
