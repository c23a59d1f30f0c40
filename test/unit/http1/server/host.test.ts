import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../../../src/http1/protocol-error.ts';
import { authorityOf, urlHost } from '../../../../src/http1/server/host.ts';

describe('whom a request is for', () => {
  it.each([
    ['/', 'a', 'a'],
    ['/', 'a.b.c:80', 'a.b.c:80'],
    ['/', '127.0.0.1:9080', '127.0.0.1:9080'],
    ['*', '[::1]', '[::1]'],
    ['http://b', 'a', 'b'],
    // No target in absolute form, though it holds what looks like one.
    ['/http://b/', 'a', 'a'],
    ['/?http://u@b', 'a', 'a'],
  ])('%s with Host %s: %s', (target, host, authority) => {
    expect(authorityOf(target, host, true)).toBe(authority);
  });

  it.each(['/a', '?a', '@a', 'a./b', 'a.b/', 'a.b@', 'a:x', 'a:/', 'a.b:80/', 'u@a.b'])(
    'is not said by Host %s',
    (host) => {
      expect(() => authorityOf('/', host, true)).toThrow(ProtocolError);
    },
  );
});

describe('the host for a URL', () => {
  it.each([
    ['a', 'a'],
    ['a.b:80', 'a.b:80'],
    ['127.0.0.1', '127.0.0.1'],
    ['1.2.3.4', '1.2.3.4'],
    ['[::1]:80', '[::1]:80'],
    // Names that no URL can hold.
    ['1.2.3.4.5', 'invalid'],
    ['', 'invalid'],
  ])('%j: %s', (host, expected) => {
    expect(urlHost(host)).toBe(expected);
  });
});
