import { expect, it } from 'vitest';
import type { MirrorConfig, ProxyMirrorConfig } from '../../../src/config/proxy-mirror.ts';
import { destination } from '../../../src/http/destination.ts';
import type { Outbound } from '../../../src/http/messages.ts';
import { Upload } from '../../../src/http/upload.ts';
import {
  compileBaseline,
  compileMirrors,
  copyHeaders,
  copyTarget,
  type Mirror,
  type MirrorOptions,
} from '../../../src/mirror/mirror.ts';
import { murmur3 } from '../../../src/vars/murmur3.ts';
import { sampler } from '../../../src/vars/sampler.ts';
import { request } from '../routes/request.ts';

const HOST = 'https://mirror.example:8443';

function compiled(config: Partial<MirrorConfig>, options: Partial<MirrorOptions> = {}): Mirror {
  return compileMirrors('1', { host: HOST, ...config }, { instance: () => 'me', ...options })[0]!;
}

const PRIMARY: Outbound = {
  destination: destination('http://upstream'),
  target: '/a?b=1',
  method: 'PUT',
  headers: ['Host', 'shop.example'],
  body: null,
  timeouts: { connect: 1, send: 2, read: 3 },
};

function names(config: ProxyMirrorConfig): string[] {
  return compileMirrors('1', config, { instance: () => 'me' }).map(({ name }) => name);
}

const OFF = { _meta: { disable: true } };
const ON = { _meta: { disable: false } };

it('has a mirror for each that is not disabled', () => {
  const [m, n] = [{ host: 'http://m' }, { host: 'http://n' }];
  expect(names(m)).toEqual(['http://m']);
  expect(names({ ...m, ...OFF })).toEqual([]);
  expect(names({ ...m, ...ON })).toEqual(['http://m']);
  expect(names({ mirrors: [m, { ...n, ...OFF }] })).toEqual(['http://m']);
  expect(names({ mirrors: [m, n], ...OFF })).toEqual([]);
  // What a disabled plugin holds was never looked at.
  expect(names({ mirrors: 'nonsense', ...OFF } as unknown as ProxyMirrorConfig)).toEqual([]);
});

it('makes the copy of what the primary gets', () => {
  const body = new Uint8Array(3);
  expect(compiled({ timeout: 0.5 }).copyOf(PRIMARY, body)).toMatchObject({
    destination: destination(HOST),
    target: '/a?b=1',
    method: 'PUT',
    headers: ['Host', 'shop.example', 'x-mirrored-by', 'me'],
    body,
    timeouts: { connect: 500, send: 500, read: 500 },
  });
});

it('knows its own host without the scheme', () => {
  const { headers } = compiled({ pass_host: 'node' }).copyOf(PRIMARY, null);
  expect(headers).toContain('mirror.example:8443');
});

it('lives for 10 s, or as configured, and no longer than the platform allows', () => {
  expect(compiled({}).timeout).toBe(10_000);
  expect(compiled({ timeout: 30 }).timeout).toBe(30_000);
  expect(compiled({ timeout: 30 }, { longestTimeout: 25 }).timeout).toBe(25_000);
  expect(compiled({ timeout: 3 }, { longestTimeout: 25 }).timeout).toBe(3000);
});

function places({ inFlight }: Mirror): number {
  let taken = 0;
  while (inFlight.acquire(0)) taken++;
  return taken;
}

it('has 128 places for copies, or as many as configured', () => {
  expect(places(compiled({}))).toBe(128);
  expect(places(compiled({ max_in_flight: 3 }))).toBe(3);
});

/** How many connections may be used up at once before one of its places is taken by that. */
function connections({ churn }: Mirror): number {
  let used = 0;
  for (; churn.excess(0) === 0; used++) churn.released('closed', 0);
  return used - 1;
}

