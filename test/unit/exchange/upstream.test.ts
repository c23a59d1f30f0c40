import { describe, expect, it } from 'vitest';
import { compileUpstream, type Node } from '../../../src/exchange/upstream.ts';

const turns = (pick: (tried: readonly Node[]) => Node | null, count: number) =>
  Array.from({ length: count }, () => pick([])?.authority ?? null);

describe('picking a node', () => {
  it('is exact over a cycle and spread within it', () => {
    const { pick } = compileUpstream({ nodes: { 'a:1': 3, 'b:1': 2, 'c:1': 1, 'd:1': 0 } });
    expect(turns(pick, 6)).toEqual(['a:1', 'b:1', 'a:1', 'c:1', 'b:1', 'a:1']);
  });

  it.each([[{}], [{ 'a:1': 0 }]])('of %j finds none', (nodes) => {
    expect(compileUpstream({ nodes }).pick([])).toBeNull();
  });

  it('never gives a node twice, and those of a lower priority last', () => {
    const { pick } = compileUpstream({
      nodes: [
        { host: 'spare', port: 1, weight: 9, priority: -1 },
        { host: 'a', port: 1, weight: 1 },
        { host: 'b', port: 1, weight: 1 },
      ],
    });
    expect(new Set(turns(pick, 4))).toEqual(new Set(['a:1', 'b:1']));
    const tried: Node[] = [];
    for (let node = pick(tried); node !== null; node = pick(tried)) tried.push(node);
    expect(tried).toHaveLength(3);
    expect(tried.at(-1)!.authority).toBe('spare:1');
  });

  it.each(['chash', 'least_conn'] as const)('by %s is refused, not replaced', (type) => {
    const upstream = { type, key: 'remote_addr', nodes: { 'a:1': 1 } };
    expect(() => compileUpstream(upstream)).toThrow(`"${type}" is not supported yet`);
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
    expect(hostFor(inbound, pick([])!)).toBe(host);
  });

  it('is its own when the client named none', () => {
    const { hostFor, pick } = compileUpstream({ nodes: { 'a:8080': 1 } });
    expect(hostFor({ authority: '' } as never, pick([])!)).toBe('a:8080');
  });
});
