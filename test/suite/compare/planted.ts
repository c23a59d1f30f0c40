import { gzipSync } from 'node:zlib';
import type { Send } from '../../support/client.ts';
import type { Respond } from '../../support/origin.ts';

/** What all planted secrets begin with, so that one search finds any of them. */
export const MARK = 'hidden-';

/** What a mirror is told to hide. Credentials are hidden without it. */
export const REDACT: object = {
  headers: ['X-Session', 'x-internal-user'],
  query: ['token', 'password'],
  json: ['/user/password', '/list/*/pin', '/vault', '/**/secret'],
};

/** A response: no two have the same secrets. */
type Planted = (
  secret: (where: string) => string,
  side: 'primary' | 'mirror',
) => {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly trailers?: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
};

const JSON_TYPE = { 'content-type': 'application/json' };

const nested = (depth: number, value: object): object =>
  depth === 0 ? value : { in: [nested(depth - 1, value)] };

/** By path: places in a response where a secret can stand, each with other secrets on both sides. */
export const PLACES: Readonly<Record<string, Planted>> = {
  '/fields': (secret) => ({
    headers: {
      'set-cookie': [`sid=${secret('cookie')}; Path=/`, `${'ab'.at(serial % 2)}=${secret('b')}`],
      authorization: `Bearer ${secret('authorization')}`,
      'x-api-key': secret('api-key'),
      'x-session': secret('session'),
      'X-Internal-User': secret('user'),
      location: `/next?a=1&token=${secret('location')}&b=2`,
      link: `<https://a.example/?Pass%77ord=${secret('link')}>; rel=next`,
      refresh: `1;url=/x?TOKEN=${secret('refresh')}`,
    },
    body: 'same',
  }),
  '/missing': (secret, side) => ({
    headers: side === 'mirror' ? {} : { 'x-session': secret('gone'), cookie: secret('cookie') },
    body: 'same',
  }),
  '/json': (secret) => ({
    headers: JSON_TYPE,
    body: JSON.stringify({
      user: { name: secret('name').length, password: secret('password') },
      list: [{ pin: secret('pin'), n: serial }, { pin: serial * 7919 + 10_000_000 }],
      vault: { [secret('name-in-vault')]: [secret('in-vault')] },
      deep: nested(12, { secret: { here: secret('deep') } }),
      url: `https://a.example/x?token=${secret('url')}#${secret('name').length}`,
      text: `see ${'/y'}?password=${secret('text')} and go on`,
    }),
  }),
  '/renamed': (secret, side) => {
    const value = secret('renamed');
    return {
      headers: JSON_TYPE,
      body: JSON.stringify(
        side === 'primary'
          ? { user: { password: value }, name: 'a' }
          : { user: {}, secret: [value], name: { password: 'b' } },
      ),
    };
  },
  '/moved': (secret) => {
    const value = secret('moved');
    // A member that nobody has declared secret has the same value.
    return {
      headers: JSON_TYPE,
      body: JSON.stringify({ user: { password: value }, echo: { of: value }, list: [value] }),
    };
  },
  '/no-json': (secret, side) => ({
    headers: side === 'mirror' ? { 'content-type': 'text/html' } : JSON_TYPE,
    status: side === 'mirror' ? 500 : 200,
    body:
      side === 'mirror'
        ? `<pre>{"user":{"password":"${secret('html')}"}}</pre>`
        : JSON.stringify({ user: { password: secret('password') } }),
  }),
  '/broken-json': (secret) => ({
    headers: JSON_TYPE,
    body: `{"user":{"password":"${secret('broken')}"},"a":1,"a":2`,
  }),
  '/text': (secret) => ({ body: `go to /?token=${secret('text')}&x=${serial} please` }),
  '/packed': (secret) => ({
    headers: { ...JSON_TYPE, 'content-encoding': 'gzip' },
    body: gzipSync(JSON.stringify({ user: { password: secret('packed') }, n: serial })),
  }),
  '/trailers': (secret) => ({
    trailers: { 'x-session': secret('trailer'), 'x-api-key': secret('key') },
    body: 'same',
  }),
};

let serial = 0;

/** A server that responds by these places. */
export function planting(side: 'primary' | 'mirror'): Respond {
  return ({ url }, response) => {
    serial += 1;
    const own = `${side}${serial}`;
    const path = Object.keys(PLACES).find((place) => url.includes(place))!;
    const {
      status = 200,
      headers = {},
      trailers,
      body,
    } = PLACES[path]!((where) => `${MARK}${where}-${own}`, side);
    response.writeHead(status, { 'content-type': 'text/plain', ...headers });
    response.write(body);
    if (trailers !== undefined) response.addTrailers(trailers);
    response.end();
  };
}

/** A request with a secret in each place where it may have one. */
export function secretRequest(path: string): readonly [target: string, options: Send] {
  const secret = (where: string) => `${MARK}${where}-request`;
  const query = `page=1&token=${secret('token')}&Pass%77ord=${secret('encoded')}&TOKEN=${secret('capitals')}`;
  const headers = {
    authorization: `Bearer ${secret('authorization')}`,
    'proxy-authorization': `Basic ${secret('proxy-authorization')}`,
    cookie: `sid=${secret('cookie')}`,
    'x-api-key': secret('api-key'),
    'X-Session': secret('session'),
    referer: `https://a.example/?password=${secret('referer')}`,
    'accept-encoding': 'gzip',
  };
  if (path !== '/json') return [`${path}?${query}`, { headers }];
  const body = JSON.stringify({ user: { password: secret('body') }, vault: [secret('vault')] });
  return [
    `${path}?${query}`,
    { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body },
  ];
}
