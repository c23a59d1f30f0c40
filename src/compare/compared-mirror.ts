import { compareOf, type CompareConfig, PRIMARY, type RedactConfig } from '../config/compare.ts';
import type { Inbound } from '../http/messages.ts';
import { sampler } from '../vars/sampler.ts';
import type { CompareRules } from './rules.ts';

/** How the responses of one mirror are compared, compiled. */
export interface ComparedMirror<M> {
  readonly rules: CompareRules;
  /** Most bytes of either response's body. */
  readonly maxBodyBytes: number;
  /** Examples kept of each difference. */
  readonly keep: number;
  /** Gets the same request once more, to see what differs anyway; `null`: nobody does. */
  readonly baseline: M | null;
  /**
   * Whether the responses to a request, which the mirror gets a copy of, are compared.
   *
   * @param random uniform in [0, 1)
   */
  isCompared(inbound: Inbound, random?: number): boolean;
  /** Whether the baseline gets the request as well. */
  isBaselined(inbound: Inbound, random?: number): boolean;
}

/** What a mirror says of itself. */
export interface MirrorOfRoute {
  /** Id of the route. */
  readonly route: string;
  /** What it is called. */
  readonly name: string;
  /** Milliseconds that a copy may take. */
  readonly timeout: number;
  readonly config: {
    readonly sample_ratio?: number;
    readonly sample_key?: string;
    readonly compare?: boolean | CompareConfig;
    readonly redact?: RedactConfig;
  };
}

/**
 * Compiles what is compared of the mirrors of a route; `null` if nothing is.
 *
 * @param baselineOf makes the baseline of a mirror
 */
export function compareMirrors<M extends MirrorOfRoute>(
  mirrors: readonly M[],
  baselineOf: (mirror: M) => M | null,
): ReadonlyMap<M, ComparedMirror<M>> | null {
  const compared = new Map<M, ComparedMirror<M>>();
  for (const mirror of mirrors) {
    const one = comparedMirror(mirror, baselineOf);
    if (one !== null) compared.set(mirror, one);
  }
  return compared.size === 0 ? null : compared;
}

function comparedMirror<M extends MirrorOfRoute>(
  mirror: M,
  baselineOf: (mirror: M) => M | null,
): ComparedMirror<M> | null {
  const compare = compareOf(mirror.config.compare);
  if (compare === null) return null;
  const { headers, ...rest } = compare;
  const { headers: fields = [], query = [], json = [] } = mirror.config.redact ?? {};
  return {
    rules: {
      ...rest,
      headers:
        headers.only === undefined ? { ignore: headers.ignore ?? [] } : { only: headers.only },
      redact: { headers: fields, query, json },
    },
    maxBodyBytes: compare.max_body_size,
    keep: compare.keep,
    baseline: baselineOf(mirror),
    isCompared: shareOf(mirror, compare.sample_ratio),
    isBaselined:
      compare.baseline === PRIMARY
        ? (inbound, random = Math.random()) => isRead(inbound) && random < compare.baseline_ratio
        : () => true,
  };
}

/** GET and HEAD alone: to ask for anything else twice may do it twice. */
function isRead({ method, upload }: Inbound): boolean {
  return (method === 'GET' || method === 'HEAD') && upload === null;
}

/**
 * Chooses a share of the requests that a mirror gets. With a `sample_key` it is sticky, as the copies are: the hash of
 * the key's value decides, so that the compared values are some of the copied ones.
 */
function shareOf({ config }: MirrorOfRoute, ratio: number): ComparedMirror<never>['isCompared'] {
  if (ratio === 1) return () => true;
  const probability = sampler((config.sample_ratio ?? 1) * ratio, config.sample_key);
  return (inbound, random = Math.random()) => {
    const share = config.sample_key === undefined ? ratio : probability(inbound);
    if (share === 0 || share === 1) return share === 1;
    // Without a value of the key each request is decided by itself.
    return random < ratio;
  };
}
