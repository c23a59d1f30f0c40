import { expect, it } from 'vitest';
import { listed } from '../../../../src/ui/views/now/listed.ts';
import { timesOf } from '../../../../src/ui/views/now/times.ts';
import { copyEvent, REQUEST } from '../../telemetry/copy-event.ts';
import { routeTo, scene, SENT } from './context.ts';

const START_MS = 1_790_000_000_000;
const MIRRORS = ['http://slow.example', 'http://quick.example'];

/** A route with two mirrors beside another route, and the times of the first as the page has them. */
function watched() {
  const clock = { nowMs: START_MS };
  const routes = [
    routeTo('a', { host: undefined, mirrors: MIRRORS.map((host) => ({ host })) }),
    routeTo('b'),
  ];
  const { context, recent } = scene(routes, clock);
  const [route] = listed(context.inForce()!).routes;
  function happen(id: string, seconds: number, ofMirrors: Readonly<Record<string, number>>): void {
    recent.listen({ type: 'request', route: id, request: REQUEST, status: 200, seconds });
    for (const [mirror, took] of Object.entries(ofMirrors))
      recent.listen(copyEvent(SENT, { route: id, mirror, seconds: took }));
  }
  function times() {
    const all = timesOf([{ route: route!, mirrors: route!.mirrors }], recent, clock.nowMs);
    const { series, mirrors } = recent.routes.get('a')!;
    return [series, ...MIRRORS.map((host) => mirrors.get(host)!.series)].map((one) =>
      all.get(one)!,
    );
  }
  return { clock, happen, times };
}

const near = (seconds: number) => expect.closeTo(seconds, -Math.log10(seconds * 0.25));

it('tells the times of a route from those of each of its mirrors, and of other routes', () => {
  const { happen, times } = watched();
  for (let i = 0; i < 20; i++) happen('a', 0.01, { [MIRRORS[0]!]: 1, [MIRRORS[1]!]: 0.001 });
  happen('b', 10, { 'http://mirror-of-b.example': 10 });
  expect(times().map(({ lately }) => lately)).toEqual(
    [0.01, 1, 0.001].map((seconds) => ({
      p50: near(seconds),
      p95: near(seconds),
      p99: near(seconds),
    })),
  );
});

it('has the last minute as quantiles, and the last five in steps', () => {
  const { clock, happen, times } = watched();
  happen('a', 0.01, { [MIRRORS[0]!]: 1, [MIRRORS[1]!]: 1 });
  clock.nowMs += 120_000;
  happen('b', 1, {});
  const [primary] = times();
  expect(primary!.lately).toEqual({ p50: null, p95: null, p99: null });
  const drawn = primary!.steps.map((value) => value !== null);
  expect([drawn.length, drawn.indexOf(true), drawn.lastIndexOf(true)]).toEqual([20, 11, 11]);
  clock.nowMs += 200_000;
  happen('b', 1, {});
  expect(times()[0]!.steps.every((value) => value === null)).toBe(true);
});
