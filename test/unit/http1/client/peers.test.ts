import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Peers, type Peer } from '../../../../src/http1/client/peers.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

interface Entry {
  before: Entry | null;
  after: Entry | null;
}

function setUp(...addresses: string[]) {
  let known: readonly string[] | null = addresses;
  const gone: string[] = [];
  const source = { current: () => known, find: () => Promise.resolve(known!) };
  const peers = new Peers<Entry>(source, ({ address }) => void gone.push(address));
  const next = () => peers.next(performance.now());
  const turns = (count: number) => Array.from({ length: count }, () => next()?.address).join(' ');
  const order = (first: Peer<Entry> | null) =>
    peers.order(first, performance.now()).map(({ address }) => address);
  const change = (...to: string[]) => void (known = to);
  return { peers, next, turns, order, change, gone, forget: () => void (known = null) };
}

describe('addresses', () => {
  it('take turns', () => {
    const { turns } = setUp('a', 'b', 'c');
    expect(turns(7)).toBe('b c a b c a b');
  });

  it('that failed are passed over for 30 s', () => {
    const { next, turns, order } = setUp('a', 'b', 'c');
    const b = next()!;
    expect(b.address).toBe('b');
    b.avoid();
    expect(turns(4)).toBe('c a c a');
    // It is tried when the others have failed, too.
    expect(order(next())).toEqual(['c', 'a', 'b']);
    vi.advanceTimersByTime(30_001);
    expect(turns(3)).toBe('a b c');
  });

  it('that failed and are trusted again have their turn', () => {
    const { next, turns } = setUp('a', 'b');
    const b = next()!;
    b.avoid();
    b.trust();
    expect(turns(2)).toBe('a b');
  });

  it('that all failed take turns', () => {
    const { next, turns } = setUp('a', 'b');
    next()!.avoid();
    next()!.avoid();
    expect(turns(3)).toBe('b a b');
  });

  it('that are there still when the name changes are the same, others are gone', () => {
    const { peers, next, turns, change, gone } = setUp('a', 'b');
    const [b, a] = [next()!, next()!];
    b.avoid();
    change('b', 'c');
    expect(turns(3)).toBe('c c c');
    expect(gone).toEqual(['a']);
    expect([a.isCurrent, b.isCurrent]).toEqual([false, true]);
    expect(peers.all[0]).toBe(b);
  });

  it('go on while the name is looked up', () => {
    const { peers, turns, forget } = setUp('a', 'b');
    turns(1);
    forget();
    expect(peers.refresh(performance.now())).toBe(false);
    expect(turns(2)).toBe('a b');
  });

  it('that nobody knows are waited for', async () => {
    const { peers, next, order, change, forget } = setUp();
    forget();
    expect(next()).toBeNull();
    change('a', 'b');
    await peers.find();
    expect(order(null)).toEqual(['a', 'b']);
  });
});
