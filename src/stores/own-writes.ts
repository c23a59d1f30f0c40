/** What this process wrote to a store that may go on showing older states for a while. */
export interface OwnWrites {
  /** Takes note that `text` replaced `before`. */
  wrote(before: string | null, text: string, nowMs: number): Promise<void>;
  /** The newer of what the store shows and what was written here. */
  latest(shown: string | null, nowMs: number): Promise<string | null>;
}

/**
 * Remembers the last text written, and digests of those it replaced: several writes within the
 * window leave several older states that a cache may still show, and documents can be large.
 *
 * @param windowMs how long an older state may still be shown
 * @example
 * const own = ownWrites(60_000);
 * await own.wrote('A', 'B', 0);
 * await own.latest('A', 59_999); // 'B'
 * await own.latest('A', 60_001); // 'A': someone put it back
 */
export function ownWrites(windowMs: number): OwnWrites {
  let last: { readonly text: string; readonly atMs: number } | null = null;
  const replaced = new Map<string, number>();

  return {
    async wrote(before, text, nowMs) {
      for (const [digest, atMs] of replaced) if (nowMs - atMs > windowMs) replaced.delete(digest);
      replaced.set(await digestOf(before), nowMs);
      replaced.delete(await digestOf(text));
      last = { text, atMs: nowMs };
    },
    async latest(shown, nowMs) {
      if (last === null || shown === last.text) return shown;
      if (nowMs - last.atMs > windowMs) {
        last = null;
        replaced.clear();
        return shown;
      }
      const { text } = last;
      const replacedAt = replaced.get(await digestOf(shown));
      return replacedAt !== undefined && nowMs - replacedAt <= windowMs ? text : shown;
    },
  };
}

async function digestOf(text: string | null): Promise<string> {
  if (text === null) return 'nothing';
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return String.fromCharCode(...new Uint8Array(digest));
}
