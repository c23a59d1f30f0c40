import { describe, expect, it } from 'vitest';
import { passHandshake, requestHeaders } from '../../../src/exchange/request-headers.ts';
import { type Trust, trustProxies } from '../../../src/request/inbound.ts';
import type { Inbound, Outbound } from '../../../src/http/messages.ts';
import { destination } from '../../../src/http/destination.ts';
import { Upload } from '../../../src/http/upload.ts';
import { request } from '../routes/request.ts';

const NOBODY = trustProxies([]);
const OTHERS = trustProxies(['10.0.0.0/8']);
const PEER = trustProxies(['127.0.0.1']);
const BODY = new Upload({ read: async () => null, cancel() {} }, 4);

/** What was observed of a request that claims nothing. */
const OBSERVED = {
  'X-Real-IP': '127.0.0.1',
  'X-Forwarded-For': '127.0.0.1',
  'X-Forwarded-Proto': 'http',
  'X-Forwarded-Host': 'a.example:81',
  'X-Forwarded-Port': '9080',
};

function fields(headers: readonly string[], rest: Partial<Inbound> = {}, trust: Trust = NOBODY) {
  const list = [...headers];
  const inbound = request('/', { authority: 'a.example:81', headers: list, ...rest });
  const remoteAddr = rest.remoteAddr ?? trust.clientOf(inbound.peer, list);
  return requestHeaders({ ...inbound, remoteAddr }, 'sent.example', trust);
}

/** Of what an upstream gets, all but Host and what was observed. */
function message(headers: readonly string[], rest: Partial<Inbound> = {}): string[] {
  const [host, value, ...list] = fields(headers, rest);
  expect([host, value]).toEqual(['Host', 'sent.example']);
  const origin = Object.entries(OBSERVED).flat();
  const at = list.indexOf('X-Real-IP');
  expect(list.slice(at, at + origin.length)).toEqual(origin);
  return [...list.slice(0, at), ...list.slice(at + origin.length)];
}

/** What an upstream is told of the client, in its order. */
function told(claims: Readonly<Record<string, string>>, rest: Partial<Inbound>, trust: Trust) {
  const list = fields(Object.entries(claims).flat(), rest, trust).slice(2);
  const pairs = list.flatMap((name, i) => (i % 2 === 0 ? [[name, list[i + 1]!] as const] : []));
  expect(new Set(pairs.map(([name]) => name.toLowerCase())).size).toBe(pairs.length);
  return Object.fromEntries(pairs);
}

