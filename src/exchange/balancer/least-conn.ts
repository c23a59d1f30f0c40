import type { Node, Pick } from './node.ts';
import { roundRobin } from './round-robin.ts';

/** The node with the fewest exchanges under way for its weight; among equals they take turns. */
export function leastConn(nodes: readonly Node[]): Pick {
  const able = nodes.filter((node) => node.weight > 0);
  const turns = roundRobin(able);
  return (inbound, out) => {
    let least = Infinity;
    for (const node of able) {
      if (!out.includes(node)) least = Math.min(least, node.active / node.weight);
    }
    const busier = able.filter((node) => node.active / node.weight > least);
    return turns(inbound, busier.length === 0 ? out : [...out, ...busier]);
  };
}
