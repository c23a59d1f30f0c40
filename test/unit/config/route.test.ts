import { describe, expect, it } from 'vitest';
import { adminText, documentText } from '../../../src/config/fault.ts';
import { checkRoute } from './agree.ts';

const upstream = { type: 'roundrobin', nodes: { '127.0.0.1:1980': 1 } };
const base = { id: '1', uri: '/hello', upstream };

function refusal(route: unknown): string {
  const checked = checkRoute(route);
  return checked.ok ? 'accepted' : adminText(checked.faults);
}

describe('texts an APISIX client may look for', () => {
  it.each([
    [
      { priority: '1' },
      'property "priority" validation failed: wrong type: expected integer, got string',
    ],
    [
      { priority: 1.5 },
      'property "priority" validation failed: wrong type: expected integer, got number',
    ],
    [{ uri: 1 }, 'property "uri" validation failed: wrong type: expected string, got number'],
    [{ uri: null }, 'property "uri" validation failed: wrong type: expected string, got null'],
    [{ uri: '' }, 'property "uri" validation failed: string too short, expected at least 1, got 0'],
    [
      { uri: `/${'a'.repeat(4096)}` },
      'property "uri" validation failed: string too long, expected at most 4096, got 4097',
    ],
    [
      { uri: undefined, uris: [] },
      'property "uris" validation failed: expect array to have at least 1 items',
    ],
    [
      { uri: undefined, uris: ['/a', '/a'] },
      'property "uris" validation failed: expected unique items but items 1 and 2 are equal',
    ],
    [
      { name: '' },
      'property "name" validation failed: string too short, expected at least 1, got 0',
    ],
    [
      { desc: 'd'.repeat(257) },
      'property "desc" validation failed: string too long, expected at most 256, got 257',
    ],
    [
      { labels: { env: 1 } },
      'property "labels" validation failed: failed to validate env (matching ".*"): wrong type: expected string, got number',
    ],
    [
      { enable_websocket: 1 },
      'property "enable_websocket" validation failed: wrong type: expected boolean, got number',
    ],
    [{ vars: {} }, 'property "vars" validation failed: wrong type: expected array, got object'],
    [
      { plugins: [] },
      'property "plugins" validation failed: wrong type: expected object, got array',
    ],
    [
      { upstream: [] },
      'property "upstream" validation failed: wrong type: expected object, got array',
    ],
    [
      { timeout: { connect: 1, send: 1 } },
      'property "timeout" validation failed: property "read" is required',
    ],
    [
      { timeout: { connect: 0, send: 1, read: 1 } },
      'property "timeout" validation failed: property "connect" validation failed: expected 0 to be greater than 0',
    ],
    [
      { create_time: 'now' },
      'property "create_time" validation failed: wrong type: expected integer, got string',
    ],
    [{ kind: '/a' }, 'additional properties forbidden, found kind'],
    [{ id: undefined }, 'property "id" is required'],
  ])('%j', (extra, text) => {
    expect(refusal({ ...base, ...extra })).toBe(`invalid configuration: ${text}`);
  });

  it.each([
    [{ host: 'a', hosts: ['b'] }, 'only one of host or hosts is allowed'],
    [
      { remote_addr: '::1', remote_addrs: ['::2'] },
      'only one of remote_addr or remote_addrs is allowed',
    ],
    [{ vars: [['a', '=', 1]] }, "failed to validate the 'vars' expression: invalid operator '='"],
    [{ upstream_id: 9 }, 'failed to fetch upstream info by upstream id [9], response code: 404'],
    [{ service_id: '9' }, 'failed to fetch service info by service id [9], response code: 404'],
    [
      { plugin_config_id: 'x' },
      'failed to fetch plugin config info by plugin config id [x], response code: 404',
    ],
    [{ plugins: { 'limit-count': {} } }, 'unknown plugin [limit-count]'],
  ])('%j without a prefix', (extra, text) => {
    expect(refusal({ ...base, ...extra })).toBe(text);
  });

  it.each([
    [
      { methods: ['GET', 'get'] },
      'property "methods" validation failed: failed to validate item 2: matches none of the enum values',
      'expected one of "GET"',
    ],
    [{ status: 2 }, 'property "status" validation failed: matches none of the enum values', '1, 0'],
    [{ id: '' }, 'property "id" validation failed: object matches none of the required', '1 to 64'],
    [{ id: 0 }, 'property "id" validation failed: object matches none of the required', '>= 1'],
    [
      { id: 'a/b' },
      'property "id" validation failed: object matches none of the required',
      'letters',
    ],
    [
      { upstream_id: {} },
      'property "upstream_id" validation failed: object matches none of the required',
      'letters',
    ],
    [
      { remote_addr: '127.0.0.' },
      'property "remote_addr" validation failed: object matches none of the required',
      'CIDR',
    ],
    [
      { remote_addrs: ['10.0.0.0/33'] },
      'property "remote_addrs" validation failed: failed to validate item 1: object matches none of the required',
      'CIDR',
    ],
    [
      { host: 'a b' },
      String.raw`property "host" validation failed: failed to match pattern "^\\*$|^\\*?[0-9a-zA-Z-._\\[\\]:]+$" with "a b"`,
      '*.example.com',
    ],
    [
      { labels: { env: 'a b' } },
      String.raw`property "labels" validation failed: failed to validate env (matching ".*"): failed to match pattern "^\\S+$" with "a b"`,
      'white space',
    ],
    [
      { uris: ['/b'] },
      'value should match only one schema, but matches both schemas 1 and 2',
      'either "uri" or "uris"',
    ],
    [{ uri: undefined }, 'object matches none of the required: ["uri"] or ["uris"]', 'one of them'],
    [
      { upstream: undefined },
      'object matches none of the required: ["plugins","uri"] or ["upstream","uri"]',
      'needs "upstream" or "plugins"',
    ],
    [
      { filter_func: 'function() end' },
      'additional properties forbidden, found filter_func',
      '"vars"',
    ],
    [{ script: 'return {}' }, 'additional properties forbidden, found script', 'no Lua'],
    [{ urii: '/a' }, 'additional properties forbidden, found urii', '(did you mean "uri"?)'],
  ])('%j, with what to do about it', (extra, text, hint) => {
    const said = refusal({ ...base, ...extra });
    expect(said.startsWith(`invalid configuration: ${text}`)).toBe(true);
    expect(said.slice(text.length)).toContain(hint);
  });

  it.each([[null], ['/a'], [[]], [7]])('%j is no route', (value) => {
    expect(refusal(value)).toMatch(/^invalid configuration: wrong type: expected object, got /);
  });
});

