import { connect, constants, createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { fieldsOf } from '../../../src/http2/fields.ts';

it('names are in lower case, and fields of one connection are left out', () => {
  const list = ['Content-Type', 'a', 'Connection', 'x', 'TE', 'gzip', 'Keep-Alive', '1', 'X-A', ''];
  expect({ ...fieldsOf(list) }).toEqual({ 'content-type': 'a', 'x-a': '' });
});

it('repeated fields stay apart, but for those that node:http2 refuses to repeat', () => {
  const list = ['x-a', '1', 'X-A', '2', 'x-a', '3', 'Date', 'a', 'date', 'b'];
  expect({ ...fieldsOf(list) }).toEqual({ 'x-a': ['1', '2', '3'], date: 'a, b' });
});

it.each([
  'access-control-allow-credentials',
  'access-control-max-age',
  'access-control-request-method',
  'age',
  'authorization',
  'content-encoding',
  'content-language',
  'content-length',
  'content-location',
  'content-md5',
  'content-range',
  'content-type',
  'date',
  'dnt',
  'etag',
  'expires',
  'from',
  'host',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'last-modified',
  'location',
  'max-forwards',
  'proxy-authorization',
  'range',
  'referer',
  'retry-after',
  'tk',
  'upgrade-insecure-requests',
  'user-agent',
  'x-content-type-options',
])('%s is one field, however often it comes', (name) => {
  expect({ ...fieldsOf([name, '1', name, '2', name, '3']) }).toEqual({ [name]: '1, 2, 3' });
});

it.each(['constructor', '__proto__', 'toString'])('%s is a name like others', (name) => {
  const fields = fieldsOf([name, '1', name, '2']);
  expect(Object.entries(fields)).toEqual([[name.toLowerCase(), ['1', '2']]]);
});

/** Every field that node:http2 knows by name: it has rules for some of them, and throws if they are broken. */
const KNOWN = Object.entries(constants)
  .filter(([key]) => key.startsWith('HTTP2_HEADER_'))
  .map(([, name]) => String(name))
  .filter((name) => !name.startsWith(':') && name !== 'content-length');

it.each(['interim', 'head', 'trailers'])('node:http2 sends any fields: %s', async (place) => {
  const list = [...KNOWN, ...KNOWN].flatMap((name) => [name, '1']);
  const thrown: unknown[] = [];
  const server = createServer().on('stream', (stream) => {
    const here = (where: string) => (where === place ? fieldsOf(list) : {});
    const attempt = (send: () => void) => {
      try {
        send();
      } catch (error) {
        thrown.push(error);
        stream.destroy();
      }
    };
    stream.once('wantTrailers', () => attempt(() => stream.sendTrailers(here('trailers'))));
    attempt(() => {
      stream.additionalHeaders({ ':status': 103, ...here('interim') });
      stream.respond({ ':status': 200, ...here('head') }, { waitForTrailers: true });
    });
    stream.on('error', () => {}).end('x');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const stream = session.request({ ':path': '/' }).resume();
  stream.on('error', () => {}); // A client may refuse some of them.
  await new Promise((resolve) => stream.once('close', resolve));
  session.close();
  server.close();
  expect(thrown).toEqual([]);
});