it('may use up 500 connections a second, or as many as the runtime can bear, and its places', () => {
  expect(connections(compiled({ host: 'http://m' }))).toBe(500 + 128);
  expect(
    connections(compiled({ host: 'http://m', max_in_flight: 20 }, { connectionRate: 100 })),
  ).toBe(100 + 20);
});

it.each([
  ['http://m', 80],
  ['http://mirrors:9797', 80],
  // Each with a TLS handshake.
  ['https://m', 10],
  ['grpc://m:50051', 80],
  ['grpcs://m:50051', 10],
])('may use up fewer connections with TLS (%s)', (host, expected) => {
  expect(connections(compiled({ host, max_in_flight: 1 }, { connectionRate: 79 }))).toBe(expected);
});

it('has no limit to its rate unless one is configured', () => {
  const passed = ({ rate }: Mirror) =>
    Array.from({ length: 50 }, () => rate.take(0)).filter(Boolean);
  expect(passed(compiled({}))).toHaveLength(50);
  expect(passed(compiled({ rate_limit: 7 }))).toHaveLength(7);
});

function failuresUntilOpen({ breaker }: Mirror): number {
  for (let failures = 1; failures <= 20; failures++) {
    breaker.settle(breaker.pass(0), false, 0);
    if (breaker.open) return failures;
  }
  return Infinity;
}

it('stops after 10 failures, or as configured, or never', () => {
  expect(failuresUntilOpen(compiled({}))).toBe(10);
  expect(failuresUntilOpen(compiled({ breaker: { failures: 2 } }))).toBe(2);
  expect(failuresUntilOpen(compiled({ breaker: false }))).toBe(Infinity);
});

it('takes a share by the draw: what lies below the ratio', () => {
  const mirror = compiled({ sample_ratio: 0.25 });
  const drawn = (draw: number) => mirror.skipReason(request('/'), draw);
  expect([0, 0.2499].map(drawn)).toEqual([null, null]);
  expect([0.25, 0.9].map(drawn)).toEqual(['sampled_out', 'sampled_out']);
  // All of them, whatever is drawn, and without a draw.
  expect(compiled({}).skipReason(request('/'), 1)).toBeNull();
  expect(compiled({}).skipReason(request('/'))).toBeNull();
});

it('draws by itself when nobody did', () => {
  const mirror = compiled({ sample_ratio: 0.5 });
  const reasons = new Set(Array.from({ length: 200 }, () => mirror.skipReason(request('/'))));
  expect(reasons).toEqual(new Set([null, 'sampled_out']));
});

it('copies a body of the greatest length that is allowed, and none above', () => {
  const refused = (length: number | null, config: Partial<MirrorConfig> = {}) => {
    const upload = new Upload({ read: () => Promise.resolve(null), cancel() {} }, length);
    return compiled(config).skipReason(request('/', { upload }));
  };
  expect([refused(1_048_576), refused(1_048_577)]).toEqual([null, 'body_too_large']);
  expect([refused(10, { max_body_size: 10 }), refused(11, { max_body_size: 10 })]).toEqual([
    null,
    'body_too_large',
  ]);
  expect(refused(null, { max_body_size: 10 })).toBeNull();
});

it('says why a request gets no copy: the first reason of several', () => {
  const config = { sample_ratio: 0.5, _meta: { filter: [['arg_a', '==', '1']] } };
  const refused = (target: string, headers: string[], draw = 0) =>
    compiled(config).skipReason(request(target, { headers }), draw);
  expect(refused('/?a=1', [])).toBeNull();
  expect(refused('/', [], 0.9)).toBe('filtered');
  expect(refused('/?a=1', [], 0.9)).toBe('sampled_out');
  expect(refused('/', ['Upgrade', 'x, WebSocket'])).toBe('upgrade');
  expect(refused('/', ['Upgrade', 'websocket', 'x-mirrored-by', ''])).toBe('loop');
});

