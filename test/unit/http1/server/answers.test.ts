import { describe, expect, it } from 'vitest';
import { BodyPipe } from '../../../../src/http1/body-pipe.ts';
import type { ResponseHead } from '../../../../src/http1/client/parse-response-head.ts';
import type { Reply } from '../../../../src/http/messages.ts';
import type { Framing } from '../../../../src/http1/framing.ts';
import { RelayedResponse } from '../../../../src/http1/relayed-response.ts';
import { until } from '../../../support/until.ts';
import { client, gate } from './gate.ts';

const FLOW = {
  turns: null,
  pause() {},
  resume() {},
  cancel() {},
};

/** An upstream's answer, and the body that it has so far. */
function relayed(
  head: Partial<ResponseHead>,
  ...chunks: readonly string[]
): [BodyPipe, RelayedResponse] {
  const body = new BodyPipe(FLOW, 1024);
  for (const chunk of chunks) body.push(Buffer.from(chunk));
  const framing: Framing = { kind: 'none' };
  const whole: ResponseHead = {
    status: 200,
    reason: 'Fine',
    lines: '',
    length: null,
    named: null,
    framing,
    keepAlive: true,
    idle: null,
    upgrade: null,
    ...head,
  };
  return [body, new RelayedResponse(whole, body)];
}

/** All that a client gets for a request by itself. */
async function exchange(answer: Reply, requestLine = 'GET / HTTP/1.1'): Promise<string> {
  const { write, ended, text } = client(await gate(() => answer));
  write(`${requestLine}\r\nHost: a\r\nConnection: close\r\n\r\n`);
  await until(ended, 5000, 'the end');
  return text();
}

const LENGTH = { lines: 'X-A: 1\r\ncontent-LENGTH: 4\r\nX-A: 2\r\n', length: 4 };

async function firstChunk({ body }: Response): Promise<string> {
  const { value } = await body!.getReader().read();
  return new TextDecoder().decode(value);
}

