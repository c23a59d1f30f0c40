import type { Status } from './nginx-origin.ts';
import { type OwnProcess, ownProcess } from '../own-process.ts';

/** Milliseconds for a request that gets its response at once, even at the lowest priority. */
const LIMIT_MS = 20_000;

/** A mirror that responds after three seconds. */
export interface StalledMirror extends OwnProcess {
  status(): Promise<Status>;
}

export async function stalledMirror(): Promise<StalledMirror> {
  const started = await ownProcess(new URL('stalled.mjs', import.meta.url));
  return {
    ...started,
    async status() {
      const signal = AbortSignal.timeout(LIMIT_MS);
      return (await (await fetch(`${started.url}/status`, { signal })).json()) as Status;
    },
  };
}
