import { resultOf } from '../own-process.ts';

/** GETs at a fixed rate, whether responses arrive or not, after one second that is not measured. */
export interface OpenLoad {
  readonly url: string;
  readonly connections: number;
  /** Requests per second. */
  readonly rate: number;
  readonly seconds: number;
}

/** In milliseconds, from the time when a request was due. */
export interface Latencies {
  readonly p50: number;
  readonly p99: number;
  /** 99 of 100 requests were sent no later than this: what the load generator itself adds to the latencies. */
  readonly late: number;
}

/** @throws when one response is wrong */
export async function openRate({ url, connections, rate, seconds }: OpenLoad): Promise<Latencies> {
  const file = new URL('open-rate.mjs', import.meta.url);
  const args = [url, ...[connections, rate, seconds].map(String)];
  const { wrong, ...latencies } = await resultOf<Latencies & { wrong: number }>(file, args);
  if (wrong > 0) throw new Error(`${wrong} requests got a wrong response or none`);
  return latencies;
}
