import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TransportError } from '../../../../../src/http/transport.ts';
import { type Found, Name, Names } from '../../../../../src/http1/client/names/names.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout'] }));
afterEach(() => void vi.useRealTimers());

const SECOND = 1000;
const after = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);
const FAILURE = new TransportError('dns', 'a.test: ETIMEOUT');

/** A name whose look-ups are answered by hand, `answers` first. */
function setUp(...answers: (Found | null | TransportError)[]) {
  const pending: { resolve(found: Found | null): void; reject(error: unknown): void }[] = [];
  let count = 0;
  const name = new Name('a.test', () => {
    count++;
    const answer = answers.shift();
    if (answer instanceof TransportError) return Promise.reject(answer);
    if (answer !== undefined) return Promise.resolve(answer);
    return new Promise((resolve, reject) => pending.push({ resolve, reject }));
  });
  const current = () => name.current(performance.now());
  return { name, current, answers, pending, lookups: () => count };
}

const found = (ttl: number, ...addresses: string[]): Found => ({ addresses, ttl: ttl * SECOND });

describe('the addresses of a name', () => {
  it('are looked up once for all that wait', async () => {
    const { name, current, pending, lookups } = setUp();
    const waiting = Promise.all([name.find(), name.find(), name.find()]);
    expect(current()).toBeNull();
    expect(lookups()).toBe(1);
    pending[0]!.resolve(found(60, '10.0.0.1'));
    expect(await waiting).toEqual([['10.0.0.1'], ['10.0.0.1'], ['10.0.0.1']]);
    expect(current()).toEqual(['10.0.0.1']);
    expect(lookups()).toBe(1);
  });

  it('stand in an order of their own, the families in turn', async () => {
    const { name } = setUp(found(60, '10.0.0.2', '10.0.0.1', 'fd00::2', '10.0.0.3', '10.0.0.1'));
    expect(await name.find()).toEqual(['fd00::2', '10.0.0.1', '10.0.0.2', '10.0.0.3']);
  });

  it('are 64 at most, however many there are', async () => {
    const many = Array.from({ length: 300 }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
    const { name } = setUp(found(60, ...many));
    expect((await name.find()).length).toBe(64);
  });

  it.each([
    [5, 4],
    [0, 0.8],
    [86_400, 24],
  ])('that hold for %i s are looked up again after %d s', async (ttl, seconds) => {
    const { name, current, lookups } = setUp(found(ttl, '10.0.0.1'), found(ttl, '10.0.0.1'));
    const first = await name.find();
    await after(seconds * SECOND - 10);
    current();
    expect(lookups()).toBe(1);
    await after(20);
    // Nobody waits for it, and the same addresses are the same array.
    expect(current()).toBe(first);
    expect(lookups()).toBe(2);
    await after(0);
    expect(current()).toBe(first);
    expect(lookups()).toBe(2);
  });

  it('change when the name does', async () => {
    const { name, current } = setUp(found(5, '10.0.0.1'), found(5, '10.0.0.2'));
    await name.find();
    await after(4.5 * SECOND);
    current();
    await after(0);
    expect(current()).toEqual(['10.0.0.2']);
  });

  it('serve on while nobody can tell, and nobody waits long', async () => {
    const { name, current, answers, pending, lookups } = setUp(found(5, '10.0.0.1'));
    await name.find();
    await after(60 * SECOND);
    expect(current()).toBeNull();
    const waiting = name.find();
    await after(500);
    expect(await waiting).toEqual(['10.0.0.1']);
    // The next does not wait at all: the look-up that is under way had its time.
    await after(100);
    expect(await name.find()).toEqual(['10.0.0.1']);
    expect(lookups()).toBe(2);
    pending[0]!.reject(FAILURE);
    await after(0);
    expect(current()).toEqual(['10.0.0.1']);
    // Nor does anybody while the next hangs.
    answers.push(FAILURE);
    for (let i = 0; i < 20; i++) {
      await after(SECOND);
      expect(current()).toEqual(['10.0.0.1']);
    }
    expect(lookups()).toBeLessThan(8);
  });

  it('serve an hour at most if nobody can tell', async () => {
    const { name, answers } = setUp(found(5, '10.0.0.1'));
    await name.find();
    await after(3601 * SECOND);
    answers.push(FAILURE);
    await expect(name.find()).rejects.toBe(FAILURE);
  });

  it('serve on for 30 s when the name is gone: some come and go', async () => {
    const { name, current, answers } = setUp(found(5, '10.0.0.1'), null);
    await name.find();
    await after(4 * SECOND);
    current();
    await after(0);
    expect(current()).toEqual(['10.0.0.1']);
    answers.push(found(5, '10.0.0.2'));
    await after(SECOND);
    current();
    await after(0);
    expect(current()).toEqual(['10.0.0.2']);

    for (let i = 0; i < 40; i++) answers.push(null);
    for (let i = 0; i < 31; i++) {
      await after(SECOND);
      current();
    }
    await after(0);
    expect(current()).toBeNull();
    await expect(name.find()).rejects.toMatchObject({ kind: 'dns', message: /no such name/ });
  });

  it('that are none are asked for again after a second', async () => {
    const { name, answers, lookups } = setUp(null);
    for (let i = 0; i < 3; i++) await expect(name.find()).rejects.toMatchObject({ kind: 'dns' });
    expect(lookups()).toBe(1);
    await after(SECOND);
    answers.push(found(5, '10.0.0.1'));
    expect(await name.find()).toEqual(['10.0.0.1']);
  });

  it('are not waited for longer than 10 s', async () => {
    const { name } = setUp();
    const waiting = expect(name.find()).rejects.toMatchObject({ kind: 'dns' });
    await after(10 * SECOND);
    await waiting;
  });
});

describe('names', () => {
  it('of addresses are the addresses', async () => {
    const names = new Names(() => Promise.reject(new Error('looked up')));
    for (const address of ['10.0.0.1', '::1']) {
      expect(names.of(address).current(0)).toEqual([address]);
      expect(await names.of(address).find()).toEqual([address]);
    }
  });

  it('are remembered, the ones asked for last', () => {
    const names = new Names(() => Promise.resolve(null));
    const first = names.of('first');
    const second = names.of('second');
    for (let i = 0; i < 1022; i++) names.of(`n${i}`);
    expect(names.of('first')).toBe(first);
    names.of('one more');
    expect(names.of('first')).toBe(first);
    expect(names.of('second')).not.toBe(second);
  });
});
