import { expect, it } from 'vitest';
import { send } from '../../support/client.ts';
import type { Line } from '../transparency.ts';
import { fieldsOf, namesOf } from './fields.ts';

/** The client gets what the upstream sends. */
export function responses(line: () => Line): void {
  const get = (target = '/', options = {}) => send(line().gateway.url, target, options);

  const statuses = [200, 201, 204, 205, 206, 299, 300, 304, 400, 404, 418, 429, 500, 503, 599];

  it.each(statuses)('status %i', async (status) => {
    const empty = [204, 205, 304].includes(status);
    line().respond = (_, response) => response.writeHead(status).end(empty ? '' : 'body');
    const got = await get();
    expect([got.status, got.body.toString()]).toEqual([status, empty ? '' : 'body']);
  });

  it('reason phrase', async () => {
    line().respond = (_, response) => response.writeHead(200, 'Very Fine').end();
    expect((await get()).reason).toBe('Very Fine');
  });

  it('fields, repeated ones included', async () => {
    line().respond = (_, response) => {
      response.setHeader('Set-Cookie', ['a=1; Path=/', 'b=2, c; HttpOnly']);
      response.setHeader('X-Twice', ['one', 'two']);
      response.setHeader('X-Empty', '');
      response.setHeader('X-Latin', 'caf\u00e9');
      response.setHeader('Server', 'upstream/1');
      response.setHeader('Date', 'Thu, 01 Jan 1970 00:00:00 GMT');
      // A Buffer: for a string, Node would write the head in the string's encoding.
      response.end(Buffer.from('x'));
    };
    const { rawHeaders, headers } = await get();
    expect(fieldsOf(rawHeaders, 'set-cookie')).toEqual(['a=1; Path=/', 'b=2, c; HttpOnly']);
    expect(fieldsOf(rawHeaders, 'x-twice').join(', ')).toBe('one, two');
    expect(headers).toMatchObject({
      'x-empty': '',
      'x-latin': 'caf\u00e9',
      server: 'upstream/1',
      date: 'Thu, 01 Jan 1970 00:00:00 GMT',
    });
  });

  it('adds no field', async () => {
    line().respond = (_, response) => {
      response.sendDate = false;
      response.setHeader('x-a', '1');
      response.end('x');
    };
    const known = ['connection', 'content-length', 'keep-alive', 'transfer-encoding', 'x-a'];
    const added = namesOf((await get()).rawHeaders).filter((field) => !known.includes(field));
    expect(added).toEqual([]);
  });

  it('removes the fields of its own connection with the upstream', async () => {
    line().respond = (_, response) => {
      response.setHeader('Connection', 'close, X-Hop');
      response.setHeader('X-Hop', '1');
      response.setHeader('Keep-Alive', 'timeout=99');
      response.setHeader('Proxy-Connection', 'close');
      response.setHeader('HTTP2-Settings', 'AAMA');
      response.setHeader('X-Stays', '1');
      response.end('x');
    };
    const { headers } = await get();
    expect(headers['x-hop']).toBeUndefined();
    expect(headers['proxy-connection']).toBeUndefined();
    expect(headers['http2-settings']).toBeUndefined();
    expect(headers['keep-alive']).not.toBe('timeout=99');
    expect(headers['x-stays']).toBe('1');
  });

  it('length of a body of known length', async () => {
    line().respond = (_, response) => response.writeHead(200, { 'content-length': 5 }).end('12345');
    const { headers } = await get();
    expect(headers['content-length']).toBe('5');
  });

  it.each([301, 302, 303, 307, 308])('redirect %i, not followed', async (status) => {
    const location = 'http://127.0.0.1:1/elsewhere?x=1';
    line().respond = (_, response) => response.writeHead(status, { location }).end('there');
    const before = line().upstream.seen.length;
    const got = await get('/', { method: 'POST', body: 'posted' });
    expect([got.status, got.headers.location, got.body.toString()]).toEqual([
      status,
      location,
      'there',
    ]);
    expect(line().upstream.seen.length).toBe(before + 1);
  });

  it('HEAD with the length that GET would get', async () => {
    line().respond = (_, response) => {
      response.writeHead(200, { 'content-length': '12345', etag: '"x"' }).end();
    };
    const { status, headers, body } = await get('/', { method: 'HEAD' });
    expect([status, headers.etag, body.length]).toEqual([200, '"x"', 0]);
    expect(headers['content-length']).toBe('12345');
    expect(line().upstream.seen.at(-1)!.method).toBe('HEAD');
  });

  it('304 with its fields', async () => {
    line().respond = (_, response) => response.writeHead(304, { etag: '"x"', 'x-a': '1' }).end();
    const { status, headers } = await get('/', { headers: { 'if-none-match': '"x"' } });
    expect([status, headers.etag, headers['x-a']]).toEqual([304, '"x"', '1']);
    expect(line().upstream.seen.at(-1)!.headers['if-none-match']).toBe('"x"');
  });
}
