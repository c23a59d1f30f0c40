import { describe, expect, it } from 'vitest';
import { forwardTarget, matchPath, originForm } from '../../../src/http/target.ts';
import { random } from '../../support/random.ts';

describe('originForm', () => {
  it.each([
    ['/a?b', '/a?b'],
    ['*', '*'],
    ['', '/'],
    ['?x=1', '/?x=1'],
    ['http://evil/x?y', '/x?y'],
    ['HTTPS://evil:8443/x', '/x'],
    ['http://u:p@evil/x', '/x'],
    ['http://evil', '/'],
    ['http://evil?y', '/?y'],
    ['http://[::1]:80//x', '//x'],
    ['/http://evil/x', '/http://evil/x'],
    ['/a#/../b', '/a'],
    ['/a?b#c', '/a?b'],
    ['example.com:443', '/example.com:443'],
  ])('%j -> %j', (target, expected) => {
    expect(originForm(target)).toBe(expected);
  });
});

describe('forwardTarget keeps the bytes', () => {
  it.each([
    '/',
    '/hello',
    '/a%2Fb',
    '/a%2fb?x=%2F',
    '//a//b/',
    '/a;v=1/b;',
    '/a?',
    '/a??b=/../c',
    '/%zz%',
    '/%C3%A9%ff',
    '/.well-known/x',
    '/...',
    '/a/..b/c../.d',
    '/%2e%2e%2e',
    '/a%2f..%2fb',
    '/a+b%20c',
    '*',
  ])('%s', (target) => {
    expect(forwardTarget(target)).toBe(target);
  });
});

describe('forwardTarget resolves dot segments', () => {
  it.each([
    ['/a/../b', '/b'],
    ['/a/%2e%2e/b', '/b'],
    ['/a/.%2E/b?x=/../y', '/b?x=/../y'],
    ['/a/./b', '/a/b'],
    ['/a/%2e/b', '/a/b'],
    ['/a/..', '/'],
    ['/a/.', '/a/'],
    ['/a/b/..?', '/a/?'],
    ['/../../etc/passwd', '/etc/passwd'],
    ['/a//../b', '/a/b'],
    ['/a%2Fb/../c%2F', '/c%2F'],
    ['/a\\..\\b', '/a%5C..%5Cb'],
    ['/a?b\\c', '/a?b\\c'],
    ['http://evil/a/../b', '/b'],
    ['http://evil?y', '/?y'],
  ])('%s -> %s', (target, expected) => {
    expect(forwardTarget(target)).toBe(expected);
  });
});

describe('matchPath', () => {
  it.each([
    ['/', '/'],
    ['/hello', '/hello'],
    ['/hello?x=1', '/hello'],
    ['/hello?', '/hello'],
    ['/a/', '/a/'],
    ['', '/'],
    ['*', '*'],
    ['http://evil/x?y', '/x'],
    ['//', '/'],
    ['//a///b//', '/a/b/'],
    ['/a/../b', '/b'],
    ['/a/%2e%2e/b', '/b'],
    ['/a%2f..%2fb', '/b'],
    ['/a%2f%2e%2e%2fb', '/b'],
    ['/a/..', '/'],
    ['/a/b/..', '/a/'],
    ['/a/.', '/a/'],
    ['/../../b', '/b'],
    ['/.well-known/x', '/.well-known/x'],
    ['/a%20b%3Fc', '/a b?c'],
    ['/caf%C3%A9', '/café'],
    ['/caf%C3%A9/%zz', '/café/%zz'],
    ['/%ff%2fx', '/%ff/x'],
    ['/%ff/%2e%2e%2fadmin', '/admin'],
    ['/%252e%252e/b', '/%2e%2e/b'],
    ['/%ff%2541', '/%ff%41'],
    ['/%', '/%'],
    ['/a%5Cb', '/a\\b'],
    ['/a\\..\\b', '/a\\..\\b'],
    ['/a#/../b', '/a'],
    ['/a;v=1/b', '/a;v=1/b'],
  ])('%s -> %s', (target, expected) => {
    expect(matchPath(target)).toBe(expected);
  });
});

describe('what is matched is what is sent', () => {
  const next = random(3);
  const pieces = [
    '/',
    '/',
    '/',
    '.',
    '..',
    '%2e',
    '%2F',
    '%5c',
    '\\',
    'a',
    'b',
    '?',
    '%ff',
    '%',
    '#',
  ];
  const targets = Array.from({ length: 20_000 }, () => {
    const length = Math.floor(next() * 12);
    const tail = Array.from({ length }, () => pieces[Math.floor(next() * pieces.length)]);
    return `/${tail.join('')}`;
  });

  it('for any spelling', () => {
    for (const target of targets) {
      const sent = forwardTarget(target);
      expect([target, matchPath(sent)]).toEqual([target, matchPath(target)]);
      expect(forwardTarget(sent)).toBe(sent);
    }
  });

  it('and a URL parser does not change it any more', () => {
    for (const target of targets) {
      const sent = forwardTarget(target);
      expect(new URL(`http://upstream${sent}`).href).toBe(`http://upstream${sent}`);
    }
  });
});