describe('the fields of the message', () => {
  it('stay in their order and case, less those of the connection', () => {
    const headers = [
      'x-B',
      '2',
      'Keep-Alive',
      'x',
      'HOST',
      'h',
      'A',
      '1',
      'Expect',
      '100-continue',
    ];
    expect(
      message([...headers, 'x-B', '3', 'Transfer-Encoding', 'chunked', 'Upgrade', 'x']),
    ).toEqual(['x-B', '2', 'A', '1', 'x-B', '3']);
  });

  it('lose those that Connection names, however often it does', () => {
    const headers = ['X-A', '1', 'Connection', 'x-a, close', 'X-B', '2', 'x-c', '3'];
    expect(message(headers)).toEqual(['X-B', '2', 'x-c', '3']);
    expect(message([...headers, 'connection', 'X-C'])).toEqual(['X-B', '2']);
    expect(message(['Connection', 'close', 'X-A', '1'])).toEqual(['X-A', '1']);
    expect(message(['Connection', 'X-A', 'Connection', 'close', 'x-a', '1'])).toEqual([]);
  });

  it('that Connection names are not those that are written here', () => {
    expect(message(['Connection', 'host, x-real-ip, x-forwarded-for, x-forwarded-host'])).toEqual(
      [],
    );
  });

  it.each([
    'X_Real_IP',
    'x_forwarded-for',
    'Content_Length',
    'TRANSFER_ENCODING',
    'keep_Alive',
    'X.Real.IP',
    'x~forwarded!for',
  ])('lose %s, which an upstream may take for another', (name) => {
    for (const trust of [NOBODY, PEER])
      expect(told({ [name]: '198.51.100.7' }, {}, trust)).toEqual(OBSERVED);
  });

  it.each(['X_A', 'x_request_id', 'Host_', 'content_type', 'X.A', 'content.type'])(
    'keep %s',
    (name) => {
      expect(message([name, '1'])).toEqual([name, '1']);
    },
  );

  it.each([
    ['a body', BODY, '4', ['Content-Length', '4']],
    ['none', null, '0', ['Content-Length', '0']],
    ['one that was kept from us', null, '4', []],
  ])('have the length of %s', (_, upload, length, expected) => {
    expect(message(['Content-Length', length], { upload })).toEqual(expected);
  });

  it('say that trailers are welcome where they are', () => {
    const TE = ['TE', 'gzip, trailers'];
    expect(message(TE, { takesTrailers: true })).toEqual(['Connection', 'TE', 'TE', 'trailers']);
    expect(message(TE)).toEqual([]);
    expect(message([], { takesTrailers: true })).toEqual([]);
    expect(message([...TE, 'TE', 'x'], { takesTrailers: true })).toEqual([
      'Connection',
      'TE',
      'TE',
      'trailers',
    ]);
  });

  it('have no Host where there is none to send', () => {
    const inbound = request('/', { headers: ['Host', 'h', 'X-A', '1'] });
    expect(requestHeaders(inbound, '', NOBODY).slice(0, 2)).toEqual(['X-A', '1']);
  });
});

const CLAIMS = {
  'x-forwarded-for': '198.51.100.7, 203.0.113.9',
  'X-Forwarded-Proto': 'https',
  'X-Forwarded-Host': 'claimed.example',
  'X-Forwarded-Port': '8443',
  'X-Real-IP': '198.51.100.66',
  Forwarded: 'for=198.51.100.7;proto=https',
};

