import { expect, it } from 'vitest';
import { automaton, BAD, END } from '../../../src/http1/automaton.ts';

const byte = (text: string) => text.charCodeAt(0);

it('goes from state to state, each numbered as the rules name it', () => {
  const { next, of } = automaton([
    ['start', /[a-c]/, 'more'],
    ['more', /[a-c]/, 'more'],
    ['more', '.', 'end'],
    ['start', '!', 'bad'],
  ]);
  const after = (state: string, text: string) => next[(of(state) << 8) | byte(text)];
  expect([of('start'), of('more')]).toEqual([2, 3]);
  expect(after('start', 'a')).toBe(3);
  expect(after('more', 'c')).toBe(3);
  expect(after('more', '.')).toBe(END);
  for (const [state, text] of [
    ['start', '.'],
    ['start', '!'],
    ['more', 'd'],
    ['more', '\0'],
    ['more', '\xff'],
  ] as const)
    expect(after(state, text)).toBe(BAD);
});

it('knows all bytes, the first and the last included', () => {
  const { next, of } = automaton([
    ['start', /[\0\xff]/, 'end'],
    ['start', '\x01', 'start'],
  ]);
  const row = next.subarray(of('start') << 8);
  expect([row[0], row[1], row[2], row[0xfe], row[0xff]]).toEqual([END, 2, BAD, BAD, END]);
});

it('of two rules about a byte the later is in force', () => {
  const { next, of } = automaton([
    ['start', /./, 'start'],
    ['start', 'x', 'end'],
  ]);
  expect(next[(of('start') << 8) | byte('x')]).toBe(END);
});

it('has no state that leads nowhere', () => {
  expect(() => automaton([['start', 'a', 'nowhere']])).toThrow('a state without rules');
});
