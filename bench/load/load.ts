import { isInstalled } from '../machine/programs.ts';
import { keepAlive } from './keep-alive.ts';
import { wrk } from './wrk.ts';

/** GETs over a number of connections, one after another on each, for some time. */
export interface Load {
  readonly url: string;
  readonly connections: number;
  readonly seconds: number;
}

export interface LoadResult {
  readonly requestsPerSecond: number;
  /** 99th percentile in milliseconds. */
  readonly p99: number;
  /** Requests without a 200. */
  readonly wrong: number;
}

export interface LoadGenerator {
  readonly name: string;
  run(load: Load): Promise<LoadResult>;
}

/** `wrk` where it is installed, else our own. Both use one core. */
export function loadGenerator(): LoadGenerator {
  return isInstalled('wrk') ? wrk : keepAlive;
}
