import { describe, expect, it } from 'vitest';
import { compileRegExp } from '../../../../src/vars/regexp/regexp.ts';
import { degree, LINEAR } from '../../../support/growth.ts';
import { random } from '../../../support/random.ts';
import { EVIL, ORDINARY, VALUES } from './patterns.ts';

/** The first text about which the engine's own expression says something else, with what it says. */
function difference(pattern: string, flags: string, texts: readonly string[]) {
  const own = new RegExp(pattern, flags);
  const ours = compileRegExp(pattern, flags);
  const text = texts.find((one) => own.test(one) !== ours.test(one));
  return text === undefined ? null : { pattern, flags, text, own: own.test(text) };
}

describe('what is matched', () => {
  it.each(ORDINARY)('is what the engine matches: %s', (pattern) => {
    for (const flags of ['', 'i', 's', 'm']) expect(difference(pattern, flags, VALUES)).toBeNull();
  });

  it.each([
    ['(?:)', ['', 'a']],
    ['a||b', ['', 'c']],
    ['a{0}b', ['b', 'ab']],
    ['(?:){3}a', ['a', 'b']],
    ['(?:^){2}a', ['a', 'ba']],
    ['(?:a|){2,4}$', ['', 'aaaa', 'b']],
    ['(a*)*b', ['b', 'aab', 'aa']],
    ['a{,3}', ['a', 'a{,3}']],
    ['a{x}|{|}|]', ['a{x}', '{', '}', ']', 'b']],
    ['[\\]a]', [']', 'a', '\\']],
    ['[a\\-z]', ['-', 'b', 'z']],
    ['[\\b]', ['\b', 'b']],
    ['\\x41\\u0042\\cJ\\0', ['AB\n\0', 'AB']],
    ['\\x\\u', ['xu', 'x']],
    ['\\/\\-\\_', ['/-_', '']],
    ['.', ['\n', '\r', '\u2028', 'a', '\u{1f600}']],
    ['^.$', ['\u{1f600}', '\ud83d', 'a']],
    ['[^a]{2}', ['\u{1f600}', 'aa', 'ab', 'bb']],
    ['\\bx\\b', ['x', 'xx', 'a x!', 'éx']],
    ['\\B', ['', 'a', 'ab', ' ']],
    ['k', ['K', '\u212a', 'k']],
    ['s|ß', ['\u017f', 'S', 'ss', 'ẞ']],
    ['(?=(?!b)a)..', ['ab', 'ba', 'aa']],
    ['(?<=(?<!a)b)c', ['bc', 'abc', 'bbc']],
    ['(?<=^|,)x(?=,|$)', ['x', 'a,x,b', 'ax']],
    ['(?=a)*b', ['b', 'ab']],
    ['a(?=b){2,}', ['ab', 'a']],
    [`^a{33}b{1,40}c{0,70}$`, ['a'.repeat(33) + 'b'.repeat(40) + 'c'.repeat(70), 'a'.repeat(34)]],
    [`x${'ab'.repeat(40)}(?:y|$)`, [`x${'ab'.repeat(40)}`, `x${'ab'.repeat(39)}y`]],
    [`(?<=${'ab'.repeat(40)})c`, [`${'ab'.repeat(40)}c`, `${'ab'.repeat(39)}c`]],
    [`^(?=.{40}$)a`, ['a'.repeat(40), 'a'.repeat(41)]],
  ])('is what the engine matches, at the edges: %s', (pattern, texts) => {
    for (const flags of ['', 'i', 's', 'm', 'im'])
      expect(difference(pattern, flags, texts)).toBeNull();
  });

  it('is what the engine matches with classes of Unicode, a unit at a time', () => {
    for (const pattern of ['^\\p{L}+$', '\\P{L}', '[^\\p{Lu}]', '\\p{Script=Han}{2}', '^\\p{Ll}-$'])
      for (const flags of ['', 'i'])
        for (const text of ['é', 'É', '9', 'é-', 'aÉ', '日本', 'ab'])
          expect([pattern, flags, text, compileRegExp(pattern, flags).test(text)]).toEqual([
            pattern,
            flags,
            text,
            new RegExp(pattern, `${flags}u`).test(text),
          ]);
    expect(compileRegExp('^\\P{L}\\P{L}$', '').test('\u{1d400}')).toBe(true);
  });

  it('is what the engine matches, whatever the pattern', () => {
    const next = random(7);
    const pick = <T>(from: readonly T[]): T => from[Math.floor(next() * from.length)]!;
    for (let i = 0; i < 4000; i += 1) {
      const texts = Array.from({ length: 8 }, () => word(Math.floor(next() * 9)));
      expect(difference(pattern(4), pick(['', 'i', 's', 'm', 'im']), texts)).toBeNull();
    }

    function word(length: number): string {
      return Array.from({ length }, () => pick([...'abcAK1 \n', 'é', '\u{1f600}'])).join('');
    }
    function pattern(depth: number): string {
      const kind = depth === 0 ? 0 : Math.floor(next() * 10);
      if (kind < 4) return pick(ATOMS);
      if (kind < 6) return pattern(depth - 1) + pattern(depth - 1);
      if (kind < 7) return `(${pattern(depth - 1)}|${pattern(depth - 1)})`;
      if (kind < 9) return `(?:${pattern(depth - 1)})${pick(QUANTIFIERS)}`;
      return `${pick(['(?=', '(?!', '(?<=', '(?<!'])}${pattern(depth - 1)})`;
    }
  });

  it('is the same when there are too many states to remember', () => {
    const pattern = '^(?:[ab]*a[ab]{12})+c$';
    const next = random(3);
    const texts = Array.from({ length: 20 }, (_, i) => {
      const letters = Array.from({ length: 2000 }, () => (next() < 0.5 ? 'a' : 'b')).join('');
      return `${letters}${i % 2 === 0 ? 'c' : ''}`;
    });
    const ours = compileRegExp(pattern, '');
    const says = texts.map((text) => ours.test(text));
    // What follows from the pattern, which no engine could be asked: an `a` before the last twelve.
    expect(says).toEqual(texts.map((text) => text.endsWith('c') && text.at(-14) === 'a'));
  });
});

