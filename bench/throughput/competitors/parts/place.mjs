/** Where a competitor listens and the servers around it, the same for all of them. */
const { PORT, UPSTREAM = '', MIRROR = '', STALLED = '' } = process.env;

export const port = Number(PORT);
export const hostname = '127.0.0.1';
export const upstream = UPSTREAM;

/**
 * The origin that a request is copied to.
 * @param {string} path
 * @returns {string | null} `null` for none
 */
export function mirrorOf(path) {
  if (path.startsWith('/mirrored')) return MIRROR;
  return path.startsWith('/stalled') ? STALLED : null;
}