describe('what is accepted', () => {
  it.each([
    [{}],
    [{ id: 1 }],
    [{ id: 'a-b_c.d' }],
    [{ upstream: undefined, plugins: {} }],
    [{ methods: [] }],
    [{ methods: ['PURGE', 'CONNECT', 'TRACE'] }],
    [{ host: '*' }],
    [{ host: '*.Example.com' }],
    [{ hosts: ['[::1]', 'a_b'] }],
    [{ remote_addrs: ['10.0.0.0/8', '2001:db8::/32', '::1'] }],
    [{ vars: [['arg_a', '==', '1']] }],
    [{ timeout: { connect: 0.5, send: 1, read: 2 } }],
    [{ status: 0, priority: -5, enable_websocket: true, name: 'n', desc: '' }],
    [{ labels: { env: 'x', constructor: 'y' }, create_time: 1, update_time: 2 }],
    [{ name: '\u{1F600}'.repeat(256) }],
  ])('%j', (extra) => {
    expect(refusal({ ...base, ...extra })).toBe('accepted');
  });

  it('comes back as the same object with nothing filled in', () => {
    const text = '{"upstream":{"nodes":{"b:1":1,"a:1":2}},"uri":"/a","plugins":{},"id":7}';
    const route: unknown = JSON.parse(text);
    const checked = checkRoute(route);
    expect(checked).toEqual({ ok: true, value: route });
    expect(checked.ok && checked.value).toBe(route);
    expect(JSON.stringify(route)).toBe(text);
  });

  it('takes frozen input', () => {
    expect(checkRoute(Object.freeze({ ...base })).ok).toBe(true);
  });
});

