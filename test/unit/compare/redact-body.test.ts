import { describe, expect, it } from 'vitest';
import { redactedBody } from '../../../src/compare/redact-body.ts';
import { redactor } from '../../../src/compare/redact.ts';
import { compileScopes, type Scope } from '../../../src/compare/scopes.ts';
import { random } from '../../support/random.ts';
import { randomValue, written } from './random-json.ts';
import { KEY } from './responses.ts';

const hide = redactor({ headers: [], query: [], json: [] }, KEY);
const rootOf = (...json: string[]) =>
  compileScopes({ ignored: [], unordered: [], redacted: json })();

async function redacted(text: string | Uint8Array, ...pointers: string[]): Promise<string | null> {
  const body = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const found = await redactedBody(body, rootOf(...pointers), hide);
  return found === null ? null : new TextDecoder().decode(found);
}

/** The text with each value between `<` and `>` replaced by its hash. */
async function expected(text: string): Promise<string> {
  const parts = text.split(/[<>]/);
  const hashes = parts.map(async (part, i) => (i % 2 === 0 ? part : `"${await hide.hash(part)}"`));
  return (await Promise.all(hashes)).join('');
}

describe('a body of JSON', () => {
  it.each([
    ['{"a":<"s">,"b":1}', '/a'],
    [' { "a" : <"s" > }\n'.replace(' >', '> '), '/a'],
    ['[1.0,<1e400>,-0]', '/1'],
    ['<{"a":[1,{"b":2}]}>', ''],
    ['{"a":<{"b":["]",{"c":"}"}]}>,"d":[]}', '/a'],
    ['[{"p":<1>,"q":2},{"p":<null>},{"q":{"p":3}}]', '/*/p'],
    ['{"a":{"p":<1>},"p":<[2,3]>,"b":[[{"p":<"x">}]]}', '/**/p'],
    ['{"\\u0061":<"s\\"\\\\">,"b":"\\"a\\":1"}', '/a'],
    ['{"a":<1>,"a":<"2">}', '/a'],
    ['{"a/b":<1>,"":<true>}', '/a~1b', '/'],
    ['{"a":1}', '/b'],
  ])('%s', async (marked, ...pointers) => {
    expect(await redacted(marked.replaceAll(/[<>]/g, ''), ...pointers)).toBe(
      await expected(marked),
    );
  });

  it.each([
    ['no JSON', 'password=s'],
    ['JSON that is cut short', '{"a":"s"'],
    ['JSON with a comment', '{"a":"s"} // s'],
    ['two documents', '{"a":1}{"a":"s"}'],
    ['no UTF-8', new Uint8Array([0x22, 0xff, 0x22])],
    ['packed', new Uint8Array([0x1f, 0x8b, 8, 0])],
    ['too many secrets', JSON.stringify({ a: 1, b: Array(1001).fill('s') })],
  ])('%s: nothing is copied', async (_, body) => {
    expect(await redacted(body, '/a', '/b/*')).toBeNull();
  });

  it('that was made to match the pointers in too many ways is not copied', async () => {
    const names = [...'abcdefghijklmnopqrst'];
    const nested = (from: number): string => {
      const members = names.slice(from).map((name, i) => `"${name}":${nested(from + i + 1)}`);
      return members.length === 0 ? '1' : `{${members.join()}}`;
    };
    const pointers = names.map((name) => `/**/${name}/**/${name}`);
    expect(await redacted(nested(4), ...pointers)).toBeNull();
  });

  it('a byte order mark is left out', async () => {
    expect(await redacted('\ufeff{"a":1}', '/b')).toBe('{"a":1}');
  });

  it('takes any nesting and 1 MiB of anything', async () => {
    for (const text of [
      '['.repeat(100_000) + ']'.repeat(100_000),
      `[${'1,'.repeat(500_000)}1]`,
      `{"a":"${'\\\\'.repeat(500_000)}"}`,
      `[${'{"a":[]},'.repeat(100_000)}1]`,
    ])
      expect(await redacted(text, '/x', '/**/y')).toBe(text);
  });
});

it('replaces what a reader of the whole value would, in documents by chance', async () => {
  const next = random(5);
  let replaced = 0;
  for (let i = 0; i < 300; i += 1) {
    const text = written(randomValue(next, 4), next);
    const pointers = ['/a', '/*/b', '/**/c', '/0', '/b/*/*'].filter(() => next() < 0.5);
    const found = await redacted(text, ...pointers);
    const mirrored: unknown = JSON.parse(found!);
    expect(mirrored, `${text} ${pointers.join(' ')}`).toEqual(
      hidden(JSON.parse(text), rootOf(...pointers)),
    );
    replaced += found!.split('"#').length - 1;
  }
  expect(replaced).toBeGreaterThan(100);
});

/** The value as a recursive reader redacts it: hashes are of any digits. */
function hidden(value: unknown, scope: Scope): unknown {
  if (scope.redacted) return expect.stringMatching(/^#[\da-f]{8}$/);
  if (Array.isArray(value)) return value.map((one, i) => hidden(one, scope.element(i)));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value);
  return Object.fromEntries(members.map(([name, one]) => [name, hidden(one, scope.member(name))]));
}
