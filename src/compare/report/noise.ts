/** Diffy's thresholds: the rates of pairs and of baselines must be apart by both. */
const MIN_RELATIVE = 0.2;
const MIN_ABSOLUTE = 0.0003;

/** How often a difference was seen. */
interface Seen {
  /** Pairs that show it, and those of them in which it was ignored. */
  readonly count: number;
  readonly ignored: number;
  /** Baselines that show it. */
  readonly noise: number;
}

/**
 * True for a difference between the versions, false for noise: for what differs about as often where the old version is
 * compared with itself. Without a baseline each difference that is not ignored counts.
 */
export function isShown(
  { count, ignored, noise }: Seen,
  { pairs, baselines }: { readonly pairs: number; readonly baselines: number },
): boolean {
  if (count === ignored) return false;
  if (baselines === 0) return true;
  const raw = (count - ignored) / pairs;
  const noiseRate = noise / baselines;
  const apart = raw - noiseRate;
  return apart > MIN_ABSOLUTE && apart / (raw + noiseRate) > MIN_RELATIVE;
}
