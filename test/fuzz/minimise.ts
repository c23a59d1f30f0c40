import type { Input } from './part.ts';

/** Whether a smaller input still fails. */
export type Fails<T> = (smaller: T) => Promise<boolean>;

/** More tries would rarely shrink the input further. */
const MAX_TRIES = 400;
const MAX_MS = 60_000;

/** Reduces an input while it still fails. */
export async function minimised(input: Input, fails: Fails<Input>): Promise<Input> {
  const test = bounded(fails);
  let best = input;
  const joined = { ...input, pieces: [input.pieces.join('')] };
  if (input.pieces.length > 1 && (await test(joined))) best = joined;
  best = { ...best, pieces: await fewest(best.pieces, (pieces) => test({ ...best, pieces })) };
  // First whole lines, then ever smaller parts of them.
  for (const cut of [/(?<=\n)/, /(?<=.{8})/s, '']) {
    for (const [i, piece] of best.pieces.entries()) {
      const parts = await fewest(piece.split(cut), (kept) =>
        test(withPiece(best, i, kept.join(''))),
      );
      best = withPiece(best, i, parts.join(''));
    }
  }
  return best;
}

/**
 * As few of the items as still fail together, in their order: leaves out halves, then quarters, down to single items
 * (delta debugging).
 */
export async function fewest<T>(
  items: readonly T[],
  fails: Fails<readonly T[]>,
): Promise<readonly T[]> {
  let best = items;
  for (
    let size = Math.ceil(best.length / 2);
    size >= 1;
    size = size === 1 ? 0 : Math.ceil(size / 2)
  ) {
    for (let at = 0; at < best.length;) {
      const less = [...best.slice(0, at), ...best.slice(at + size)];
      if (less.length > 0 && (await fails(less))) best = less;
      else at += size;
    }
  }
  return best;
}

/** Reports no more failures after too many tries, which ends the search. */
export function bounded<T>(fails: Fails<T>): Fails<T> {
  const end = performance.now() + MAX_MS;
  let tries = 0;
  return async (smaller) => {
    tries += 1;
    return tries <= MAX_TRIES && performance.now() < end && (await fails(smaller));
  };
}

function withPiece(input: Input, at: number, piece: string): Input {
  return { ...input, pieces: input.pieces.map((one, i) => (i === at ? piece : one)) };
}
