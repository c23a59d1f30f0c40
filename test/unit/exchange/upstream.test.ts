import { describe, expect, it } from 'vitest';
import type { UpstreamConfig } from '../../../src/config/upstream.ts';
import type { Node } from '../../../src/exchange/balancer.ts';
import { compileUpstream, type Upstream } from '../../../src/exchange/upstream.ts';
import { request } from '../routes/request.ts';

const any = request('/');

const turns = ({ pick }: Upstream, count: number) =>
  Array.from({ length: count }, () => pick(any, [])?.authority ?? null);

/** All nodes in the order one request would try them. */
function order({ pick }: Upstream, inbound = any): string[] {
  const tried: Node[] = [];
  for (let node = pick(inbound, tried); node !== null; node = pick(inbound, tried))
    tried.push(node);
  return tried.map(({ authority }) => authority);
}

describe('roundrobin', () => {
  it('is exact over a cycle and spread within it', () => {
    const upstream = compileUpstream({ nodes: { 'a:1': 3, 'b:1': 2, 'c:1': 1, 'd:1': 0 } });
    expect(turns(upstream, 6)).toEqual(['a:1', 'b:1', 'a:1', 'c:1', 'b:1', 'a:1']);
  });
});

describe('least_conn', () => {
  const nodes = { 'a:1': 2, 'b:1': 1, 'c:1': 0 };

  it('gives the node with the fewest exchanges for its weight', () => {
    const upstream = compileUpstream({ type: 'least_conn', nodes });
    const given = Array.from({ length: 6 }, () => {
      const node = upstream.pick(any, [])!;
      node.active++;
      return node.authority;
    });
    expect(given.filter((name) => name === 'a:1')).toHaveLength(4);
    expect(given.filter((name) => name === 'b:1')).toHaveLength(2);
    const a = upstream.nodes[0]!;
    a.active = 0;
    expect(upstream.pick(any, [])).toBe(a);
  });

  it('takes turns by weight among equals', () => {
    const upstream = compileUpstream({ type: 'least_conn', nodes });
    expect(turns(upstream, 3).toSorted()).toEqual(['a:1', 'a:1', 'b:1']);
  });
});

