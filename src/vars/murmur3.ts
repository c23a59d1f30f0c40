const encoder = new TextEncoder();

/**
 * MurmurHash3 x86 32-bit, seed 0, of the text's UTF-8 bytes. Chosen because it spreads short keys evenly over
 * 32 bits, needs only `Math.imul`, and has published test vectors: a key has the same hash on every instance,
 * runtime and release.
 *
 * @returns an unsigned 32-bit integer
 * @example murmur3('hello') // 0x248bfa47
 */
export function murmur3(text: string): number {
  const bytes = encoder.encode(text);
  const blocks = bytes.length & ~3;
  let hash = 0;
  for (let i = 0; i < blocks; i += 4) {
    const word = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    hash ^= scramble(word);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let i = bytes.length - 1; i >= blocks; i--) tail = (tail << 8) | bytes[i]!;
  if (bytes.length > blocks) hash ^= scramble(tail);
  return finish(hash ^ bytes.length);
}

function scramble(word: number): number {
  const mixed = Math.imul(word, 0xcc9e2d51);
  return Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593);
}

/** The final mix: makes every bit of the input affect every bit of the hash. */
function finish(hash: number): number {
  let mixed = hash;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
