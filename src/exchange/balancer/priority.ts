import type { Node, Pick } from './node.ts';

/** Nodes of a lower priority get a request only when all of a higher one are out. */
export function byPriority(
  nodes: readonly Node[],
  balance: (equals: readonly Node[]) => Pick,
): Pick {
  const ranks = [...new Set(nodes.map(({ priority }) => priority))].toSorted((a, b) => b - a);
  const picks = ranks.map((rank) => balance(nodes.filter(({ priority }) => priority === rank)));
  if (picks.length === 1) return picks[0]!;
  return (inbound, out) => {
    for (const pick of picks) {
      const node = pick(inbound, out);
      if (node !== null) return node;
    }
    return null;
  };
}
