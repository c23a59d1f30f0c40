import { describe, expect, it } from 'vitest';
import {
  destination,
  destinationFaults,
  faultOnFetch,
  NOWHERE,
  serverNameOf,
  type TlsConfig,
} from '../../../src/http/destination.ts';

describe('the name that TLS sends and checks', () => {
  it.each([
    ['https://a.example:8443', {}, 'a.example'],
    ['https://A.example.', {}, 'a.example'],
    ['https://a.example', { pass_host: 'rewrite', upstream_host: 'B.example.:1' }, 'b.example'],
    ['https://a.example', { pass_host: 'rewrite', upstream_host: '10.0.0.1' }, 'a.example'],
    // Not what is sent as Host.
    ['https://a.example', { pass_host: 'pass', upstream_host: 'b.example' }, 'a.example'],
    ['https://10.0.0.1', { pass_host: 'rewrite', upstream_host: 'b.example' }, 'b.example'],
    ['https://10.0.0.1', { pass_host: 'rewrite', upstream_host: '[::1]:443' }, ''],
    ['https://10.0.0.1:8443', { pass_host: 'node' }, ''],
    ['https://[::1]', { pass_host: 'node' }, ''],
    ['https://10.0.0.1', {}, null],
    ['https://[::1]:8443', { pass_host: 'pass' }, null],
    ['http://a.example', { pass_host: 'rewrite', upstream_host: 'b.example' }, ''],
    ['http://a.https', {}, ''],
    ['http://https:80', {}, ''],
  ] as const)('to %s with %j is %j', (origin, options, expected) => {
    expect(destination(origin, options).serverName).toBe(expected);
  });

  it.each([
    ['a.example', 'a.example'],
    ['A.Example.:443', 'a.example'],
    ['my_service', 'my_service'],
    ['a', 'a'],
    ['', ''],
    ['.', ''],
    ['a..', ''],
    ['a b', ''],
    ['*.example', ''],
    ['127.0.0.1', ''],
    ['127.1:80', ''],
    ['1.0x7f', ''],
    ['127', ''],
    ['0x7f', ''],
    ['a.127', ''],
    ['[::1]', ''],
    ['[::1]:80', ''],
    ['7.example', '7.example'],
    [`${'a'.repeat(254)}`, ''],
  ])('of %j is %j', (host, expected) => {
    expect(serverNameOf(host)).toBe(expected);
  });
});

it('keeps connections apart that differ in more than where they go', () => {
  const keys = [
    destination('https://10.0.0.1'),
    destination('https://10.0.0.2'),
    destination('https://10.0.0.1', { pass_host: 'rewrite', upstream_host: 'a.example' }),
    destination('https://10.0.0.1', { pass_host: 'node' }),
    destination('https://10.0.0.1', { keepAlive: { size: 1 } }),
    destination('https://10.0.0.1', { keepAlive: { idleTimeout: 1 } }),
    destination('https://10.0.0.1', { keepAlive: { requests: 1 } }),
    destination('https://10.0.0.1', { keepAlive: { size: 1, idleTimeout: 11 } }),
    destination('https://10.0.0.1', { keepAlive: { size: 11, idleTimeout: 1 } }),
    destination('https://10.0.0.1', { tls: { verify: false } }),
    destination('https://10.0.0.1', { tls: { ca: 'a' } }),
    destination('https://10.0.0.1', { tls: { ca: 'b' } }),
  ].map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
  expect(destination('https://10.0.0.1').key).toBe(keys[0]);
  // In clear no name is sent.
  const rewritten = destination('http://a', { pass_host: 'rewrite', upstream_host: 'b' });
  expect(rewritten.key).toBe(destination('http://a').key);
});

it('keeps connections as APISIX does, but for what is set', () => {
  const { keepAlive } = destination('http://a');
  expect(keepAlive).toEqual({ size: 320, idleTimeout: null, requests: 1000 });
  expect(destination('http://a', { keepAlive: { size: 1 } }).keepAlive).toEqual({
    ...keepAlive,
    size: 1,
  });
});

it('is nowhere without an origin', () => {
  expect(NOWHERE).toMatchObject({ origin: '', serverName: '' });
});

describe('the options of TLS', () => {
  it.each<[TlsConfig | undefined, boolean]>([
    [undefined, false],
    [{}, false],
    [{ verify: true }, false],
    [{ verify: false }, true],
    [{ ca: 'a' }, true],
    [{ client_cert: 'a', client_key: 'b' }, true],
    [{ verify: true, ca: 'a' }, true],
    [{ verify: false, ca: 'a' }, true],
  ])('%j: unlike the runtime by itself: %s', (tls, isOwn) => {
    expect(destination('https://a', { tls }).tls).toBe(isOwn ? tls : null);
    expect(destination('grpcs://a', { tls }).tls).toBe(isOwn ? tls : null);
    // In clear they have no effect.
    expect(destination('http://a', { tls }).tls).toBeNull();
    expect(destination('http://https:80', { tls }).tls).toBeNull();
  });
});

describe('a runtime that sends by its own fetch', () => {
  const ON_SERVERS = 'expected the gateway on Node, Deno or Bun';
  const NO_TRAILERS = `fetch has no trailers, which gRPC needs: ${ON_SERVERS}`;
  const NO_OPTIONS = `fetch has no such options: ${ON_SERVERS}`;

  it.each<[string, TlsConfig | undefined, ReturnType<typeof faultOnFetch>]>([
    ['http://a', undefined, null],
    ['https://a', undefined, null],
    ['https://a', { verify: true }, null],
    ['http://a', { verify: false }, null],
    ['http://grpc', undefined, null],
    ['https://a', { ca: 'a' }, { path: ['tls'], message: NO_OPTIONS }],
    ['grpc://a', undefined, { path: [], message: NO_TRAILERS }],
    ['grpcs://a', { ca: 'a' }, { path: [], message: NO_TRAILERS }],
  ])('to %s with %j: %j', (origin, tls, fault) => {
    expect(faultOnFetch(destination(origin, { tls }))).toEqual(fault);
  });

  it('is told of each fault at the field that has it', () => {
    const sent = [
      destination('http://a'),
      destination('grpc://a'),
      destination('https://a', { tls: { ca: 'a' } }),
    ].map((one) => ({ destination: one }));
    expect(destinationFaults(sent, faultOnFetch, 'host')).toEqual([
      { path: ['host'], message: NO_TRAILERS },
      { path: ['tls'], message: NO_OPTIONS },
    ]);
  });
});
