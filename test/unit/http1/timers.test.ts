import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TransportError } from '../../../src/http/transport.ts';
import { Deadline, ExchangeTimers } from '../../../src/http1/timers.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const pass = (milliseconds: number) => void vi.advanceTimersByTime(milliseconds);

describe('a deadline', () => {
  /** A deadline, and when it expired: milliseconds from now. */
  function setUp() {
    const start = performance.now();
    const expired: number[] = [];
    const deadline = new Deadline(() => expired.push(performance.now() - start));
    return { deadline, expired, start };
  }

  it('expires once, when its time is over', () => {
    const { deadline, expired } = setUp();
    deadline.set(1000);
    pass(999);
    expect(expired).toEqual([]);
    pass(10_000);
    expect(expired).toEqual([1000]);
  });

  it('does not expire before it is set', () => {
    const { deadline, expired } = setUp();
    pass(10_000);
    expect([deadline.at, expired, vi.getTimerCount()]).toEqual([Infinity, [], 0]);
  });

  it('moves without another timer', () => {
    const { deadline, expired } = setUp();
    deadline.set(1000);
    const timers = vi.spyOn(globalThis, 'setTimeout');
    for (let moved = 0; moved < 9; moved++) {
      pass(100);
      deadline.set(1000);
    }
    expect(timers).not.toHaveBeenCalled();
    pass(999);
    expect(expired).toEqual([]);
    pass(1);
    expect(expired).toEqual([1900]);
    // The first was left to fire, and looked how much was left.
    expect(timers.mock.calls.map(([, milliseconds]) => milliseconds)).toEqual([900]);
    timers.mockRestore();
  });

  it('may move forward, which takes another timer in place of the first', () => {
    const { deadline, expired } = setUp();
    deadline.set(10_000);
    deadline.set(100);
    expect(vi.getTimerCount()).toBe(1);
    pass(100);
    expect(expired).toEqual([100]);
    pass(20_000);
    expect(expired).toEqual([100]);
  });

  it('is no later than the limit that is given with it', () => {
    const { deadline, expired, start } = setUp();
    deadline.set(1000, start + 300);
    expect(deadline.at).toBe(start + 300);
    deadline.set(200, start + 300);
    expect(deadline.at).toBe(start + 200);
    deadline.set(Infinity, start + 400);
    pass(1000);
    expect(expired).toEqual([400]);
  });

  it('does not expire when it is cleared, and may be set again', () => {
    const { deadline, expired } = setUp();
    deadline.set(1000);
    pass(500);
    deadline.clear();
    expect(deadline.at).toBe(Infinity);
    pass(10_000);
    expect([expired, vi.getTimerCount()]).toEqual([[], 0]);
    deadline.set(1000);
    pass(1000);
    expect(expired).toEqual([11_500]);
  });

  it('may be set anew when it expires', () => {
    let expired = 0;
    const deadline = new Deadline(() => {
      expired++;
      deadline.set(1000);
    });
    deadline.set(1000);
    pass(3500);
    expect(expired).toBe(3);
  });

  it('leaves no timer behind when it is disposed of', () => {
    const { deadline, expired } = setUp();
    deadline.set(1000);
    deadline.dispose();
    expect([deadline.at, vi.getTimerCount()]).toEqual([Infinity, 0]);
    pass(10_000);
    expect(expired).toEqual([]);
  });

  it.each([
    [1, true],
    [2, false],
  ])('has come when a timer fires %i ms early: %s', (early, isOver) => {
    const { deadline, expired } = setUp();
    deadline.set(1000);
    // The timer fires as it was told to, and the clock says that it is not time yet.
    const clock = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 1000 - early);
    pass(1000);
    expect(expired.length > 0).toBe(isOver);
    clock.mockRestore();
    pass(early);
    expect(expired).toHaveLength(1);
  });
});

