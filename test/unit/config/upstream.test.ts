import { describe, expect, it } from 'vitest';
import { adminText, under } from '../../../src/config/fault.ts';
import { nodesOf, type UpstreamConfig } from '../../../src/config/upstream.ts';
import { upstreamFaults } from './agree.ts';

const nodes = { '127.0.0.1:1980': 1 };

function refusal(upstream: unknown): string {
  const faults = upstreamFaults(upstream);
  return faults.length === 0 ? 'accepted' : adminText(under(['upstream'], faults));
}

const IN = 'invalid configuration: property "upstream" validation failed: ';
const NODES = `${IN}property "nodes" validation failed: object matches none of the required`;

describe('texts an APISIX client may look for', () => {
  it.each([
    [{ retries: -1 }, `${IN}property "retries" validation failed: expected -1 to be at least 0`],
    [
      { retry_timeout: -1 },
      `${IN}property "retry_timeout" validation failed: expected -1 to be at least 0`,
    ],
    [
      { timeout: { connect: 1, send: 0, read: 1 } },
      `${IN}property "timeout" validation failed: property "send" validation failed: expected 0 to be greater than 0`,
    ],
    [
      { keepalive_pool: { size: 0 } },
      `${IN}property "keepalive_pool" validation failed: property "size" validation failed: expected 0 to be at least 1`,
    ],
    [{ kind: 1 }, `${IN}additional properties forbidden, found kind`],
    [{ nodes: { 'a:0': 1 } }, 'invalid port 0'],
    [{ nodes: { 'a:65536': 1 } }, 'invalid port 65536'],
    [{ nodes: { '[::1]:99999': 1 } }, 'invalid port 99999'],
    [
      { nodes: [{ host: '::1', port: 80, weight: 1 }] },
      "invalid configuration: IPv6 address must be enclosed with '[' and ']'",
    ],
    [{ pass_host: 'rewrite' }, "`upstream_host` can't be empty when `pass_host` is `rewrite`"],
    [
      { type: 'chash', key: 'not_support' },
      'invalid configuration: failed to match pattern "^((uri|server_name|server_addr|request_uri|remote_port|remote_addr|query_string|host|hostname|mqtt_client_id)|arg_[0-9a-zA-z_-]+)$" with "not_support"',
    ],
    [
      { type: 'chash', hash_on: 'header', key: '$#^@' },
      'invalid configuration: failed to match pattern "^[a-zA-Z0-9-_]+$" with "$#^@"',
    ],
  ])('%j', (extra, text) => {
    expect(refusal({ nodes, ...extra })).toBe(text);
  });

  it.each([
    [{ type: 'ewma' }, `${IN}property "type" validation failed: matches none of the enum values`],
    [
      { scheme: 'kafka' },
      `${IN}property "scheme" validation failed: matches none of the enum values`,
    ],
    [
      { pass_host: 'x' },
      `${IN}property "pass_host" validation failed: matches none of the enum values`,
    ],
    [
      { hash_on: 'consumer' },
      `${IN}property "hash_on" validation failed: matches none of the enum values`,
    ],
    [
      { upstream_host: '' },
      `${IN}property "upstream_host" validation failed: failed to match pattern`,
    ],
    [{ type: 'chash' }, 'missing key'],
    [{ nodez: 1 }, `${IN}additional properties forbidden, found nodez (did you mean "nodes"?)`],
    [
      { timeout: { conect: 1, send: 1, read: 1 } },
      `${IN}property "timeout" validation failed: property "connect" is required (found "conect"`,
    ],
    [{ checks: {} }, `${IN}additional properties forbidden, found checks`],
    [
      { tls: { client_cert_id: '1' } },
      `${IN}property "tls" validation failed: additional properties`,
    ],
    [{ nodes: undefined }, `${IN}value should match only one schema, but matches none`],
    [
      { nodes: undefined, service_name: 's', discovery_type: 'dns' },
      `${IN}additional properties forbidden, found service_name`,
    ],
    [{ nodes: 'a:80' }, NODES],
    [{ nodes: null }, NODES],
    [{ nodes: { 'a:80': '1' } }, NODES],
    [{ nodes: { 'a:80': -1 } }, NODES],
    [{ nodes: { 'http://a:80': 1 } }, NODES],
    [{ nodes: { 'a:80/x': 1 } }, NODES],
    [{ nodes: { '': 1 } }, NODES],
    [{ nodes: { '[::g]:80': 1 } }, NODES],
    [{ nodes: { '1:2:3:80': 1 } }, NODES],
    [{ nodes: ['a:80'] }, NODES],
    [{ nodes: [{ port: 80, weight: 1 }] }, NODES],
    [{ nodes: [{ host: 'a', port: 80 }] }, NODES],
    [{ nodes: [{ host: 'a', port: 0, weight: 1 }] }, `${NODES} (node 1, port: invalid port 0)`],
    [{ nodes: [{ host: 'a:80', weight: 1 }] }, `${NODES} (node 1, host: invalid host "a:80"`],
    [{ nodes: [{ host: 'a', weight: 1, metadata: [] }] }, NODES],
    [{ nodes: [{ host: 'a', weight: 1, wieght: 1 }] }, NODES],
  ])('%j, with what to do about it', (extra, text) => {
    const said = refusal({ nodes, ...extra });
    expect(said.startsWith(text)).toBe(true);
    expect(said).toMatch(/\(.+\)$/);
  });

  it('points at the node in question', () => {
    const faults = upstreamFaults({
      nodes: [
        { host: 'a', weight: 1 },
        { host: 'b', weight: 'x' },
      ],
    });
    expect(faults.map((fault) => fault.path)).toEqual([['nodes', 1, 'weight']]);
  });
});

