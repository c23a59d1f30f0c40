import type { Node, Pick } from './node.ts';

/** Failures in a row after which a node rests: one alone may be the request's own fault. */
const FAILURES = 3;

/** Milliseconds of rest, nginx's `fail_timeout`. */
const REST = 10_000;

/** Passive health: nodes that keep failing rest, so that not every request has to find out anew. */
export interface Rest {
  readonly pick: Pick;
  failed(node: Node): void;
  answered(node: Node): void;
}

/**
 * Keeps resting nodes out of a balancer's sight. When nobody else is left they are asked all the
 * same: an answer of a bad node is better than none. After its rest a node is one failure away from
 * the next.
 *
 * @param now milliseconds
 */
export function withRest(
  nodes: readonly Node[],
  pick: Pick,
  now: () => number = () => performance.now(),
): Rest {
  let resting: readonly Node[] = [];
  return {
    pick(inbound, tried) {
      if (resting.length === 0) return pick(inbound, tried);
      const time = now();
      resting = resting.filter(({ restsUntil }) => restsUntil > time);
      return pick(inbound, [...tried, ...resting]) ?? pick(inbound, tried);
    },
    failed(node) {
      node.failures++;
      if (node.failures < FAILURES || nodes.length === 1) return;
      node.restsUntil = now() + REST;
      if (!resting.includes(node)) resting = [...resting, node];
    },
    answered(node) {
      node.failures = 0;
      if (resting.length > 0) resting = resting.filter((other) => other !== node);
    },
  };
}
