import type { Destination } from '../../http/destination.ts';
import type { Inbound } from '../../http/inbound.ts';

/** One server of an upstream, and what balancers remember of it. */
export interface Node {
  readonly destination: Destination;
  /** Host as `pass_host: node` sends it: the port only where it is not the scheme's own. */
  readonly authority: string;
  readonly weight: number;
  /** Nodes of a lower priority get a request only after all of a higher one are out. */
  readonly priority: number;
  /** Exchanges under way. */
  active: number;
  /** Failures since it last answered. */
  failures: number;
  /** Until when it gets nothing, on the clock of `performance.now()`. */
  restsUntil: number;
}

/**
 * Picks a node for an attempt; `null` when none is left.
 *
 * @param out nodes that are out of the running: tried by this request already, or resting
 */
export type Pick = (inbound: Inbound, out: readonly Node[]) => Node | null;
