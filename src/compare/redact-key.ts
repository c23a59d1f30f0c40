/** Bytes of the key: as many as of the hash. */
const KEY_BYTES = 32;

/**
 * The key of the hashes that stand for redacted values. Made when it is first needed: Workers have no random numbers
 * before the first request.
 *
 * @param text the same for all processes whose hashes are to be the same. Default: a random key for this process
 */
export function redactKey(text: string | null = null): () => Uint8Array {
  let key: Uint8Array | undefined;
  return () =>
    (key ??=
      text === null
        ? crypto.getRandomValues(new Uint8Array(KEY_BYTES))
        : new TextEncoder().encode(text));
}
