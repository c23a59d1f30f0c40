import { isInstalled } from '../machine/programs.ts';
import { keepAlive } from './keep-alive.ts';
import { wrk } from './wrk.ts';

/** GETs by a number of connections, each one after the other, for some time. */
export interface Load {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
}

export interface LoadResult {
  readonly requestsPerSecond: number;
  /** Milliseconds that 99 of 100 requests do not exceed. */
  readonly p99: number;
  /** Requests that were not answered 200. */
  readonly wrong: number;
}

export interface LoadGenerator {
  readonly name: string;
  run(load: Load): Promise<LoadResult>;
}

/** `wrk` where it is installed, else one of our own. Both use one core. */
export function loadGenerator(): LoadGenerator {
  return isInstalled('wrk') ? wrk : keepAlive;
}
