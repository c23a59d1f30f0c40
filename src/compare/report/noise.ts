/** Diffy's thresholds: the rates of pairs and of baselines must be apart by both. */
const MIN_RELATIVE = 0.2;
const MIN_ABSOLUTE = 0.0003;

/** What fewer pairs show is rare: few baselines, or none, may have met it by chance alone. */
const RARE = 0.1;
/**
 * A rare difference must be this unlikely to be noise, as the statistic of the G-test. With 5,000 pairs and 500
 * baselines, noise of any rate passes in fewer than 1 of 100 reports, while 40 pairs that no baseline shows do pass.
 */
const MIN_EVIDENCE = 7.5;

/** How often a difference was seen. */
interface Seen {
  /** Pairs that show it, and those of them in which it was ignored. */
  readonly count: number;
  readonly ignored: number;
  /** Baselines that show it. */
  readonly noise: number;
}

interface Totals {
  readonly pairs: number;
  readonly baselines: number;
}

/** `hidden`: noise, or ignored; `undecided`: as frequent as a difference, and too rare to rule out that it is noise. */
type Judgement = 'shown' | 'hidden' | 'undecided';

/**
 * Tells a difference between the versions from noise: from what differs about as often where the old version is
 * compared with itself. Without a baseline each difference that is not ignored is shown.
 *
 * @example judged({ count: 50, ignored: 0, noise: 0 }, { pairs: 5000, baselines: 500 }) // 'shown'
 * @example judged({ count: 5, ignored: 0, noise: 0 }, { pairs: 5000, baselines: 500 }) // 'undecided'
 */
export function judged({ count, ignored, noise }: Seen, { pairs, baselines }: Totals): Judgement {
  const found = count - ignored;
  if (found === 0) return 'hidden';
  if (baselines === 0) return 'shown';
  const raw = found / pairs;
  const noiseRate = noise / baselines;
  const apart = raw - noiseRate;
  if (apart <= MIN_ABSOLUTE || apart / (raw + noiseRate) <= MIN_RELATIVE) return 'hidden';
  if (raw >= RARE) return 'shown';
  return evidence(found, pairs, noise, baselines) > MIN_EVIDENCE ? 'shown' : 'undecided';
}

/** G-test: twice the logarithm of how much better two rates explain what was seen than one rate does. */
function evidence(found: number, pairs: number, noise: number, baselines: number): number {
  const rate = (found + noise) / (pairs + baselines);
  const ofShare = (seen: number, all: number) =>
    term(seen, all * rate) + term(all - seen, all * (1 - rate));
  return 2 * (ofShare(found, pairs) + ofShare(noise, baselines));
}

function term(seen: number, expected: number): number {
  return seen === 0 ? 0 : seen * Math.log(seen / expected);
}
