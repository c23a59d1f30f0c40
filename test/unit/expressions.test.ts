import process from 'node:process';
import { checkSync } from 'recheck';
import { describe, expect, it } from 'vitest';
import { parse, type Tree } from '../../src/vars/regexp/syntax.ts';
import { type Expression, expressionsInSource, expressionsOf } from '../support/expressions.ts';
import { degree, LINEAR } from '../support/growth.ts';

// In this process. The faster ones are programs of their own, and this is fast enough.
process.env['RECHECK_SYNC_BACKEND'] = 'pure';

/**
 * Linear, though the checker cannot tell: it knows nothing of looks around, and is slow where there are many ways
 * on. Each with texts that are the costliest for it, by size.
 */
const MEASURED: Readonly<Record<string, readonly ((size: number) => string)[]>> = {
  '/(?:-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|true|false|null)(?![\\w.+-])/y': [
    (size) => `${'1'.repeat(size)}x`,
    (size) => `1.${'1'.repeat(size)}x`,
    (size) => `1e${'1'.repeat(size)}x`,
    (size) => `1${'0'.repeat(size / 2)}.${'1'.repeat(size / 2)}e`,
  ],
  '/^\\s*\\{\\s*?\\n(\\t| {1,10})(?=\\S)/': [
    (size) => ' '.repeat(size),
    (size) => `{${' '.repeat(size)}`,
    (size) => `{${'\n'.repeat(size)}`,
    (size) => `{${'\n         '.repeat(size / 10)}`,
    (size) => `{${'\n\t'.repeat(size / 2)}`,
  ],
  '/^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_-])?$/': [
    (size) => 'a'.repeat(size),
    (size) => `a${'.'.repeat(Math.min(size, 252))}`,
  ],
  // Each way begins with other characters than the others, so that there is never a second one to try.
  '/(?:%[0-7][\\da-f]|%(?:c[2-9a-f]|d[\\da-f])%[89ab][\\da-f]|%(?:e0%[ab]|e[1-9a-cef]%[89ab]|ed%[89])[\\da-f]%[89ab][\\da-f]|%(?:f0%[9ab]|f[1-3]%[89ab]|f4%8)[\\da-f]%[89ab][\\da-f]%[89ab][\\da-f])+/gi':
    [
      (size) => '%'.repeat(size),
      (size) => '%ff'.repeat(size / 3),
      (size) => '%f0%90%80'.repeat(size / 9),
      (size) => `${'%41'.repeat(size / 3)}%`,
      (size) => `${'%f0%90%80%80'.repeat(size / 12)}%f0%90%80%8`,
    ],
};

/** Not known beforehand, each with the reason why it is harmless. */
const MADE_LATER: Readonly<Record<string, string>> = {
  'config/schema.ts: new RegExp(source)': 'what is handed to pattern() is looked at there',
  'vars/regexp/alphabet.ts: new RegExp(`^(?:${set})$`, flags)': 'sees one character at a time',
  'vars/regexp/regexp.ts: new RegExp(source, flags)':
    'is never run: does the engine take it at all?',
};

const all = expressionsInSource();
const known = all.filter(({ regex }) => regex !== null);

/** Why an expression is not known to be linear; `null` when it is. */
function doubt({ regex }: Expression): string | null {
  const { source, flags } = regex!;
  // Without a repeat that has no limit, the time for each place is bounded by the ways on from there.
  const many = ways(parse(source));
  if (many < Infinity) return many <= 10_000 ? null : 'exponential, though bounded';
  const found = checkSync(source, flags, { checker: 'automaton', timeout: 90_000 });
  if (found.status === 'unknown') return `the checker does not know (${found.error.kind})`;
  return found.complexity.type === 'linear' ? null : found.complexity.summary;
}

/** How many ways there are through a pattern. */
function ways(tree: Tree): number {
  switch (tree.kind) {
    case 'look':
      return ways(tree.of);
    case 'choice':
      return tree.of.reduce((sum, part) => sum + ways(part), 0);
    case 'sequence':
      return tree.of.reduce((product, part) => product * ways(part), 1);
    case 'repeat': {
      if (tree.most === Infinity) return Infinity;
      const one = ways(tree.of);
      let sum = 0;
      for (let times = tree.least; times <= tree.most; times += 1) sum += one ** times;
      return sum;
    }
    default:
      return 1;
  }
}

const nameOf = ({ regex }: Expression) => `/${regex!.source}/${regex!.flags}`;

const HELP = `
not known to take time in proportion to the text, which may be a stranger's. Write it so that no two repeats
that can take the same characters follow each other, that no repeat holds another that ends like it
begins, and with ^ in front, or walk the text with indexOf. If it is linear and the checker cannot
tell, put it on the list MEASURED in test/unit/expressions.test.ts, with its costliest texts.`;

describe('regular expressions in the source', () => {
  it('are found', () => {
    expect(known.length).toBeGreaterThan(80);
    const text = [
      "const A = '[ab]'; const B = String.raw`\\d+${A}`;",
      "const c = new RegExp(`^${A}${B}$` + 'x', 'i');",
      'const d = text.replace(/a+/g, RegExp(unknown));',
    ].join('\n');
    expect(expressionsOf('file.ts', text).map(({ regex }) => regex)).toEqual([
      { source: '^[ab]\\d+[ab]$x', flags: 'i' },
      { source: 'a+', flags: 'g' },
      null,
    ]);
  });

  it('that are made later are known, with the reason why they do no harm', () => {
    const later = all.filter(({ regex }) => regex === null);
    expect(later.map(({ file, text }) => `${file}: ${text}`).toSorted()).toEqual(
      Object.keys(MADE_LATER).toSorted(),
    );
  });

  const judged = new Map(known.map((one) => [nameOf(one), one]));
  for (const name of Object.keys(MEASURED)) judged.delete(name);
  it.each([...judged])(
    'are linear: %s',
    (name, expression) => {
      const found = doubt(expression);
      expect(found, `${expression.file}: ${name}: ${found}${HELP}`).toBeNull();
    },
    120_000,
  );

  it.each(Object.entries(MEASURED))('are linear by measurement: %s', (name, texts) => {
    const expression = known.find((one) => nameOf(one) === name);
    expect(expression, 'it is not in the source any more: take it off the list').toBeDefined();
    const { source, flags } = expression!.regex!;
    for (const text of texts) {
      const grown = degree((size) => {
        const [regex, input] = [new RegExp(source, flags), text(size)];
        return () => {
          regex.lastIndex = 0;
          return regex.test(input);
        };
      });
      expect(grown).toBeLessThan(LINEAR);
    }
  });

  it('that are quadratic or worse do not pass', () => {
    const quadratic = [
      '^\\s*x?\\s*$',
      '^[0-9]+\\.?[0-9]*$',
      '\\[.*\\]',
      '^(a+)+$',
      '(?:a?){30}a{30}',
      '\\s+$',
    ];
    for (const source of quadratic) {
      const expression = { file: '', text: '', regex: { source, flags: '' } };
      expect([source, doubt(expression)]).not.toEqual([source, null]);
    }
  });
});
