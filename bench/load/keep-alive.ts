import { resultOf } from '../own-process.ts';
import type { LoadGenerator, LoadResult } from './load.ts';

/** For machines without wrk. */
export const keepAlive: LoadGenerator = {
  name: 'our own load generator (wrk is not installed)',
  run({ url, connections, seconds }) {
    const args = [url, String(connections), String(seconds)];
    return resultOf<LoadResult>(new URL('keep-alive.mjs', import.meta.url), args);
  },
};
