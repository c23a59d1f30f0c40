import type { Inbound, Outbound } from '../http/messages.ts';
import type { Mirror } from '../mirror/mirror.ts';
import type { SkipReason } from '../mirror/outcome.ts';
import type { ShownRequest } from './request.ts';

/** What a mirror would get of a request. */
export interface MirrorExplanation {
  /** The configured `host`. */
  readonly mirror: string;
  /** `sometimes`: it is left to chance for each request. */
  readonly copied: 'always' | 'sometimes' | 'never';
  /** Share of such requests that is copied, 0 to 1. */
  readonly share: number;
  /** Why never. Limits are those of this moment. */
  readonly because: SkipReason | 'disabled' | null;
  readonly copy: ShownRequest | null;
}

/**
 * Asks a mirror without taking anything from its limits.
 *
 * @param primary what the copy would be made from
 */
export function explainMirror(
  mirror: Mirror,
  inbound: Inbound,
  primary: Outbound,
  show: (request: Outbound) => ShownRequest,
): MirrorExplanation {
  // With the best of luck: what is refused even so is refused always.
  const because = mirror.skipReason(inbound, 0) ?? atLimit(mirror, performance.now());
  if (because !== null)
    return { mirror: mirror.host, copied: 'never', share: 0, because, copy: null };
  const share = mirror.share(inbound);
  return {
    mirror: mirror.host,
    copied: share < 1 ? 'sometimes' : 'always',
    share,
    because: null,
    copy: show(mirror.copyOf(primary, null)),
  };
}

function atLimit({ breaker, inFlight, rate }: Mirror, now: number): SkipReason | null {
  if (breaker.blocks(now)) return 'breaker_open';
  if (inFlight.full(now)) return 'in_flight_limit';
  return rate.has(now) ? null : 'rate_limit';
}