it.each([
  [['GET', 'HEAD'], 'HEAD', null],
  [['GET', 'HEAD'], 'POST', 'filtered'],
  // Methods are case-sensitive (RFC 9110 section 9.1).
  [['GET'], 'get', 'filtered'],
  [[], 'POST', null],
] as const)('methods %j: %s is %s', (methods, method, reason) => {
  expect(compiled({ methods }).skipReason(request('/', { method }))).toBe(reason);
});

const users = Array.from({ length: 10_000 }, (_, i) => `user-${i}`);

function chosen(ratio: number): string[] {
  const sample = sampler(ratio, 'http_x_user');
  return users.filter((user) => sample(request('/', { headers: ['X-User', user] })) === 1);
}

it('chooses about the share of keys, and always the same', () => {
  for (const ratio of [0.05, 0.1, 0.5]) {
    const once = chosen(ratio);
    const sigma = Math.sqrt(users.length * ratio * (1 - ratio));
    expect(Math.abs(once.length - users.length * ratio)).toBeLessThan(5 * sigma);
    expect(chosen(ratio)).toEqual(once);
  }
});

it('has the keys of a smaller ratio among those of a larger one', () => {
  let smaller = new Set<string>();
  for (const ratio of [0.00001, 0.01, 0.05, 0.1, 0.35, 0.5, 0.99, 1]) {
    const larger = new Set(chosen(ratio));
    expect([...smaller].filter((user) => !larger.has(user))).toEqual([]);
    smaller = larger;
  }
  expect(smaller.size).toBe(users.length);
});

it('leaves a request without the key, or any without a key configured, to chance', () => {
  expect(sampler(0.5, 'http_x_user')(request('/'))).toBe(0.5);
  expect(sampler(0.5)(request('/'))).toBe(0.5);
});

it('takes all at 1', () => {
  expect(sampler(1)(request('/'))).toBe(1);
  expect(sampler(1, 'http_x_user')(request('/', { headers: ['X-User', 'any'] }))).toBe(1);
});

it('leaves out a key whose point is the ratio itself: a share is what lies below it', () => {
  const point = murmur3('user-1') / 2 ** 32;
  const one = request('/', { headers: ['X-User', 'user-1'] });
  expect(sampler(point, 'http_x_user')(one)).toBe(0);
  expect(sampler(point + 2 ** -32, 'http_x_user')(one)).toBe(1);
});

const TARGET_CASES = [
  [undefined, undefined, '/a%2Fb/../c?x=1', '/a%2Fb/../c?x=1'],
  ['/new', undefined, '/old?x=1&y', '/new?x=1&y'],
  ['/new', 'replace', '/old', '/new'],
  ['/new', 'replace', '/old?', '/new?'],
  ['/new', 'replace', '/old?a?b', '/new?a?b'],
  ['/pre', 'prefix', '/old?x=1', '/pre/old?x=1'],
  ['/pre', 'prefix', '/', '/pre/'],
  ['/p%20q', 'replace', '/', '/p%20q'],
  ['/a b#c', 'replace', '/', '/a%20b%23c'],
  ['/caf\u00e9/\u{1f600}', 'replace', '/', '/caf%C3%A9/%F0%9F%98%80'],
  ['/tab\t', 'replace', '/', '/tab%09'],
  ['/half\ud800', 'replace', '/', '/half%EF%BF%BD'],
] as const;

it.each(TARGET_CASES)('path %j, mode %s: %s becomes %s', (path, mode, target, expected) => {
  expect(copyTarget(path, mode)(target)).toBe(expected);
});

it.each([
  [HOST, '/mirror?b=1'],
  ['grpc://m:50051', '/a?b=1'],
  ['grpcs://m:50051', '/a?b=1'],
])('path is of the copy, but not where it names a method of gRPC (%s)', (host, expected) => {
  expect(compiled({ host, path: '/mirror' }).copyOf(PRIMARY, null).target).toBe(expected);
});

const FIELDS = ['Host', 'shop.example', 'X-A', '1', 'x-b', '2', 'X-A', '3'];

