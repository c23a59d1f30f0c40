import { describe, expect, it } from 'vitest';
import { hasMember, members, trimmed } from '../../../src/http/list.ts';

describe('members of a list', () => {
  it.each([
    ['', []],
    [' \t', []],
    [',', []],
    [', ,\t,', []],
    ['a', ['a']],
    ['a,b', ['a', 'b']],
    [' a ,\tb\t', ['a', 'b']],
    [',a,,b,', ['a', 'b']],
    ['a b, c', ['a b', 'c']],
    ['Close, TE', ['Close', 'TE']],
    ['\u00a0a\u00a0', ['\u00a0a\u00a0']],
  ])('%j: %j', (list, expected) => {
    expect(members(list)).toEqual(expected);
  });
});

describe('whether a list has `close`', () => {
  it.each([
    [undefined, false],
    ['', false],
    ['close', true],
    ['CLOSE', true],
    ['keep-alive, close', true],
    ['close,keep-alive', true],
    ['\tclose ,te', true],
    ['te, , close', true],
    ['closed', false],
    ['closes, enclose', false],
    ['clos, e', false],
    ['keep close', false],
    ['close\u00a0', false],
  ])('%j: %s', (list, expected) => {
    expect(hasMember(list, 'close')).toBe(expected);
  });
});

describe('a text without the white space around it', () => {
  it.each([
    ['', ''],
    ['  ', ''],
    [' \ta b\t ', 'a b'],
    ['a', 'a'],
    // White space to JavaScript, and none to HTTP.
    ['\u00a0a\v', '\u00a0a\v'],
    ['\na\r', '\na\r'],
  ])('%j: %j', (text, expected) => {
    expect(trimmed(text)).toBe(expected);
  });

  it('is looked for between two offsets alone', () => {
    expect(trimmed('ab  cd', 2, 4)).toBe('');
    expect(trimmed('a b c d', 1, 6)).toBe('b c');
    expect(trimmed('a b ', 1)).toBe('b');
  });
});
