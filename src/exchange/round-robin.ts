import type { Node } from './upstream.ts';

/** Picks a node for an attempt; `null` when none is left. `tried` holds the nodes of earlier attempts. */
export type Pick = (tried: readonly Node[]) => Node | null;

/**
 * Smooth weighted round robin, as nginx does it: exact over every whole cycle, and spread evenly
 * within it. A node of weight 0 is never picked.
 *
 * @example weights 3:2:1 give the order a b a c b a
 */
export function roundRobin(nodes: readonly Node[]): Pick {
  const able = nodes.filter((node) => node.weight > 0);
  if (able.length === 0) return () => null;
  if (able.length === 1) {
    const only = able[0]!;
    return (tried) => (tried.includes(only) ? null : only);
  }
  const credit = able.map(() => 0);
  return (tried) => {
    let best = -1;
    let total = 0;
    for (let i = 0; i < able.length; i++) {
      if (tried.length > 0 && tried.includes(able[i]!)) continue;
      const { weight } = able[i]!;
      total += weight;
      credit[i]! += weight;
      if (best === -1 || credit[i]! > credit[best]!) best = i;
    }
    if (best === -1) return null;
    credit[best]! -= total;
    return able[best]!;
  };
}
