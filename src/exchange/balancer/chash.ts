import { murmur3 } from '../../vars/murmur3.ts';
import type { Inbound } from '../../http/inbound.ts';
import type { Node, Pick } from './node.ts';

/** Hashes are 32 bits wide; never 0 or 1, whose logarithms are of no use. */
const HASH_RANGE = 2 ** 32 + 1;

/**
 * Consistent hashing: the same key goes to the same node, in the share that its weight asks for,
 * and when a node goes or comes only the keys of that node move. Rendezvous hashing (Thaler and
 * Ravishankar, 1998, with logarithmic weights) does that without a ring of points and its memory;
 * its cost grows with the nodes of one upstream, which are few.
 *
 * @param keyOf what requests are told apart by
 */
export function chash(nodes: readonly Node[], keyOf: (inbound: Inbound) => string): Pick {
  const able = nodes.filter((node) => node.weight > 0);
  return (inbound, out) => {
    const key = keyOf(inbound);
    let best: Node | null = null;
    let highest = -Infinity;
    for (const node of able) {
      if (out.length > 0 && out.includes(node)) continue;
      const point = (murmur3(`${node.destination.origin} ${key}`) + 1) / HASH_RANGE;
      const score = -node.weight / Math.log(point);
      if (score <= highest) continue;
      highest = score;
      best = node;
    }
    return best;
  };
}