describe('what is accepted', () => {
  it.each([
    [{}],
    [{ nodes: {} }],
    [{ nodes: [] }],
    [{ nodes: { a: 0, '[::1]': 1, '[::1]:8080': 1, '2001:db8::1': 1 } }],
    [{ nodes: [{ host: '[::1]', weight: 1, priority: -1, metadata: { a: [1] } }] }],
    [{ pass_host: 'rewrite', upstream_host: 'a.example:8080' }],
    [{ pass_host: 'node', scheme: 'https', retries: 0, retry_timeout: 0 }],
    [{ type: 'chash', key: 'remote_addr' }],
    [{ type: 'chash', key: 'arg_id', hash_on: 'vars' }],
    [{ type: 'chash', key: 'X-User', hash_on: 'header' }],
    [{ type: 'chash', key: '$http_a$remote_addr', hash_on: 'vars_combinations' }],
    [{ type: 'least_conn', key: 'anything' }],
    [{ keepalive_pool: { size: 1, idle_timeout: 0, requests: 1, more: 1 } }],
    [{ id: 1, name: 'u', desc: 'd', labels: { a: 'b' }, create_time: 1, update_time: 1 }],
  ])('%j', (extra) => {
    expect(refusal({ nodes, ...extra })).toBe('accepted');
  });
});

describe('nodesOf', () => {
  it.each<[UpstreamConfig, unknown]>([
    [
      { nodes: { 'A.Example': 2, 'b:81': 0 } },
      [
        { host: 'a.example', port: 80, weight: 2, priority: 0 },
        { host: 'b', port: 81, weight: 0, priority: 0 },
      ],
    ],
    [
      { nodes: { '[2001:DB8::1]': 1, '::1': 1, '[::1]:8443': 1 }, scheme: 'https' },
      [
        { host: '[2001:db8::1]', port: 443, weight: 1, priority: 0 },
        { host: '[::1]', port: 443, weight: 1, priority: 0 },
        { host: '[::1]', port: 8443, weight: 1, priority: 0 },
      ],
    ],
    [
      { nodes: [{ host: 'A', weight: 1, priority: -1, metadata: {} }], scheme: 'https' },
      [{ host: 'a', port: 443, weight: 1, priority: -1 }],
    ],
    [{ nodes: {} }, []],
    [{ nodes: [] }, []],
  ])('%j', (upstream, normalised) => {
    expect(nodesOf(upstream)).toEqual(normalised);
  });

  it('throws on what was not checked', () => {
    expect(() => nodesOf({ nodes: { 'http://a': 1 } })).toThrow(TypeError);
  });
});
