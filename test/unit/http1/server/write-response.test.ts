import { describe, expect, it } from 'vitest';
import {
  type OutgoingResponse,
  switchingHead,
  writeResponseHead,
} from '../../../../src/http1/server/write-response.ts';
import { outgoingFraming } from '../../../../src/http1/framing.ts';

const body = { read: () => Promise.resolve(null), cancel() {} };

function answer(rest: Partial<OutgoingResponse> = {}): OutgoingResponse {
  return { status: 200, reason: 'OK', lines: '', length: null, body: null, upgrade: null, ...rest };
}

describe('where the body of an answer ends', () => {
  it.each<[string, Partial<OutgoingResponse>, string, boolean, object]>([
    ['with a length', { length: 5, body }, 'GET', true, { kind: 'length', length: 5 }],
    ['with a length of 0', { length: 0 }, 'GET', true, { kind: 'length', length: 0 }],
    ['without a body', {}, 'GET', true, { kind: 'length', length: 0 }],
    ['with a body of any length', { body }, 'GET', true, { kind: 'chunked' }],
    ['the same in HTTP/1.0', { body }, 'GET', false, { kind: 'close' }],
    ['to HEAD', { length: 5, body }, 'HEAD', true, { kind: 'none' }],
    ['of 199', { status: 199, body }, 'GET', true, { kind: 'none' }],
    ['of 200', { status: 200, length: 1, body }, 'GET', true, { kind: 'length', length: 1 }],
    ['of 204', { status: 204, body }, 'GET', true, { kind: 'none' }],
    ['of 205', { status: 205, length: 0 }, 'GET', true, { kind: 'length', length: 0 }],
    ['of 304', { status: 304, length: 5 }, 'GET', true, { kind: 'none' }],
    ['of 404', { status: 404, body }, 'POST', true, { kind: 'chunked' }],
  ])('%s', (_, rest, method, http11, framing) => {
    expect(outgoingFraming(answer(rest), { method, http11 })).toEqual(framing);
  });
});

describe('the head of an answer', () => {
  const written = (rest: Partial<OutgoingResponse>, http11 = true, keep = true, method = 'GET') => {
    const outgoing = answer(rest);
    const asked = { method, http11 };
    return writeResponseHead(outgoing, outgoingFraming(outgoing, asked), asked, keep);
  };

  it.each([
    ['has its own fields', () => written({ lines: 'A: 1\r\n' }), 'A: 1\r\nContent-Length: 0\r\n'],
    [
      'has the length it came with',
      () => written({ lines: 'Content-Length: 0\r\n', length: 0 }),
      'Content-Length: 0\r\n',
    ],
    ['says nothing of a body of a known length', () => written({ length: 5, body }), ''],
    ['says that there are chunks', () => written({ body }), 'Transfer-Encoding: chunked\r\n'],
    ['says nothing of no body to HEAD', () => written({}, true, true, 'HEAD'), ''],
    [
      'says that the connection ends',
      () => written({ length: 1 }, true, false),
      'Connection: close\r\n',
    ],
    [
      'says in HTTP/1.0 that it stays',
      () => written({ length: 1 }, false),
      'Connection: keep-alive\r\n',
    ],
    ['and that it ends', () => written({ body }, false, false), 'Connection: close\r\n'],
    [
      'says what a 426 asks for',
      () => written({ length: 1, upgrade: 'h2c' }),
      'Upgrade: h2c\r\nConnection: Upgrade\r\n',
    ],
    [
      'also where the connection ends',
      () => written({ length: 1, upgrade: 'h2c' }, true, false),
      'Upgrade: h2c\r\nConnection: Upgrade, close\r\n',
    ],
  ])('%s', (_, head, lines) => {
    expect(head()).toBe(`HTTP/1.1 200 OK\r\n${lines}\r\n`);
  });

  it('of a switch speaks of the connection of the client', () => {
    expect(switchingHead(answer({ status: 101, reason: 'Now', lines: 'A: 1\r\n' }))).toBe(
      'HTTP/1.1 101 Now\r\nA: 1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    );
  });
});
