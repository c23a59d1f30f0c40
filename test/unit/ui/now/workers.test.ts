import { expect, it } from 'vitest';
import { MirrorStates } from '../../../../src/cli/cluster/sums.ts';
import { Tally } from '../../../../src/cli/cluster/tally.ts';
import { textOf, viewed } from '../report.ts';
import { routeTo, type Scene, scene } from './context.ts';

const ROUTES = [routeTo('a'), routeTo('b'), routeTo('c', { breaker: false })];

const tableOf = ({ context }: Scene) => context.inForce()!.table;

/** What a worker tells of its mirrors. */
function toldBy(worker: Scene) {
  const inForce = { runtime: 'node', table: () => tableOf(worker), recordedBytes: () => 0 };
  return new Tally().take(inForce, null);
}

it('says in how many of several workers a breaker is open', async () => {
  const workers = [scene(ROUTES), scene(ROUTES), scene(ROUTES)] as const;
  const supervisor = scene(ROUTES);
  const states = new MirrorStates();
  async function shown(): Promise<string> {
    for (const worker of workers) states.set(worker, toldBy(worker));
    states.showIn(Array.from(tableOf(supervisor).routes()).flatMap(({ mirrors }) => mirrors));
    // Freezing shares no earlier view.
    return textOf(await viewed('/apisix/ui?view=now&held=yes', supervisor.context));
  }
  expect(await shown()).not.toContain('breaker open');
  workers[1].breakAt('a');
  for (const worker of workers) worker.breakAt('b');
  const text = await shown();
  expect(text.match(/(?:breaker open|running).*(?=0 in flight)/g)).toEqual([
    'breaker open in 1 of 3 workers',
    'breaker open in 3 of 3 workers',
    'running',
  ]);
});
