import type { Node, Pick } from './balancer.ts';

/** Failures in a row that eject a node. More than one, since a single failure may be the request's fault. */
const MAX_FAILURES = 3;

/** Duration of an ejection; the default of nginx's `fail_timeout`. */
const EJECTION_MS = 10_000;

/** Ejects nodes that keep failing, so that not every request has to try them first. */
export interface PassiveHealth {
  readonly pick: Pick;
  failed(node: Node): void;
  succeeded(node: Node): void;
}

/**
 * Excludes ejected nodes from balancing. If no other node is left, they are used all the same: a bad node is
 * better than none. After an ejection, a single failure ejects the node again.
 *
 * @param now clock in milliseconds
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
      if (node.failures < MAX_FAILURES) return;
      node.ejectedUntil = now() + EJECTION_MS;
      if (!ejected.includes(node)) ejected = [...ejected, node];
    },
    succeeded(node) {
      node.failures = 0;
      if (ejected.length > 0) ejected = ejected.filter((other) => other !== node);
    },
  };
}