describe('where it came from', () => {
  it('is what was observed, when nothing is claimed', () => {
    for (const trust of [NOBODY, OTHERS, PEER]) expect(told({}, {}, trust)).toEqual(OBSERVED);
    expect(Object.keys(told({}, {}, NOBODY))).toEqual(Object.keys(OBSERVED));
  });

  it('is what was observed, appended to the chain, when nobody is trusted', () => {
    expect(told(CLAIMS, {}, NOBODY)).toEqual({
      ...OBSERVED,
      'X-Forwarded-For': '198.51.100.7, 203.0.113.9, 127.0.0.1',
    });
  });

  it('is what was observed, when others are trusted', () => {
    expect(told(CLAIMS, {}, OTHERS)).toEqual(OBSERVED);
  });

  it('is what a trusted peer claims', () => {
    expect(told(CLAIMS, {}, PEER)).toEqual({
      // The one that came to the proxy, and not the one that it says of itself or of whoever wrote first.
      'X-Real-IP': '203.0.113.9',
      'X-Forwarded-For': '198.51.100.7, 203.0.113.9, 127.0.0.1',
      'X-Forwarded-Proto': 'https',
      'X-Forwarded-Host': 'claimed.example',
      'X-Forwarded-Port': '8443',
      Forwarded: 'for=198.51.100.7;proto=https',
    });
  });

  it.each(Object.keys(CLAIMS) as (keyof typeof CLAIMS)[])(
    '%s alone changes nothing else',
    (name) => {
      const claimed = told({ [name]: CLAIMS[name] }, {}, PEER);
      const changed = Object.keys({ ...OBSERVED, ...claimed }).filter(
        (field) => claimed[field] !== (OBSERVED as Record<string, string>)[field],
      );
      const expected = {
        'x-forwarded-for': ['X-Real-IP', 'X-Forwarded-For'],
        'X-Forwarded-Proto': ['X-Forwarded-Proto'],
        'X-Forwarded-Host': ['X-Forwarded-Host'],
        'X-Forwarded-Port': ['X-Forwarded-Port'],
        'X-Real-IP': [],
        Forwarded: ['Forwarded'],
      };
      expect(changed).toEqual(expected[name]);
    },
  );

  it('repeated claims are one', () => {
    const twice = ['X-Forwarded-For', '198.51.100.7', 'x-forwarded-for', '203.0.113.9'];
    const list = fields(twice, {}, PEER);
    expect(list[list.indexOf('X-Forwarded-For') + 1]).toBe('198.51.100.7, 203.0.113.9, 127.0.0.1');
  });

  it('is left out where it is not known', () => {
    const unknown = { peer: '', authority: '', serverPort: 0 };
    const least = { 'X-Forwarded-Proto': 'http', 'X-Forwarded-Port': '80' };
    expect(told({}, unknown, NOBODY)).toStrictEqual(least);
    expect(told({ 'X-Forwarded-For': '198.51.100.7' }, unknown, NOBODY)).toStrictEqual({
      ...least,
      'X-Forwarded-For': '198.51.100.7',
    });
    expect(told({ 'X-Forwarded-For': '198.51.100.7' }, unknown, OTHERS)).toStrictEqual(least);
    expect(told({}, { ...unknown, scheme: 'https' }, NOBODY)).toStrictEqual({
      'X-Forwarded-Proto': 'https',
      'X-Forwarded-Port': '443',
    });
  });

  it('has no address for who comes through a Unix socket', () => {
    const { 'X-Real-IP': _, 'X-Forwarded-For': __, ...observed } = OBSERVED;
    const chain = CLAIMS['x-forwarded-for'];
    const rest = { peer: 'unix:' };
    expect(told({}, rest, NOBODY)).toStrictEqual(observed);
    expect(told(CLAIMS, rest, OTHERS)).toStrictEqual(observed);
    expect(told(CLAIMS, rest, NOBODY)).toStrictEqual({ ...observed, 'X-Forwarded-For': chain });
    expect(told({ 'X-Forwarded-For': chain }, rest, trustProxies(['unix:']))).toStrictEqual({
      ...observed,
      'X-Real-IP': '203.0.113.9',
      'X-Forwarded-For': chain,
    });
  });

  it('leaves out a port that a trusted proxy says is none', () => {
    const rest = { authority: 'a.example' };
    expect(told({ 'X-Forwarded-Port': '' }, rest, PEER)).not.toHaveProperty('X-Forwarded-Port');
    expect(told({ 'X-Forwarded-Port': '' }, rest, NOBODY)).toHaveProperty('X-Forwarded-Port');
  });
});

describe('a WebSocket handshake', () => {
  const OUTBOUND: Outbound = {
    destination: destination('http://u'),
    target: '/',
    method: 'GET',
    headers: ['Host', 'h'],
    body: null,
    timeouts: { connect: 1, send: 1, read: 1 },
  };
  const headers = ['Connection', 'keep-alive, Upgrade', 'Upgrade', 'WebSocket'];

  it('is made anew for the connection to the upstream', () => {
    const inbound = request('/', { headers, upgradable: true });
    expect(passHandshake(inbound, OUTBOUND)).toEqual({
      ...OUTBOUND,
      headers: ['Host', 'h', 'Connection', 'Upgrade', 'Upgrade', 'websocket'],
      upgrade: true,
    });
  });

  it.each([
    ['another protocol', { headers: ['Connection', 'Upgrade', 'Upgrade', 'h2c'] }],
    ['another method', { headers, method: 'POST' }],
    ['a body', { headers, upload: BODY }],
  ])('is none with %s', (_, rest) => {
    expect(passHandshake(request('/', { upgradable: true, ...rest }), OUTBOUND)).toBe(OUTBOUND);
  });
});
