import { resultOf } from '../own-process.ts';

/** GETs at a rate, whether they are answered or not, after a second of them that is not timed. */
export interface OpenLoad {
  readonly url: string;
  readonly connections: number;
  /** Requests per second. */
  readonly rate: number;
  readonly seconds: number;
}

/** In milliseconds, from the time that a request was due. */
export interface Latencies {
  readonly p50: number;
  readonly p99: number;
  /** 99 of 100 requests left no later than this: what the load itself adds to the others. */
  readonly late: number;
}

/** @throws when one request is answered wrong */
export async function openRate({ url, connections, rate, seconds }: OpenLoad): Promise<Latencies> {
  const file = new URL('open-rate.mjs', import.meta.url);
  const args = [url, ...[connections, rate, seconds].map(String)];
  const { wrong, ...latencies } = await resultOf<Latencies & { wrong: number }>(file, args);
  if (wrong > 0) throw new Error(`${wrong} requests were answered wrong or not at all`);
  return latencies;
}
