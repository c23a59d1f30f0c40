/** This process's writes to a store whose reads may be stale for a while. */
export interface OwnWrites {
  /** Records that `text` replaced `before`. */
  wrote(before: string | null, text: string, nowMs: number): Promise<void>;
  /** Returns the newer of the text that the store returned and the last text that was written. */
  latest(shown: string | null, nowMs: number): Promise<string | null>;
}

/**
 * Remembers the last text written and a digest of each text it replaced: after several writes within the window,
 * a stale read may return any of them. Digests, because documents can be large.
 *
 * @param windowMs how long a read may be stale
 * @example
 * const own = ownWrites(60_000);
 * await own.wrote('A', 'B', 0);
 * await own.latest('A', 59_999); // 'B'
 * await own.latest('A', 60_001); // 'A': someone restored it
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