describe('an answer of an upstream', () => {
  it.each<[string, string, Partial<ResponseHead>, string[], string]>([
    [
      'keeps reason, fields, their order and their case',
      'GET / HTTP/1.1',
      { ...LENGTH, status: 299, reason: 'Very  Fine\xe9' },
      ['body'],
      'HTTP/1.1 299 Very  Fine\xe9\r\nX-A: 1\r\ncontent-LENGTH: 4\r\nX-A: 2\r\nConnection: close\r\n\r\nbody',
    ],
    [
      'has an empty reason if it was',
      'GET / HTTP/1.1',
      { reason: '', lines: 'Content-Length: 0\r\n', length: 0 },
      [],
      'HTTP/1.1 200 \r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
    ],
    [
      'of unknown length is in chunks',
      'GET / HTTP/1.1',
      {},
      ['bo', 'dy'],
      'HTTP/1.1 200 Fine\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n4\r\nbody\r\n0\r\n\r\n',
    ],
    [
      'of unknown length ends with the connection of HTTP/1.0',
      'GET / HTTP/1.0',
      {},
      ['body'],
      'HTTP/1.1 200 Fine\r\nConnection: close\r\n\r\nbody',
    ],
    [
      'of unknown length and without a body is an empty one',
      'GET / HTTP/1.1',
      { status: 205 },
      [],
      'HTTP/1.1 205 Fine\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n',
    ],
    [
      'to HEAD keeps its length and has no body',
      'HEAD / HTTP/1.1',
      { lines: 'Content-Length: 4\r\n', length: 4 },
      [],
      'HTTP/1.1 200 Fine\r\nContent-Length: 4\r\nConnection: close\r\n\r\n',
    ],
    [
      'of 304 keeps its length and has no body',
      'GET / HTTP/1.1',
      { status: 304, lines: 'Content-Length: 4\r\n', length: 4 },
      [],
      'HTTP/1.1 304 Fine\r\nContent-Length: 4\r\nConnection: close\r\n\r\n',
    ],
    [
      'of 204 has neither length nor chunks',
      'GET / HTTP/1.1',
      { status: 204 },
      [],
      'HTTP/1.1 204 Fine\r\nConnection: close\r\n\r\n',
    ],
  ])('%s', async (_, requestLine, head, chunks, expected) => {
    const [body, answer] = relayed(head, ...chunks);
    body.end();
    expect(await exchange(answer, requestLine)).toBe(expected);
  });

  it.each([
    ['GET / HTTP/1.1', '4\r\nbody\r\n0\r\nX-Sum: 1\r\n\r\n'],
    ['GET / HTTP/1.0', 'body'],
    ['HEAD / HTTP/1.1', ''],
  ])('to %s has its trailers behind chunks and nowhere else', async (requestLine, expected) => {
    const [body, answer] = relayed({}, 'body');
    body.end(['X-Sum', '1']);
    const text = await exchange(answer, requestLine);
    expect(text.slice(text.indexOf('\r\n\r\n') + 4)).toBe(expected);
  });

  it('has the trailers that come after all else was written', async () => {
    const [body, answer] = relayed({}, 'body');
    const { write, sees } = client(await gate(() => answer));
    write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await sees('body');
    body.end(['X-Sum', '1', 'x-b', '']);
    await sees('body\r\n0\r\nX-Sum: 1\r\nx-b: \r\n\r\n');
  });

  it('over 16 KiB arrives as it is', async () => {
    const text = '0123456789'.repeat(10_000);
    const [body, answer] = relayed({ lines: 'Content-Length: 100000\r\n', length: 100000 }, text);
    body.end();
    expect((await exchange(answer)).endsWith(`\r\n\r\n${text}`)).toBe(true);
  });

  it('has its head written before its first byte comes, and then what comes', async () => {
    const [body, answer] = relayed({ lines: 'Content-Length: 4\r\n', length: 4 });
    const { write, sees, ended } = client(await gate(() => answer));
    write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await sees('Content-Length: 4\r\n\r\n');
    body.push(Buffer.from('bo'));
    await sees('\r\n\r\nbo');
    body.push(Buffer.from('dy'));
    body.end();
    await sees('body');
    expect(ended()).toBe(false);
  });

  it.each<[string, Partial<ResponseHead>]>([
    ['with its length', { lines: 'Content-Length: 4\r\n', length: 4 }],
    ['in chunks', {}],
  ])('%s that breaks off does so for the client', async (_, head) => {
    const [body, answer] = relayed(head, 'bo');
    const { write, sees, ended, text } = client(await gate(() => answer));
    write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await sees('bo');
    body.fail(new Error('broken'));
    await until(ended, 5000);
    expect(text()).not.toContain('0\r\n\r\n');
  });

  const CLOSED: Framing = { kind: 'close' };

  it('of 426 that others have read keeps what it asks for', async () => {
    const [body, answer] = relayed({ status: 426, upgrade: 'a/1', framing: { kind: 'none' } });
    body.end();
    const response = answer.toResponse();
    expect(response.headers.get('upgrade')).toBe('a/1');
    const text = await exchange(response);
    expect(text).toContain('\r\nUpgrade: a/1\r\nConnection: Upgrade, close\r\n');
  });

  it('read by others first is rebuilt', async () => {
    const [body, answer] = relayed({ lines: 'X-A: 1\r\n', framing: CLOSED }, 'body');
    body.end();
    const response = answer.toResponse();
    const rebuilt = new Response(`${await response.text()}!`, response);
    expect(await exchange(rebuilt)).toMatch(/^HTTP\/1\.1 200 Fine\r\n[^]*x-a: 1\r\n[^]*body!/);
  });

  it.each<[string, (response: Response) => unknown, string]>([
    ['only looked at is what it was', ({ headers }) => headers.get('x-a'), 'X-A: 1\r\nx-B: 2\r\n'],
    ['has other fields', ({ headers }) => headers.set('x-a', '3'), 'x-a: 3\r\nx-b: 2\r\n'],
  ])('that others %s, trailers and all', async (_, change, fields) => {
    const lines = 'X-A: 1\r\nx-B: 2\r\n';
    const [body, answer] = relayed({ lines, framing: { kind: 'chunked' } }, 'bo');
    const response = answer.toResponse();
    change(response);
    const { write, sees, text } = client(await gate(() => response));
    write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await sees('bo');
    body.push(Buffer.from('dy'));
    body.end(['X-Sum', '1']);
    await sees('dy\r\n0\r\nX-Sum: 1\r\n\r\n');
    expect(text()).toContain(`HTTP/1.1 200 Fine\r\n${fields}Transfer-Encoding`);
  });

  const REFUSED = /^HTTP\/1\.1 500 /;

  it.each<[string, (response: Response) => Promise<string>, RegExp]>([
    ['read', (response) => response.text(), REFUSED],
    ['begun to read', firstChunk, REFUSED],
    ['cloned', (response) => response.clone().text(), /\r\n\r\n4\r\nbody\r\n0\r\n\r\n$/],
  ])('whose body others have %s stays theirs', async (_, use, wire) => {
    const [body, answer] = relayed({ framing: CLOSED }, 'body');
    body.end();
    const response = answer.toResponse();
    const used = use(response);
    expect(await exchange(response)).toMatch(wire);
    expect(await used).toBe('body');
  });

  it.each([101, 205, 299, 600, 999])('of status %d is a Response for others', async (status) => {
    const [body, answer] = relayed({ status, framing: CLOSED }, 'body');
    body.end();
    const response = answer.toResponse();
    expect(response).toBeInstanceOf(Response);
    expect([response.status, response.ok]).toEqual([status, status < 300 && status !== 101]);
    expect(await exchange(response)).toContain(`HTTP/1.1 ${status} Fine\r\n`);
    expect(await answer.toResponse().clone().text()).toBe('body');
  });
});

