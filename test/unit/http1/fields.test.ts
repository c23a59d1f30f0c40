import { describe, expect, it } from 'vitest';
import {
  fieldLines,
  parseFieldLines,
  isPersistent,
  withoutSpaceBeforeColon,
} from '../../../src/http1/fields.ts';

it('fields and lines are one thing, written in two ways', () => {
  const fields = ['A', '1', 'b', '', 'A', 'x: y'];
  expect(fieldLines(fields)).toBe('A: 1\r\nb: \r\nA: x: y\r\n');
  expect(parseFieldLines(fieldLines(fields))).toEqual(fields);
  expect([fieldLines([]), parseFieldLines('')]).toEqual(['', []]);
  expect(parseFieldLines('A:1 \t\r\nB: \t2\r\n')).toEqual(['A', '1', 'B', '2']);
});

describe('spaces before a colon', () => {
  it.each([
    ['\r\nA : 1', '\r\nA: 1'],
    ['\r\nA \t : 1\r\nB-c\t:2', '\r\nA: 1\r\nB-c:2'],
    ["\r\n!#$%&'*+-.^_`|~9 :", "\r\n!#$%&'*+-.^_`|~9:"],
    // Not in a value, nor in what is no name.
    ['\r\nA: b : c', '\r\nA: b : c'],
    ['\r\nA b : c', '\r\nA b : c'],
    ['A : 1', 'A : 1'],
    ['\r\nA: 1', '\r\nA: 1'],
  ])('of %j: %j', (text, mended) => {
    expect(withoutSpaceBeforeColon(text)).toBe(mended);
  });
});

describe('whether a connection outlives a message', () => {
  it.each([
    [true, undefined, true],
    [false, undefined, false],
    [true, '', true],
    [false, '', false],
    [true, 'close', false],
    [true, 'Keep-Alive, Close', false],
    [false, 'Keep-Alive', true],
    [false, 'keep-alive, close', false],
    [false, 'x', false],
    [true, 'x', true],
    [true, 'closed', true],
  ])('of HTTP/1.1 %s with Connection %j: %s', (http11, connection, expected) => {
    expect(isPersistent(http11, connection)).toBe(expected);
  });
});
