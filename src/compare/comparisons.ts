import type { Inbound } from '../http/messages.ts';
import { ComparedResponses } from './compared-responses.ts';
import type { ComparedMirror, MirrorOfRoute } from './compared-mirror.ts';
import type { ComparisonsOptions, RequestComparisons } from './request-comparisons.ts';

/**
 * Chooses by the head of a request which of its copies are compared; `null` if none is. To be called before the request
 * is sent to its upstream.
 *
 * @param copied the mirrors that get a copy
 * @param compared what is compared of which mirror of the route
 */
export function planComparisons<M extends MirrorOfRoute>(
  inbound: Inbound,
  copied: readonly M[],
  compared: ReadonlyMap<M, ComparedMirror<M>>,
  options: ComparisonsOptions,
): RequestComparisons<M> | null {
  const chosen = copied.filter((mirror) => compared.get(mirror)?.isCompared(inbound) === true);
  if (chosen.length === 0) return null;
  return (
    options.shed?.(inbound, chosen, compared, options) ??
    new ComparedResponses(inbound, chosen, compared, options)
  );
}
