import { describe, expect, it } from 'vitest';
import { automaton, fieldRules } from '../../../src/http1/grammar.ts';
import { Backlog, LineReader } from '../../../src/http1/line-reader.ts';
import { cut } from './pieces.ts';

const FIELDS = automaton(fieldRules());
const WITH_FIRST_LINE = automaton([['start', 'x', 'name'], ...fieldRules()]);
const reader = (maxFields = Infinity) => new LineReader(FIELDS, 'line', maxFields);
const bytes = (text: string) => Buffer.from(text, 'latin1');

describe('lines', () => {
  it('are taken up to the empty one, from where they begin', () => {
    const lines = reader();
    expect([lines.status, lines.length, lines.text]).toEqual(['more', 0, '']);
    expect(lines.read(bytes('..A: 1\r\n'), 2, 100)).toBe(8);
    expect([lines.status, lines.length, lines.text]).toEqual(['more', 6, 'A: 1\r\n']);
    expect([lines.slice(0, 1), lines.slice(3, 100)]).toEqual(['A', '1\r\n']);
    expect(lines.read(bytes('B: \xe9\r\n\r\nbehind'), 0, 100)).toBe(8);
    expect([lines.status, lines.length]).toEqual(['whole', 14]);
    expect(lines.text).toBe('A: 1\r\nB: \xe9\r\n\r\n');
  });

  it('are taken no further once they are over', () => {
    const lines = reader();
    lines.read(bytes('\r\n'), 0, 100);
    expect([lines.read(bytes('A: 1\r\n'), 3, 100), lines.text]).toEqual([3, '\r\n']);
    const bad = reader();
    expect(bad.read(bytes('A 1\r\n'), 0, 100)).toBe(2);
    expect([bad.read(bytes(': 1\r\n\r\n'), 0, 100), bad.status, bad.text]).toEqual([
      0,
      'bad',
      'A ',
    ]);
  });

  it('keep the last state in which more was to come', () => {
    const lines = reader();
    lines.read(bytes('A: 1'), 0, 100);
    expect(lines.state).toBe(FIELDS.of('value'));
    lines.read(bytes('\0'), 0, 100);
    expect([lines.status, lines.state]).toEqual(['bad', FIELDS.of('value')]);
  });

  it('are no longer than the limit, whatever came before', () => {
    const lines = reader();
    expect(lines.read(bytes('A: 123'), 0, 4)).toBe(4);
    expect(lines.read(bytes('A: 123'), 4, 5)).toBe(5);
    expect(lines.read(bytes('A: 123'), 5, 5)).toBe(5);
    expect([lines.status, lines.text]).toEqual(['more', 'A: 12']);
    expect(lines.read(bytes('A: 123\r\n\r\n'), 5, 10)).toBe(10);
    expect(lines.status).toBe('whole');
  });

  it('are no more than the limit: nothing is read behind the end of one too many', () => {
    for (const start of ['', 'x: the first line\r\n']) {
      const grammar = start === '' ? FIELDS : WITH_FIRST_LINE;
      const lines = new LineReader(grammar, start === '' ? 'line' : 'start', 2);
      const two = bytes(`${start}A: 1\r\nB: 2\r\n`);
      expect([lines.read(two, 0, 100), lines.status]).toEqual([two.length, 'more']);
      expect([lines.read(bytes('C: 3\r'), 0, 100), lines.status]).toEqual([5, 'more']);
      expect([lines.read(bytes('\nD'), 0, 100), lines.status]).toEqual([1, 'crowded']);
      expect([lines.read(bytes('D'), 0, 100), lines.text]).toEqual([0, `${two}C: 3\r\n`]);
    }
  });

  it.each([
    ['A', 1],
    ['A: 1', 4],
    ['A: 1\r', 4],
    ['A: 1\r\n', 4],
    ['A: 1\r\n\r', 4],
    ['A: 1\r\nB', 7],
  ])('%j has %i bytes, but for its end', (text, content) => {
    const lines = reader();
    lines.read(bytes(text), 0, 100);
    const limits = [content - 1, content, text.length, 100];
    expect(limits.map((limit) => lines.exceeds(limit))).toEqual([true, false, false, false]);
  });
});

describe('a backlog', () => {
  it('has what is added to it, without what is skipped', () => {
    const backlog = new Backlog(bytes('ab'));
    backlog.add(bytes('.cde.'), 1, 4);
    expect([backlog.text, backlog.length]).toEqual(['abcde', 5]);
    backlog.skip(3);
    expect([backlog.text, backlog.length]).toEqual(['de', 2]);
    backlog.add(bytes('fg'));
    expect([backlog.bytes.toString(), backlog.slice(1, 3)]).toEqual(['defg', 'ef']);
  });

  it('holds as much as comes, in pieces of any size', () => {
    const whole = Array.from({ length: 2000 }, (_, i) => String.fromCharCode(33 + (i % 89)));
    for (const size of [1, 200, 2000]) {
      const backlog = new Backlog();
      for (const piece of cut(whole.join(''), size)) backlog.add(bytes(piece));
      expect(backlog.text === whole.join('')).toBe(true);
    }
  });
});
