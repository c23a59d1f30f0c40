import { Agent } from 'node:http';
import { afterAll, afterEach, expect, it } from 'vitest';
import type { TestRuntime } from '../runtimes/runtime.ts';
import { crowd } from '../support/crowd.ts';
import { exposed, sum } from '../support/outcomes.ts';
import { stage as set } from '../support/stage.ts';
import { until } from '../support/until.ts';
import { type Account, gatewayAccounts, observedAccounts, reasons } from './accounting/accounts.ts';
import type { LoggingMirror } from './accounting/mirrors.ts';
import { arrivalsAt, drawing, KINDS } from './accounting/requests.ts';
import { openRoute, type RouteName, ROUTES } from './accounting/routes.ts';

const COUNT = 4000;
const CLIENTS = 32;

/** Requests between two changes of the mirrors' behaviour. */
const TURN = 200;

/** Outcomes that the mix must produce; without them the sums would prove little. */
const REASONS = [
  'failed connect',
  'sent 2xx',
  'skipped body_incomplete',
  'skipped body_too_large',
  'skipped breaker_open',
  'skipped filtered',
  'skipped in_flight_limit',
  'skipped loop',
  'skipped rate_limit',
  'skipped sampled_out',
  'skipped upgrade',
];

/** Every matched request has exactly one outcome per mirror, and `sent` equals the responses that mirrors sent. */
export function accounting(runtime: TestRuntime): void {
  const stage = set(runtime);
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  afterAll(() => agent.destroy());
  const mirrors: LoggingMirror[] = [];
  afterEach(() => Promise.all(mirrors.splice(0).map((mirror) => mirror.close())));

  it(`balance after ${COUNT} requests of every kind`, async () => {
    const names = Object.keys(ROUTES) as RouteName[];
    const routes = await Promise.all(names.map((name) => openRoute(stage, name)));
    mirrors.push(...routes.flatMap((route) => route.mirrors));
    const arrivals = arrivalsAt(stage.upstream);
    const draw = drawing(KINDS);

    /** All mirrors change together, and one change ends before the next begins. */
    let turned: Promise<unknown> = Promise.resolve();
    function turn(): Promise<unknown> {
      turned = turned.then(() => Promise.all(mirrors.map((mirror) => mirror.turn())));
      return turned;
    }
    async function request(i: number): Promise<void> {
      const kind = draw();
      const route = routes.find(({ name }) => name === kind.route)!;
      route.requests += 1;
      const target = `/${route.id}/${i}`;
      await kind.ask({ url: stage.gateway.url, target, i, agent, arrivals });
      if (i % TURN === 0) await turn();
    }
    await crowd(COUNT, request, CLIENTS);

    /** Every copy that a compared mirror responded to has exactly one result. */
    async function comparisonsSettled(): Promise<void> {
      const compared = routes.flatMap((route) => route.compared);
      const sums = async () => {
        const samples = await exposed(stage.gateway);
        return compared.map((labels) => ({
          results: sum(samples, 'mirror_comparisons_total', labels),
          sent: sum(samples, 'mirror_copies_total', { ...labels, outcome: 'sent' }),
        }));
      };
      const isSettled = async () => (await sums()).every(({ results, sent }) => results >= sent);
      await until(isSettled, 60_000).catch(() => {});
      const last = await sums();
      expect(last.map(({ results }) => results)).toEqual(last.map(({ sent }) => sent));
      expect(last.every(({ sent }) => sent > 0)).toBe(true);
    }

    const counted = async () => gatewayAccounts(routes, await exposed(stage.gateway));
    const complete = async () => {
      // Releases the responses that mirrors still hold.
      await turn();
      return atLeast(await counted(), observedAccounts(routes));
    };
    // A mismatch that remains is reported by the assertion below.
    await until(complete, 60_000).catch(() => {});
    expect(await counted()).toEqual(observedAccounts(routes));
    await comparisonsSettled();
    for (const { responded } of mirrors) expect(new Set(responded).size).toBe(responded.length);

    // A response whose client has left is held until the longest copy could have ended, where nobody sees it leave.
    const held = async () => sum(await exposed(stage.gateway), 'mirror_recorded_bytes');
    await until(async () => (await held()) === 0, 40_000).catch(() => {});
    const samples = await exposed(stage.gateway);
    expect(reasons(samples)).toEqual(expect.arrayContaining(REASONS));
    expect(sum(samples, 'mirror_in_flight')).toBe(0);
    expect(sum(samples, 'mirror_recorded_bytes')).toBe(0);
  }, 300_000);
}

/** True once the first accounts have reached the numbers of the second; they may be higher. */
function atLeast(first: readonly Account[], second: readonly Account[]): boolean {
  return first.every(({ requests, outcomes }, i) => {
    const wanted = second[i]!;
    return requests >= wanted.requests && outcomes >= wanted.outcomes;
  });
}