function changed(config: Partial<MirrorConfig>): string[] {
  const host = 'http://mirror.example:81';
  return copyHeaders({ host, ...config }, 'mirror.example:81', () => 'me')([...FIELDS]);
}

const FIELD_CASES: readonly (readonly [
  what: string,
  config: Partial<MirrorConfig>,
  list: string[],
])[] = [
  ['nothing', {}, FIELDS],
  ['pass', { pass_host: 'pass' }, FIELDS],
  ['node', { pass_host: 'node' }, ['Host', 'mirror.example:81', ...FIELDS.slice(2)]],
  [
    'rewrite',
    { pass_host: 'rewrite', upstream_host: 'new.example' },
    ['Host', 'new.example', ...FIELDS.slice(2)],
  ],
  [
    'set, which replaces all of that name',
    { headers: { set: { 'x-a': 'new', 'X-C': 'c' } } },
    ['Host', 'shop.example', 'x-b', '2', 'x-a', 'new', 'X-C', 'c'],
  ],
  ['add, which keeps them', { headers: { add: { 'X-B': 'more' } } }, [...FIELDS, 'X-B', 'more']],
  [
    'remove, by any case',
    { headers: { remove: ['x-a', 'X-None'] } },
    ['Host', 'shop.example', 'x-b', '2'],
  ],
  [
    'remove, of what is sent in lower case',
    { headers: { remove: ['X-B'] } },
    ['Host', 'shop.example', 'X-A', '1', 'X-A', '3'],
  ],
];

it.each(FIELD_CASES)('changes what is configured: %s', (_, config, list) => {
  expect(changed(config)).toEqual([...list, 'x-mirrored-by', 'me']);
});

it("leaves the primary's list alone", () => {
  const primary = [...FIELDS];
  copyHeaders({ host: 'http://m' }, 'm', () => 'me')(primary);
  expect(primary).toEqual(FIELDS);
});

it('makes each copy of its own request alone', () => {
  const config: MirrorConfig = { host: 'http://m', pass_host: 'node' };
  const copied = copyHeaders(config, 'm', () => 'me');
  copied(['X-A', '1']);
  expect(copied(['X-B', '2'])).toEqual(['Host', 'm', 'X-B', '2', 'x-mirrored-by', 'me']);
});

const OPTIONS: MirrorOptions = { instance: () => 'me' };

/** The baseline of a mirror that compares in this way. */
function baselineOf(compare: MirrorConfig['compare'], config: Partial<MirrorConfig> = {}) {
  return compileBaseline(compiled({ ...config, ...(compare && { compare }) }), OPTIONS);
}

it('has no baseline unless one is configured', () => {
  expect([baselineOf(undefined), baselineOf(true), baselineOf({})]).toEqual([null, null, null]);
});

it('asks the upstream itself once more, with little at a time', () => {
  const config = { timeout: 3, path: '/mirror', headers: { set: { 'X-A': '1' } } };
  const baseline = baselineOf({ baseline: 'primary' }, config)!;
  const body = new Uint8Array(3);
  expect(baseline).toMatchObject({ name: 'primary', isBaseline: true, route: '1', timeout: 3000 });
  expect(places(baseline)).toBe(8);
  expect(baseline.copyOf(PRIMARY, body)).toEqual({
    ...PRIMARY,
    headers: ['Host', 'shop.example', 'x-mirrored-by', 'me'],
    body,
    timeouts: { connect: 3000, send: 3000, read: 3000 },
  });
});

it('sends another baseline the same copy', () => {
  const config = { path: '/mirror', headers: { set: { 'X-A': '1' } }, max_in_flight: 5 };
  const baseline = baselineOf({ baseline: 'http://old' }, config)!;
  const mirror = compiled(config).copyOf(PRIMARY, null);
  expect([baseline.name, baseline.isBaseline, places(baseline)]).toEqual(['http://old', true, 5]);
  expect(baseline.copyOf(PRIMARY, null)).toEqual({
    ...mirror,
    destination: destination('http://old'),
  });
});