describe('all faults at once', () => {
  const checked = checkRoute({
    uris: ['/a', 1],
    host: 'a',
    hosts: ['b'],
    priority: 'x',
    unknown: 1,
    other: 2,
    upstream: { nodes: { 'a:0': -1 }, retries: -1 },
    plugins: { 'proxy-mirror': { host: 'nope', sample_ratio: 10 }, x: {} },
    vars: [['a', '=', 1]],
  });
  const faults = checked.ok ? [] : checked.faults;

  it('has one for each, with its path, in the order APISIX looks', () => {
    expect(faults.map((fault) => fault.path.join('.'))).toEqual([
      'hosts',
      'uris.1',
      'priority',
      'unknown',
      'other',
      'id',
      'upstream.retries',
      'upstream.nodes.a:0',
      'upstream.nodes.a:0',
      'plugins.proxy-mirror.host',
      'plugins.proxy-mirror.sample_ratio',
      'plugins.x',
      'vars',
    ]);
  });

  it('joins them for the admin API with each prefix once', () => {
    const text = adminText(faults);
    expect(text.split('invalid configuration: ')).toHaveLength(2);
    expect(text.split('of plugin proxy-mirror err: ')).toHaveLength(2);
    expect(text.split('; ')[0]).toBe('only one of host or hosts is allowed');
    expect(text).toContain('; invalid port 0; ');
    expect(text).toContain('; unknown plugin [x]; ');
  });

  it('gives a document one line for each', () => {
    expect(documentText(faults, null)).toHaveLength(faults.length);
  });
});

describe('hostile input', () => {
  it('is not taken in by keys of Object.prototype', () => {
    const route: unknown = JSON.parse(
      '{"id":"1","uri":"/a","plugins":{},"constructor":1,"toString":{},"hasOwnProperty":0}',
    );
    expect(refusal(route)).toBe(
      'invalid configuration: additional properties forbidden, found constructor; ' +
        'additional properties forbidden, found toString; ' +
        'additional properties forbidden, found hasOwnProperty',
    );
  });

  it.each([
    ['{"id":"1","uri":"/a","plugins":{},"__proto__":{"host":"x"}}'],
    ['{"id":"1","uri":"/a","plugins":{"__proto__":{}}}'],
    ['{"id":"1","uri":"/a","plugins":{},"labels":{"__proto__":"x"}}'],
  ])('refuses __proto__ wherever it is: %s', (text) => {
    expect(refusal(JSON.parse(text))).toContain('additional properties forbidden, found __proto__');
  });

  it('does not find what is required in a prototype', () => {
    expect(refusal(Object.create(base))).toContain('property "id" is required');
  });

  it('refuses deep nesting without recursion', () => {
    const deep: unknown = JSON.parse('['.repeat(20_000) + ']'.repeat(20_000));
    expect(refusal({ ...base, vars: deep })).toBe(
      'invalid configuration: nested too deeply (at most 64 levels)',
    );
  });

  it('refuses a cycle', () => {
    const route: Record<string, unknown> = { ...base };
    route['labels'] = { a: route, b: route };
    expect(refusal(route)).toContain('nested too deeply');
  });

  it('keeps control characters and long values out of its texts', () => {
    const said = refusal({ ...base, 'a\nb\u0000': 1, host: `\r\n${'x '.repeat(5000)}` });
    expect(said).not.toMatch(/\p{Cc}/u);
    expect(said.length).toBeLessThan(1000);
  });
});