describe('chash', () => {
  const users = Array.from({ length: 3000 }, (_, i) => `user-${i}`);
  const by = (user: string) => request('/', { headers: ['X-User', user] });
  const compile = (nodes: UpstreamConfig['nodes']) =>
    compileUpstream({ type: 'chash', hash_on: 'header', key: 'x-user', nodes });
  const places = ({ pick }: Upstream) => users.map((user) => pick(by(user), [])!.authority);
  const share = (all: readonly string[], node: string) =>
    all.filter((name) => name === node).length / all.length;

  it('spreads keys by weight, the same in every process', () => {
    const all = places(compile({ 'a:1': 2, 'b:1': 1, 'c:1': 1, 'd:1': 0 }));
    expect(share(all, 'a:1')).toBeCloseTo(0.5, 1);
    expect(share(all, 'b:1')).toBeCloseTo(0.25, 1);
    expect(share(all, 'c:1')).toBeCloseTo(0.25, 1);
    // Pinned: another hash or formula would move everybody's sessions with an update.
    expect(
      all
        .slice(10, 22)
        .map((name) => name[0])
        .join(''),
    ).toBe('abcaabbbaaac');
  });

  it('moves only the keys of a node that goes or comes', () => {
    const three = places(compile({ 'a:1': 1, 'b:1': 1, 'c:1': 1 }));
    const two = places(compile({ 'a:1': 1, 'b:1': 1 }));
    users.forEach((_, i) => {
      if (three[i] !== 'c:1') expect(two[i]).toBe(three[i]);
    });
    expect(share(two, 'a:1')).toBeCloseTo(0.5, 1);
  });

  it('gives a key the same next node whenever its own is out', () => {
    const upstream = compile({ 'a:1': 1, 'b:1': 1, 'c:1': 1 });
    expect(order(upstream, by('user-1'))).toHaveLength(3);
    expect(order(upstream, by('user-1'))).toEqual(order(upstream, by('user-1')));
  });

  it.each([
    ['vars', 'remote_addr', { remoteAddr: '10.0.0.7' }],
    ['vars', 'uri', { path: '/7' }],
    ['vars', 'arg_id', { query: 'id=7' }],
    ['vars', 'server_name', { host: 'seven.example' }],
    ['header', 'X-User', { headers: ['x-user', '7'] }],
    ['cookie', 'sid', { headers: ['Cookie', 'a=b; sid=7'] }],
    ['vars_combinations', '$remote_addr-${arg_id}', { query: 'id=7' }],
  ] as const)('hashes %s %s', (on, key, part) => {
    const nodes = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`n${i}:1`, 1]));
    const upstream = compileUpstream({ type: 'chash', hash_on: on, key, nodes });
    const one = request('/', part as object);
    expect(upstream.pick(one, [])).toBe(upstream.pick(request('/other', part as object), []));
    expect(upstream.pick(one, [])).not.toBe(upstream.pick(request('/'), []));
  });

  it('goes by the address without the key', () => {
    const upstream = compile({ 'a:1': 1, 'b:1': 1, 'c:1': 1 });
    const from = (remoteAddr: string) => upstream.pick(request('/', { remoteAddr }), [])!.authority;
    const addresses = Array.from({ length: 60 }, (_, i) => `10.0.0.${i}`);
    expect(new Set(addresses.map(from)).size).toBe(3);
    expect(addresses.map(from)).toEqual(addresses.map(from));
  });

  it('refuses a variable that nobody knows', () => {
    const config = { type: 'chash', key: 'remote_port', nodes: { 'a:1': 1 } } as const;
    expect(() => compileUpstream(config)).toThrow("unknown variable 'remote_port'");
  });
});

describe.each(['roundrobin', 'least_conn', 'chash'] as const)('every balancer: %s', (type) => {
  const compile = (nodes: UpstreamConfig['nodes']) =>
    compileUpstream({ type, key: 'remote_addr', nodes });

  it.each([[{}], [{ 'a:1': 0 }]])('of %j finds none', (nodes) => {
    expect(compile(nodes).pick(any, [])).toBeNull();
  });

  it('never gives a node twice, and those of a lower priority last', () => {
    const upstream = compile([
      { host: 'spare', port: 1, weight: 9, priority: -1 },
      { host: 'a', port: 1, weight: 1 },
      { host: 'b', port: 1, weight: 1 },
    ]);
    expect(turns(upstream, 4)).not.toContain('spare:1');
    expect(order(upstream).slice(0, 2).toSorted()).toEqual(['a:1', 'b:1']);
    expect(order(upstream)[2]).toBe('spare:1');
  });
});

describe('the Host that a node gets', () => {
  const inbound = { authority: 'client.example' } as never;
  it.each([
    [{}, 'client.example'],
    [{ pass_host: 'node' }, 'a:8080'],
    [{ pass_host: 'rewrite', upstream_host: 'other' }, 'other'],
    [{ pass_host: 'node', nodes: { 'a:80': 1 } }, 'a'],
    [{ pass_host: 'node', nodes: { a: 1 }, scheme: 'https' }, 'a'],
  ] as const)('%j is %s', (more, host) => {
    const { hostFor, pick } = compileUpstream({ nodes: { 'a:8080': 1 }, ...more });
    expect(hostFor(inbound, pick(inbound, [])!)).toBe(host);
  });

  it('is its own when the client named none', () => {
    const { hostFor, pick } = compileUpstream({ nodes: { 'a:8080': 1 } });
    expect(hostFor({ authority: '' } as never, pick({} as never, [])!)).toBe('a:8080');
  });
});
