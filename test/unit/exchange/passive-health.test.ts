import { describe, expect, it } from 'vitest';
import { passiveHealth } from '../../../src/exchange/passive-health.ts';
import { compileUpstream } from '../../../src/exchange/upstream.ts';

const any = {} as never;

describe('a node that keeps failing', () => {
  function ejecting(count: number) {
    let time = 0;
    const { nodes } = compileUpstream({
      nodes: Object.fromEntries(Array.from({ length: count }, (_, i) => [`n${i}:1`, 1])),
    });
    const health = passiveHealth(
      (_, out) => nodes.find((node) => !out.includes(node)) ?? null,
      () => time,
    );
    return {
      ...health,
      nodes,
      first: () => health.pick(any, []),
      fail: (node: number, times: number) => {
        for (let i = 0; i < times; i++) health.failed(nodes[node]!);
      },
      pass: (milliseconds: number) => (time += milliseconds),
    };
  }

  it('is ejected for 10 s after three failures in a row', () => {
    const { first, fail, pass, nodes } = ejecting(2);
    fail(0, 2);
    expect(first()).toBe(nodes[0]);
    fail(0, 1);
    expect(first()).toBe(nodes[1]);
    pass(9999);
    expect(first()).toBe(nodes[1]);
    pass(1);
    expect(first()).toBe(nodes[0]);
  });

  it('is ejected again by a single failure, and forgiven once it responds', () => {
    const { first, fail, pass, succeeded, nodes } = ejecting(2);
    fail(0, 3);
    pass(10_000);
    fail(0, 1);
    expect(first()).toBe(nodes[1]);
    succeeded(nodes[0]!);
    expect(first()).toBe(nodes[0]);
    fail(0, 2);
    expect(first()).toBe(nodes[0]);
  });

  it('is asked all the same when nobody else is left', () => {
    const { pick, fail, nodes } = ejecting(2);
    fail(0, 3);
    fail(1, 3);
    expect(pick(any, [])).toBe(nodes[0]);
    expect(pick(any, [nodes[0]!])).toBe(nodes[1]);
    expect(pick(any, nodes)).toBeNull();
  });

  it('gets its requests all the same when it is the only one', () => {
    const { first, fail, nodes } = ejecting(1);
    fail(0, 9);
    expect(first()).toBe(nodes[0]);
  });
});