describe('any other answer', () => {
  it.each<[string, string, () => Response, string]>([
    [
      'without a body says so',
      'GET / HTTP/1.1',
      () => new Response(null, { headers: { 'x-a': '1' } }),
      'HTTP/1.1 200 OK\r\nx-a: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
    ],
    [
      'to HEAD says nothing of a length it does not know',
      'HEAD / HTTP/1.1',
      () => new Response('body', { headers: { 'content-type': 'text/x' } }),
      'HTTP/1.1 200 OK\r\ncontent-type: text/x\r\nConnection: close\r\n\r\n',
    ],
    [
      'has a body of its length',
      'GET / HTTP/1.1',
      () => new Response('body', { headers: { 'content-type': 'a/b', 'content-length': '4' } }),
      'HTTP/1.1 200 OK\r\ncontent-length: 4\r\ncontent-type: a/b\r\nConnection: close\r\n\r\nbody',
    ],
    [
      'has nothing of a connection that is not its own',
      'GET / HTTP/1.1',
      () => new Response(null, { status: 204, headers: { 'transfer-encoding': 'chunked' } }),
      'HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n',
    ],
    [
      'loses a length that is none',
      'GET / HTTP/1.1',
      () => new Response('body', { headers: { 'content-length': 'four', 'content-type': 'a/b' } }),
      'HTTP/1.1 200 OK\r\ncontent-type: a/b\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n4\r\nbody\r\n0\r\n\r\n',
    ],
    [
      'of 204 loses its length',
      'GET / HTTP/1.1',
      () => new Response(null, { status: 204, headers: { 'content-length': '4' } }),
      'HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n',
    ],
    [
      'to HEAD has no length that is none',
      'HEAD / HTTP/1.1',
      () => new Response(null, { headers: { 'content-length': '+4' } }),
      'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n',
    ],
    [
      'of 426 keeps what it asks for',
      'GET / HTTP/1.1',
      () => new Response(null, { status: 426, headers: { upgrade: 'a/1', 'x-a': '1' } }),
      'HTTP/1.1 426 Upgrade Required\r\nx-a: 1\r\nContent-Length: 0\r\nUpgrade: a/1\r\nConnection: Upgrade, close\r\n\r\n',
    ],
    [
      'of any other status has no Upgrade',
      'GET / HTTP/1.1',
      () => new Response(null, { headers: { upgrade: 'a/1' } }),
      'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
    ],
  ])('%s', async (_, requestLine, answer, expected) => {
    expect(await exchange(answer(), requestLine)).toBe(expected);
  });

  it.each([
    ['body', '3'],
    ['body', '5'],
    [null, '4'],
  ])('%j whose length is not %s never looks whole', async (body, length) => {
    const answer = new Response(body, { headers: { 'content-length': length } });
    expect(await exchange(answer)).toBe('');
  });

  it.each<[string, () => Promise<Response>]>([
    ['does not come', () => Promise.reject(new Error('oops'))],
    ['is none', () => Promise.resolve('text' as unknown as Response)],
  ])('that %s is a 500', async (_, answer) => {
    const { write, sees } = client(await gate(answer));
    write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await sees('{"error_msg":"500 Internal Server Error"}\n');
  });
});
