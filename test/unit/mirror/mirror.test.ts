import { expect, it } from 'vitest';
import type { MirrorConfig, ProxyMirrorConfig } from '../../../src/config/proxy-mirror.ts';
import { destination } from '../../../src/http/destination.ts';
import type { Outbound } from '../../../src/http/outbound.ts';
import { Upload } from '../../../src/http/upload.ts';
import { compileMirrors, type Mirror, type MirrorOptions } from '../../../src/mirror/mirror.ts';
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

function hosts(config: ProxyMirrorConfig): string[] {
  return compileMirrors('1', config, { instance: () => 'me' }).map(({ host }) => host);
}

const OFF = { _meta: { disable: true } };
const ON = { _meta: { disable: false } };

it('has a mirror for each that is not disabled', () => {
  const [m, n] = [{ host: 'http://m' }, { host: 'http://n' }];
  expect(hosts(m)).toEqual(['http://m']);
  expect(hosts({ ...m, ...OFF })).toEqual([]);
  expect(hosts({ ...m, ...ON })).toEqual(['http://m']);
  expect(hosts({ mirrors: [m, { ...n, ...OFF }] })).toEqual(['http://m']);
  expect(hosts({ mirrors: [m, n], ...OFF })).toEqual([]);
  // What a disabled plugin holds was never looked at.
  expect(hosts({ mirrors: 'nonsense', ...OFF } as unknown as ProxyMirrorConfig)).toEqual([]);
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
  while (inFlight.enter(0)) taken++;
  return taken;
}

it('has 128 places for copies, or as many as configured', () => {
  expect(places(compiled({}))).toBe(128);
  expect(places(compiled({ max_in_flight: 3 }))).toBe(3);
});

/** How many connections may be used up at once before one of its places is taken by that. */
function connections({ churn }: Mirror): number {
  let used = 0;
  for (; churn.excess(0) === 0; used++) churn.left('closed', 0);
  return used - 1;
}

it('may use up 500 connections a second, or as many as the runtime can bear, and its places', () => {
  expect(connections(compiled({ host: 'http://m' }))).toBe(500 + 128);
  expect(
    connections(compiled({ host: 'http://m', max_in_flight: 20 }, { connectionRate: 100 })),
  ).toBe(100 + 20);
  // Each with a TLS handshake.
  expect(
    connections(compiled({ host: 'https://m', max_in_flight: 1 }, { connectionRate: 79 })),
  ).toBe(10);
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
  const drawn = (draw: number) => mirror.refuses(request('/'), draw);
  expect([0, 0.2499].map(drawn)).toEqual([null, null]);
  expect([0.25, 0.9].map(drawn)).toEqual(['sampled_out', 'sampled_out']);
  // All of them, whatever is drawn, and without a draw.
  expect(compiled({}).refuses(request('/'), 1)).toBeNull();
  expect(compiled({}).refuses(request('/'))).toBeNull();
});

it('draws by itself when nobody did', () => {
  const mirror = compiled({ sample_ratio: 0.5 });
  const reasons = new Set(Array.from({ length: 200 }, () => mirror.refuses(request('/'))));
  expect(reasons).toEqual(new Set([null, 'sampled_out']));
});

it('copies a body of the greatest length that is allowed, and none above', () => {
  const refused = (length: number | null, config: Partial<MirrorConfig> = {}) => {
    const upload = new Upload({ read: () => Promise.resolve(null), cancel() {} }, length);
    return compiled(config).refuses(request('/', { upload }));
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
    compiled(config).refuses(request(target, { headers }), draw);
  expect(refused('/?a=1', [])).toBeNull();
  expect(refused('/', [], 0.9)).toBe('filtered');
  expect(refused('/?a=1', [], 0.9)).toBe('sampled_out');
  expect(refused('/', ['Upgrade', 'x, WebSocket'])).toBe('upgrade');
  expect(refused('/', ['Upgrade', 'websocket', 'x-mirrored-by', ''])).toBe('loop');
});