const ATOMS = [
  'a',
  'b',
  '[ab]',
  '[^a]',
  '.',
  '\\w',
  '\\d',
  '\\n',
  'A',
  'k',
  '\\b',
  '\\B',
  '^',
  '$',
];
const QUANTIFIERS = ['*', '+', '?', '{2}', '{1,2}', '{0,2}', '{2,}', '*?', '+?', '??'];

describe('the time it takes', () => {
  it.each(EVIL)('is in proportion to the text: $pattern', ({ pattern, attack }) => {
    const grown = degree((size) => {
      const text = attack(size);
      const matcher = compileRegExp(pattern, '');
      return () => matcher.test(text);
    });
    expect(grown).toBeLessThan(LINEAR);
  });

  it.each(EVIL)('is short: 32 KiB for $pattern', ({ pattern, attack }) => {
    const text = attack(32 * 1024);
    const start = performance.now();
    compileRegExp(pattern, '').test(text);
    // Some 15 ms for the longest here on an idle machine. Backtracking takes seconds, or centuries.
    expect(performance.now() - start).toBeLessThan(500);
  });
});

describe('what is refused', () => {
  const refused: readonly (readonly [pattern: string, reason: RegExp])[] = [
    ['(a)\\1', /'\\1' refers back to a group, which takes exponential time/],
    ['(?<x>a)\\k<x>', /'\\k' refers back/],
    ['(?>a)', /group|begins/i],
    ['(?P<x>a)', /group|begins/i],
    ['a(?i)b', /group|begins/i],
    ['(?i:a)', /group|begins/i],
    ['a++', /nothing to repeat/i],
    ['(a', /paren|group/i],
    ['a)', /unmatched|paren/i],
    ['[a', /class/i],
    ['[z-a]', /out of order/i],
    ['a{2,1}', /out of order/i],
    ['a\\', /\\/],
    ['\\p{Nonsense}', /property/i],
    ['[]a]', /no character in '\[\]'/],
    ['[^]', /no character in '\[\^\]'/],
    ['(?:a{50}b){80}', /^over 150 steps, where counts such as \{2,50\} multiply/],
    ['((a|b){100}){100}', /over 150 steps/],
    ['(?:(?:(?:a|b){999999999}){999999999}){999999999}', /over 150 steps/],
    ['a{999999999}', /over 150 steps/],
    ['a|'.repeat(250), /over 150 steps/],
    [`${'('.repeat(101)}a${')'.repeat(101)}`, /nested deeper than 100/],
    [`${'('.repeat(4000)}a${')'.repeat(4000)}`, /nested deeper than 100|too large|nested/],
    ['a'.repeat(8193), /longer than 8192 characters/],
  ];
  it.each(refused.map((row) => [row[0].slice(0, 40), ...row]))('%s', (_, pattern, reason) => {
    expect(() => compileRegExp(pattern, '')).toThrow(reason);
  });
});
