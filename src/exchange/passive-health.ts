import type { Node, Pick } from './balancer.ts';

/** Failures in a row after which a node is ejected: a single one may be the request's own fault. */
const FAILURES = 3;

/** How long, as nginx's `fail_timeout`. */
const EJECTION_MS = 10_000;

/** Ejects nodes that keep failing, so that not every request has to find out anew. */
export interface PassiveHealth {
  readonly pick: Pick;
  failed(node: Node): void;
  succeeded(node: Node): void;
}

/**
 * Keeps ejected nodes from a balancer. When no other node is left they are used all the same: a
 * response of a bad node is better than none. Once a node is back, a single failure ejects it again.
 *
 * @param now milliseconds
 */
export function passiveHealth(
  pick: Pick,
  now: () => number = () => performance.now(),
): PassiveHealth {
  let ejected: readonly Node[] = [];
  return {
    pick(inbound, tried) {
      if (ejected.length === 0) return pick(inbound, tried);
      const time = now();
      ejected = ejected.filter(({ ejectedUntil }) => ejectedUntil > time);
      return pick(inbound, [...tried, ...ejected]) ?? pick(inbound, tried);
    },
    failed(node) {
      node.failures++;
      if (node.failures < FAILURES) return;
      node.ejectedUntil = now() + EJECTION_MS;
      if (!ejected.includes(node)) ejected = [...ejected, node];
    },
    succeeded(node) {
      node.failures = 0;
      if (ejected.length > 0) ejected = ejected.filter((other) => other !== node);
    },
  };
}
