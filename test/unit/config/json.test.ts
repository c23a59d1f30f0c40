import { describe, expect, it } from 'vitest';
import { parseJson } from '../../../src/config/json.ts';

function slip(text: string): string {
  const parsed = parseJson(text);
  return parsed.ok ? 'accepted' : parsed.faults.map((fault) => fault.message).join();
}

describe('text that is not JSON', () => {
  it.each([
    ['', 1, 1, 'a value', 'the end of the text'],
    [' \n ', 2, 2, 'a value', 'the end of the text'],
    ['{', 1, 2, 'a key in double quotes or "}"', 'the end of the text'],
    ['[', 1, 2, 'a value or "]"', 'the end of the text'],
    ['{"a":1,}', 1, 8, 'a key in double quotes', '"}"'],
    ['[1,]', 1, 4, 'a value', '"]"'],
    ['[1 2]', 1, 4, '"," or "]"', '"2"'],
    ['{"a":1 "b":2}', 1, 8, '"," or "}"', '"\\""'],
    ['{"a" 1}', 1, 6, '":"', '"1"'],
    ['{a:1}', 1, 2, 'a key in double quotes or "}"', '"a"'],
    ["{'a':1}", 1, 2, 'a key in double quotes or "}"', '"\'"'],
    ['{\r\n  "a": tru\r\n}', 2, 8, 'a value', '"tru"'],
    ['{\n\n"a": undefined}', 3, 6, 'a value', '"undefined"'],
    ['[1] x', 1, 5, 'nothing more', '"x"'],
    ['{}{}', 1, 3, 'nothing more', '"{"'],
    ['// note\n{}', 1, 1, 'a value', 'a comment'],
    ['{"a":1 /* x */}', 1, 8, '"," or "}"', 'a comment'],
    ['"abc', 1, 5, 'a closing quote', 'the end of the text'],
    ['["a\nb"]', 1, 4, 'a valid character or escape in a string', '"\\n"'],
    ['"\\x"', 1, 2, 'a valid character or escape in a string', '"\\\\"'],
    ['{"a\\u12":1}', 1, 4, 'a valid character or escape in a string', '"\\\\"'],
    ['01', 1, 1, 'a value', '"01"'],
    ['[+1]', 1, 2, 'a value', '"+1"'],
    ['[1.]', 1, 2, 'a value', '"1."'],
    ['[NaN]', 1, 2, 'a value', '"NaN"'],
    ['[\u{1F600}]', 1, 2, 'a value or "]"', '"\u{1F600}"'],
    ['#END', 1, 1, 'a value', '"#"'],
  ])('%j', (text, line, column, expected, got) => {
    const said = slip(text);
    const where = `invalid JSON at line ${line}, column ${column}: expected `;
    expect(said.startsWith(where)).toBe(true);
    // In an empty list a value and the closing bracket are both possible.
    expect([expected, `${expected} or "]"`]).toContain(
      said.slice(where.length, said.lastIndexOf(', got ')),
    );
    expect(said.endsWith(`, got ${got}`)).toBe(true);
  });

  it('shows little of the document', () => {
    expect(slip(`{"key": ${'secret'.repeat(100)}}`).length).toBeLessThan(120);
    expect(slip(`{"key": "${'secret'.repeat(100)}`)).not.toContain('secret');
  });

  it('survives depth and length', () => {
    expect(slip('['.repeat(300_000))).toContain('column 300001');
    expect(slip(`["${'\\n'.repeat(300_000)}`)).toContain('a closing quote');
  });
});

describe('JSON', () => {
  it.each([
    ['{"a":[1,-2.5e+3,true,null,"\\u00e9\\""],"b":{}}'],
    ['\uFEFF{}'],
    [' [ ] '],
    ['"\u007f"'],
  ])('%j is read', (text) => {
    expect(slip(text)).toBe('accepted');
  });

  it('agrees with the engine on what is JSON', () => {
    const seed = '{"a":[1,{"b":"c\\n"},null,-0.5e1],"d":{}}';
    for (let at = 0; at < seed.length; at++) {
      for (const change of ['', ',', '"', '}', ']', '\\', '0', ' ']) {
        const text = seed.slice(0, at) + change + seed.slice(at + 1);
        expect(slip(text)).toMatch(/^accepted$|^invalid JSON at line \d/);
      }
    }
  });
});
