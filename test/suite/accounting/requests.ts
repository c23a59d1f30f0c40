import { EventEmitter, once } from 'node:events';
import { type Agent, request as httpRequest } from 'node:http';
import { send, type Send } from '../../support/client.ts';
import type { Origin } from '../../support/origin.ts';
import { random } from '../../support/random.ts';
import type { RouteName } from './routes.ts';

/** One of many requests. */
export interface Ask {
  readonly url: string;
  /** Unique. */
  readonly target: string;
  /** Number of the request. */
  readonly i: number;
  readonly agent: Agent;
  /** Emits the target of each request whose head has reached the upstream. */
  readonly arrivals: EventEmitter;
}

export interface Kind {
  /** How many in a hundred requests are of this kind. */
  readonly share: number;
  readonly route: RouteName;
  readonly ask: (ask: Ask) => Promise<unknown>;
}

/** Shares add up to a hundred. */
export const KINDS: readonly Kind[] = [
  { share: 12, route: 'plain', ask: plain() },
  { share: 4, route: 'plain', ask: posting(100) },
  { share: 3, route: 'plain', ask: plain({ headers: { 'x-mirrored-by': 'another' } }) },
  { share: 1, route: 'plain', ask: upgrading },
  { share: 10, route: 'shares', ask: plain() },
  { share: 10, route: 'sticky', ask: keyed },
  { share: 10, route: 'filtered', ask: asking },
  { share: 4, route: 'small', ask: posting(1000) },
  { share: 3, route: 'small', ask: posting(1001) },
  { share: 3, route: 'small', ask: posting(1000, 300) },
  { share: 3, route: 'small', ask: posting(1001, 300) },
  { share: 2, route: 'small', ask: breakingOff },
  { share: 6, route: 'crowded', ask: plain() },
  { share: 2, route: 'crowded', ask: posting(500) },
  { share: 6, route: 'limited', ask: plain() },
  { share: 6, route: 'broken', ask: plain() },
  { share: 5, route: 'wavering', ask: plain() },
  { share: 2, route: 'wavering', ask: posting(500) },
  { share: 6, route: 'several', ask: plain() },
  { share: 2, route: 'several', ask: posting(500, 100) },
];

/** Draws kinds by their shares, in the same order in every run. */
export function drawing(kinds: readonly Kind[]): () => Kind {
  const urn = kinds.flatMap((kind) => Array.from({ length: kind.share }, () => kind));
  const next = random(7);
  return () => urn[Math.floor(next() * urn.length)]!;
}

export function arrivalsAt({ server }: Origin): EventEmitter {
  const arrivals = new EventEmitter();
  server.on('request', ({ url }) => arrivals.emit(url!));
  return arrivals;
}

function plain(options: Send = {}): Kind['ask'] {
  return ({ url, target, agent }) => send(url, target, { ...options, agent });
}

function posting(size: number, chunks?: number): Kind['ask'] {
  const body = Buffer.alloc(size, 'x');
  return plain({ method: 'POST', body, ...(chunks !== undefined && { chunks }) });
}

function keyed({ i, ...ask }: Ask): Promise<unknown> {
  return plain({ headers: { 'x-user': `user-${i % 1000}` } })({ i, ...ask });
}

function asking({ target, ...ask }: Ask): Promise<unknown> {
  return plain()({ ...ask, target: `${target}?copy=${ask.i % 3 === 0 ? 'yes' : 'no'}` });
}

/** Only the counters matter here; the connection is dropped. */
function upgrading({ url, target }: Ask): Promise<unknown> {
  const headers = { connection: 'Upgrade', upgrade: 'websocket' };
  return send(url, target, { agent: false, headers }).catch(() => {});
}

/** Leaves in the middle of its body, once the gateway has begun to forward it. */
async function breakingOff({ url, target: path, arrivals }: Ask): Promise<void> {
  const arrived = once(arrivals, path);
  // Chunked: small bodies of known length are buffered first on some runtimes, and the upstream would see none of it.
  const headers = { 'transfer-encoding': 'chunked' };
  const request = httpRequest(url, { path, method: 'POST', headers, agent: false });
  request.on('error', () => {});
  request.write(Buffer.alloc(400, 'x'));
  await arrived;
  request.destroy();
}