describe('the timers of an exchange', () => {
  /** An exchange that is under way, and the error that ended it. */
  function setUp(timeouts = { connect: 1000, send: 2000, read: 3000 }, limit = Infinity) {
    const errors: TransportError[] = [];
    const timers = new ExchangeTimers((error) => errors.push(error));
    timers.begin(timeouts, performance.now() + limit);
    const said = () => errors.map(({ kind, message, unsent }) => [kind, message, unsent]);
    return { timers, said };
  }

  it.each([
    ['connect', 1000, 'no connection within 1 s'],
    ['send', 2000, 'the request was not taken within 2 s'],
    ['read', 3000, 'no response within 3 s'],
  ] as const)('end one that waits too long to %s', (wait, milliseconds, message) => {
    const { timers, said } = setUp();
    timers.start(wait);
    pass(milliseconds - 1);
    expect(said()).toEqual([]);
    pass(20_000);
    expect(said()).toEqual([['timeout', message, false]]);
  });

  it('say parts of a second', () => {
    const { timers, said } = setUp({ connect: 250, send: 1, read: 1 });
    timers.start('connect');
    pass(250);
    expect(said()).toEqual([['timeout', 'no connection within 0.25 s', false]]);
  });

  it('start anew with each sign of life', () => {
    const { timers, said } = setUp();
    timers.start('connect');
    pass(900);
    timers.start('send');
    pass(1900);
    timers.start('read');
    for (let pieces = 0; pieces < 3; pieces++) {
      pass(2900);
      timers.start('read');
    }
    expect(said()).toEqual([]);
    pass(3000);
    expect(said()).toEqual([['timeout', 'no response within 3 s', false]]);
  });

  it('do not run while the server owes nothing', () => {
    const { timers, said } = setUp();
    timers.start('read');
    timers.pause();
    pass(100_000);
    expect(said()).toEqual([]);
    timers.start('read');
    pass(3000);
    expect(said()).toHaveLength(1);
  });

  it.each([
    ['though there are signs of life', (timers: ExchangeTimers) => timers.start('read')],
    ['though the server owes nothing', (timers: ExchangeTimers) => timers.pause()],
  ])('end one whose whole time is over %s', (_, sign) => {
    const { timers, said } = setUp(undefined, 5000);
    timers.start('read');
    pass(2500);
    sign(timers);
    pass(2499);
    expect(said()).toEqual([]);
    pass(1);
    expect(said()).toEqual([['timeout', 'no response within 3 s', false]]);
  });

  it.each([true, false])('say nothing of one that is over, was its client slow (%s)', (isSlow) => {
    const { timers, said } = setUp();
    timers.start('read');
    timers.awaitDrain(true);
    timers.clientIsSlow(isSlow);
    timers.end();
    pass(100_000);
    expect(said()).toEqual([]);
  });

  it('leave nothing behind when they are disposed of', () => {
    const { timers, said } = setUp();
    timers.start('read');
    timers.awaitDrain(true);
    expect(vi.getTimerCount()).toBe(2);
    timers.dispose();
    expect(vi.getTimerCount()).toBe(0);
    pass(100_000);
    expect(said()).toEqual([]);
  });

  it('serve the next exchange of the connection, with its own times', () => {
    const { timers, said } = setUp();
    timers.start('read');
    timers.clientIsSlow(true);
    timers.end();
    pass(10_000);
    timers.begin({ connect: 1, send: 500, read: 9000 }, Infinity);
    timers.start('read');
    timers.awaitDrain(true);
    pass(499);
    expect(said()).toEqual([]);
    // The client of the exchange before was slow, which is forgotten.
    pass(1);
    expect(said()).toEqual([['timeout', 'the request was not taken within 0.5 s', false]]);
  });
});

describe('a body that is sent while the answer comes', () => {
  function setUp() {
    const errors: string[] = [];
    const timers = new ExchangeTimers(({ message }) => errors.push(message));
    timers.begin({ connect: 1000, send: 2000, read: 60_000 }, Infinity);
    timers.start('read');
    timers.awaitDrain(true);
    return { timers, errors };
  }
  const NOT_TAKEN = ['the request was not taken within 2 s'];

  it('has to be taken in time', () => {
    const { timers, errors } = setUp();
    pass(1999);
    // What is read of the answer says nothing of the body.
    timers.start('read');
    expect(errors).toEqual([]);
    pass(1);
    expect(errors).toEqual(NOT_TAKEN);
  });

  it('is waited for no more once it is taken', () => {
    const { timers, errors } = setUp();
    timers.awaitDrain(false);
    pass(59_999);
    expect(errors).toEqual([]);
  });

  it('may wait as long as the client keeps the answer waiting, and then gets its whole time', () => {
    const { timers, errors } = setUp();
    timers.clientIsSlow(true);
    timers.pause();
    pass(100_000);
    expect(errors).toEqual([]);
    timers.clientIsSlow(false);
    pass(1999);
    expect(errors).toEqual([]);
    pass(1);
    expect(errors).toEqual(NOT_TAKEN);
  });
});
