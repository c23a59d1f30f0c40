/** A share of pairs and the bounds within which the true share is, with a probability of 95 %. From 0 to 1. */
export interface Rate {
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

/** Quantile of the normal distribution for 95 %. */
const Z = 1.96;
/** If nothing was found in n pairs, the true share is below 3/n with a probability of 95 %. */
const RULE_OF_THREE = 3;
const SIGNIFICANT_DIGITS = 4;

/**
 * The rate of `count` in `pairs` with the bounds of Wilson's score interval, or the rule of three where nothing was found.
 * Without pairs nothing is known: from 0 to 1.
 *
 * @example rateOf(50, 5000) // { share: 0.01, low: 0.007594, high: 0.01316 }
 * @example rateOf(0, 18_420) // { share: 0, low: 0, high: 0.0001629 }
 */
export function rateOf(count: number, pairs: number): Rate {
  if (pairs === 0) return { share: 0, low: 0, high: 1 };
  if (count === 0) return { share: 0, low: 0, high: rounded(Math.min(1, RULE_OF_THREE / pairs)) };
  const share = count / pairs;
  const scale = 1 + Z ** 2 / pairs;
  const middle = (share + Z ** 2 / (2 * pairs)) / scale;
  const spread = (Z / scale) * Math.sqrt((share * (1 - share)) / pairs + (Z / (2 * pairs)) ** 2);
  return {
    share: rounded(share),
    low: rounded(Math.max(0, middle - spread)),
    // At all of them the upper bound is 1, but for rounding.
    high: rounded(Math.min(1, middle + spread)),
  };
}

function rounded(share: number): number {
  return Number(share.toPrecision(SIGNIFICANT_DIGITS));
}
