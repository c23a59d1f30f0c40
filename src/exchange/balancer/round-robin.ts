import type { Node, Pick } from './node.ts';

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
    return (_, out) => (out.includes(only) ? null : only);
  }
  const credit = able.map(() => 0);
  return (_, out) => {
    let best = -1;
    let total = 0;
    for (let i = 0; i < able.length; i++) {
      if (out.length > 0 && out.includes(able[i]!)) continue;
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
