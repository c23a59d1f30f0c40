import { Agent } from 'node:http';
import { type Kind, KINDS } from './requests.ts';

export interface TrafficOptions {
  /** URL of the gateway. */
  readonly url: string;
  /** Ids of the routes, which are also the first segments of their paths. */
  readonly routes: readonly string[];
  /** Draws numbers in [0, 1), which decide the next request. */
  readonly next: () => number;
  readonly seconds: number;
  /** Most requests per second, and most concurrent requests. */
  readonly rate: number;
  readonly clients: number;
}

export interface Traffic {
  readonly requests: number;
  /** Requests that the client itself aborted. */
  readonly aborted: number;
  readonly faults: readonly string[];
}

/** Sends requests of all kinds to all routes, in an order that only the random numbers decide. */
export async function traffic(options: TrafficOptions): Promise<Traffic> {
  const { url, routes, next, seconds, rate, clients } = options;
  // In turn, so that no connection is idle long enough for the gateway to close it.
  const agent = new Agent({ keepAlive: true, maxSockets: clients, scheduling: 'fifo' });
  const inFlight = new Set<Promise<void>>();
  const faults: string[] = [];
  let requests = 0;
  let aborted = 0;

  const began = performance.now();
  const end = began + seconds * 1000;
  while (performance.now() < end) {
    await at(began + (requests * 1000) / rate);
    if (inFlight.size >= clients) await Promise.race(inFlight);
    const kind = drawn(next());
    const target = `/${routes[Math.floor(next() * routes.length)]!}/${requests++}`;
    if (kind.aborts) aborted += 1;
    const one = sendOne(kind, target);
    inFlight.add(one);
    void one.finally(() => inFlight.delete(one));
  }
  await Promise.all(inFlight);
  agent.destroy();
  return { requests, aborted, faults };

  async function sendOne({ send }: Kind, target: string): Promise<void> {
    const fault = await send({ url, agent, next }, target);
    if (fault !== null) faults.push(fault);
  }
}

/** @param number in [0, 1) */
function drawn(number: number): Kind {
  let left = number * 100;
  return KINDS.find(({ weight }) => (left -= weight) < 0) ?? KINDS[0]!;
}

/** Resolves at the given time, at once when it has passed. */
function at(time: number): Promise<void> | undefined {
  const milliseconds = time - performance.now();
  if (milliseconds <= 0) return undefined;
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
